/** An endpoint as a lane is loaded with it, for tests that need no database. */
import type { LaneEndpoint } from '../../../src/database/lane-endpoints.ts'

/** ten requests at once, no limits, nothing held against it */
export const quickEndpoint: LaneEndpoint = {
  id: 'e', version: '1', tenantId: 't', name: 'shop', url: 'https://shop.example/', headers: {}, timeoutMs: 15_000, maxInFlight: 10, rateLimit: null, ordered: false, noRetryCodes: [],
  signatureProfile: 'standard', auth: null, maySend: true, secrets: ['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'], tenantRateLimit: null, tenantMaxInFlight: 100, circleLimit: null, heldForMs: null,
  circuit: 'closed', circuitOpenings: 0, circuitRules: { failures: 10, failureRate: 0.5, openMinMs: 30_000, openMaxMs: 900_000 }, consecutiveFailures: 0, paceUsedForMs: null,
  crashes: 0, suspectId: null, suspectCrashes: 0, recalledAt: null,
}
