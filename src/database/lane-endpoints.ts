/** What the owner of a lane must know of its endpoint, read as the lane is taken, and twice a second after that. */
import type pg from 'pg'
import type { LockConnection } from './session.ts'

/** OAuth 2 client credentials of an endpoint. */
export type LaneAuth = {
  readonly tokenUrl: string
  readonly clientId: string
  readonly clientSecret: string
  readonly scope?: string
}

/** An endpoint as its lane sees it. Times are milliseconds from now by the clock of the database. */
export type LaneEndpoint = {
  readonly id: string
  readonly version: string
  readonly tenantId: string
  readonly name: string
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly timeoutMs: number
  readonly maxInFlight: number
  /** requests a minute; null = no limit */
  readonly rateLimit: number | null
  /** whether some deliveries must go one after the other */
  readonly ordered: boolean
  readonly noRetryCodes: readonly number[]
  readonly signatureProfile: 'standard' | 'legacy'
  readonly auth: LaneAuth | null
  /** active, not paused, not deleted, and sending switched on for all and for the tenant */
  readonly maySend: boolean
  /** valid signing secrets, the oldest first */
  readonly secrets: readonly string[]
  /** requests a minute for the tenant; null = no limit */
  readonly tenantRateLimit: number | null
  readonly tenantMaxInFlight: number
  /** deliveries of one type about one resource within ten minutes, above which a circle is suspected; null = no limit */
  readonly circleLimit: number | null
  /** how long nothing may be sent yet; null = not held */
  readonly heldForMs: number | null
  readonly circuit: 'closed' | 'open' | 'half-open'
  readonly circuitOpenings: number
  readonly circuitRules: CircuitRules
  readonly consecutiveFailures: number
  /** how far ahead the endpoint's rate is used up; null = it is not */
  readonly paceUsedForMs: number | null
  readonly crashes: number
  readonly suspectId: string | null
  /** owners that died while it was under way alone */
  readonly suspectCrashes: number
  /** when a delivery was last cancelled by hand, as text; null = never */
  readonly recalledAt: string | null
}

export type CircuitRules = {
  readonly failures: number
  readonly failureRate: number
  readonly openMinMs: number
  readonly openMaxMs: number
}

const COLUMNS = `
       id, version, tenant_id as "tenantId", name, url, headers, timeout_ms as "timeoutMs", max_in_flight as "maxInFlight", rate_limit as "rateLimit",
       ordered, no_retry_codes as "noRetryCodes", signature_profile as "signatureProfile", auth, may_send as "maySend", secrets,
       tenant_rate_limit as "tenantRateLimit", tenant_max_in_flight as "tenantMaxInFlight", circle_limit as "circleLimit", held_for_ms as "heldForMs",
       circuit, circuit_openings as "circuitOpenings", circuit_rules as "circuitRules", consecutive_failures as "consecutiveFailures",
       pace_used_for_ms as "paceUsedForMs", crashes, suspect_id as "suspectId", suspect_crashes as "suspectCrashes", recalled_at as "recalledAt"`

/** The endpoints of lanes; one that no longer exists is left out. */
export const loadLaneEndpoints = async (pool: pg.Pool, endpointIds: readonly string[]): Promise<LaneEndpoint[]> => {
  const { rows } = await pool.query<LaneEndpoint>({
    name: 'load_lane_endpoints',
    text: `select ${COLUMNS} from webhooks_private.lane_endpoints where id = any ($1::uuid[])`,
    values: [endpointIds],
  })
  return rows
}

/**
 * Takes the lanes that are free, and loads their endpoints in a snapshot that is later than their locks.
 * @returns the endpoints of those that were taken
 */
export const takeLanes = async (lockConnection: LockConnection, endpointIds: readonly string[]): Promise<LaneEndpoint[]> => {
  const { rows } = await lockConnection.query<LaneEndpoint>({
    name: 'take_lanes',
    text: `select ${COLUMNS} from webhooks_private.take_lanes($1::uuid[])`,
    values: [endpointIds],
  })
  return rows
}
