/** What is sent: the same size and the same headers whoever sends it. */
import { requestHeaders } from '../../src/core/headers.ts'
import { parseSecret } from '../../src/core/signature.ts'

export const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'
const secrets = [parseSecret(SECRET)]

/** Envelope around `data` in bytes, for a tenant named `default` and a type of about ten letters. */
const ENVELOPE_BYTES = 190

/** The text that pads `data` so that a body has about so many bytes. */
export const padding = (bodyBytes: number): string => 'x'.repeat(Math.max(0, bodyBytes - ENVELOPE_BYTES))

/** A body like Rowhook's. */
export const bodyOf = (n: number, bodyBytes: number): string =>
  `{"id":"0199d1a5-5a70-7000-8000-${String(n).padStart(12, '0')}","type":"bench.e1","timestamp":"2026-01-01T00:00:00.000Z","tenant_id":"default","resource":null,"data":{"n":${n},"text":"${padding(bodyBytes)}"}}`

/** All headers of Rowhook's standard profile, signed now. */
export const signedHeaders = (body: string): string[] =>
  requestHeaders({
    profile: 'standard',
    userAgent: 'bench',
    eventId: body.slice(7, 43),
    eventType: 'bench.e1',
    timestampSeconds: Math.floor(Date.now() / 1000),
    body,
    secrets,
  })
