/** The row that the log keeps of an attempt: headers with credentials masked, and answers without what they repeat of our secrets. */
import { withoutSecrets } from '../core/masking.ts'
import type { Outcome } from '../core/outcome.ts'
import type { Verdict } from '../core/verdict.ts'
import type { LaneEndpoint } from '../database/lane-endpoints.ts'
import type { DueDelivery } from '../database/pages.ts'
import type { AttemptResult } from '../database/results.ts'
import type { Exchange } from '../http/exchange.ts'

/** Shown in the log as they were sent; all others may be credentials, and are masked. */
const SHOWN = new Set(['content-type', 'user-agent', 'webhook-id', 'webhook-timestamp', 'webhook-signature', 'x-event', 'x-signature', 'traceparent'])
/** Of these nobody but Rowhook chooses the value, and none has a character that JSON would escape; with how each begins as JSON. */
const PLAIN = new Map(['content-type', 'user-agent', 'webhook-id', 'webhook-timestamp', 'webhook-signature', 'x-event', 'x-signature'].map((name) => [name, `,"${name}":"`]))

/** Request headers as JSON text for the log, credentials masked. */
export const loggedHeaders = (list: readonly string[]): string => {
  let members = ''
  for (let i = 0; i < list.length; i += 2) {
    const name = list[i]!
    const beginning = PLAIN.get(name)
    if (beginning !== undefined) members += beginning + list[i + 1]! + '"'
    else members += `,${JSON.stringify(name)}:${SHOWN.has(name) ? JSON.stringify(list[i + 1]) : '"***"'}`
  }
  return `{${members.slice(1)}}`
}

export const errorOf = (outcome: Outcome): string | null => (outcome.kind === 'accepted' ? null : outcome.kind === 'rejected' ? 'rejected' : outcome.reason)

export const asResult = (due: DueDelivery, headers: string, startedAtMs: number, exchange: Exchange, verdict: Verdict): AttemptResult => ({
  deliveryId: due.id,
  endpointId: due.endpointId,
  eventType: due.eventType,
  attemptsBefore: due.attempts,
  verdict: verdict.delivery,
  startedAtMs,
  durationMs: Math.round(exchange.durationMs),
  status: exchange.outcome.kind === 'unreachable' ? null : exchange.outcome.status,
  errorKind: errorOf(exchange.outcome),
  error: verdict.delivery === 'success' ? null : verdict.reason,
  requestHeaders: headers,
  responseHeaders: exchange.response === undefined ? null : JSON.stringify(exchange.response.headers),
  responseBody: exchange.response?.body ?? null,
  holdSeconds: verdict.holdSeconds ?? 0,
  credentialsRefused: verdict.credentials === true,
})

/** What an answer must not repeat, by the endpoint that it was loaded with. */
const ours = new WeakMap<LaneEndpoint, readonly string[]>()

const oursOf = (endpoint: LaneEndpoint): readonly string[] => {
  let secrets = ours.get(endpoint)
  if (secrets === undefined) ours.set(endpoint, (secrets = [...endpoint.secrets, ...Object.values(endpoint.headers)]))
  return secrets
}

/** The answer without what it repeats of our secrets. */
export const masked = (exchange: Exchange, endpoint: LaneEndpoint, token: string | undefined): Exchange => {
  const { response } = exchange
  if (response === undefined) return exchange
  const secrets = token === undefined ? oursOf(endpoint) : [...oursOf(endpoint), token]
  const body = withoutSecrets(response.body, secrets)
  const headers: Record<string, string> = {}
  let isClean = body === response.body
  for (const name in response.headers) {
    const value = response.headers[name]!
    headers[name] = withoutSecrets(value, secrets)
    if (headers[name] !== value) isClean = false
  }
  return isClean ? exchange : { ...exchange, response: { ...response, body, headers } }
}
