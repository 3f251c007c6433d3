/** One attempt: sign, send, judge. Nothing here knows of lanes or of the database. */
import { requestHeaders } from '../core/headers.ts'
import type { Outcome } from '../core/outcome.ts'
import { parseSecret, type Secret } from '../core/signature.ts'
import { judge, type Verdict } from '../core/verdict.ts'
import type { LaneEndpoint } from '../database/lane-endpoints.ts'
import type { DueDelivery } from '../database/pages.ts'
import type { AttemptResult } from '../database/results.ts'
import type { Exchange } from '../http/exchange.ts'
import type { TokenSource } from '../http/oauth.ts'
import type { Sender } from '../http/sender.ts'
import type { Clock } from './clock.ts'

export type AttemptDeps = {
  readonly sender: Sender
  readonly tokens: TokenSource
  readonly clock: Clock
  /** `Rowhook/<version>` */
  readonly userAgent: string
}

/** What came of an attempt; `undefined` result: it was stopped by ourselves and spends nothing. */
export type Attempted = { readonly result: AttemptResult | undefined; readonly verdict: Verdict; readonly outcome: Outcome }

/** Parsed secrets by text and profile: parsing base64 for each request would cost more than the signature. */
const parsed = new Map<string, Secret>()

const secretOf = (text: string, profile: LaneEndpoint['signatureProfile']): Secret => {
  const key = `${profile} ${text}`
  const known = parsed.get(key)
  if (known !== undefined) return known
  if (parsed.size >= 10_000) parsed.clear()
  const secret = parseSecret(text, profile)
  parsed.set(key, secret)
  return secret
}

/** Shown in the log as they were sent; all others may be credentials, and are masked. */
const SHOWN = new Set(['content-type', 'user-agent', 'webhook-id', 'webhook-timestamp', 'webhook-signature', 'x-event', 'x-signature', 'traceparent'])

/** Request headers as JSON text for the log, credentials masked. */
const loggedHeaders = (list: readonly string[]): string => {
  let json = '{'
  for (let i = 0; i < list.length; i += 2) {
    const name = list[i]!
    json += `${i === 0 ? '' : ','}${JSON.stringify(name)}:${SHOWN.has(name) ? JSON.stringify(list[i + 1]) : '"***"'}`
  }
  return `${json}}`
}

const errorOf = (outcome: Outcome): string | null => (outcome.kind === 'accepted' ? null : outcome.kind === 'rejected' ? 'rejected' : outcome.reason)

const asResult = (due: DueDelivery, headers: string, startedAtMs: number, exchange: Exchange, verdict: Verdict): AttemptResult => ({
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

/**
 * Makes one attempt. Never throws for anything that the receiver does.
 * @param signal stops it: the attempt then spends nothing
 */
export const attempt = async (deps: AttemptDeps, endpoint: LaneEndpoint, due: DueDelivery, signal: AbortSignal): Promise<Attempted> => {
  const startedAtMs = deps.clock.epochMs()
  const token = endpoint.auth === null ? undefined : await deps.tokens.token(endpoint.auth)
  if (token?.kind === 'refused') {
    const verdict: Verdict = { delivery: 'retry', reason: `OAuth 2: ${token.reason}`, credentials: true }
    const exchange: Exchange = { outcome: token.outcome, durationMs: deps.clock.epochMs() - startedAtMs }
    return { result: { ...asResult(due, '{}', startedAtMs, exchange, verdict), errorKind: 'credentials' }, verdict, outcome: token.outcome }
  }

  const headers = requestHeaders({
    profile: endpoint.signatureProfile,
    userAgent: deps.userAgent,
    eventId: due.eventId,
    eventType: due.eventType,
    timestampSeconds: Math.floor(startedAtMs / 1000),
    body: due.body,
    secrets: endpoint.secrets.map((text) => secretOf(text, endpoint.signatureProfile)),
    custom: endpoint.headers,
    authorization: token === undefined ? undefined : `Bearer ${token.value}`,
  })
  const exchange = await deps.sender.send({ url: endpoint.url, headers, body: due.body, timeoutMs: endpoint.timeoutMs, signal })
  const { outcome } = exchange
  const verdict = judge(outcome, { noRetryCodes: endpoint.noRetryCodes })
  if (outcome.kind === 'unreachable' && outcome.reason === 'aborted') return { result: undefined, verdict, outcome }
  if (endpoint.auth !== null && token !== undefined && outcome.kind === 'rejected' && outcome.status === 401) deps.tokens.invalidate(endpoint.auth, token.value)
  return { result: asResult(due, loggedHeaders(headers), startedAtMs, exchange, verdict), verdict, outcome }
}

/** An attempt that was decided without a request: it counts, so that what cannot be sent comes to an end. */
export const unsent = (due: DueDelivery, verdict: Verdict, errorKind: string, nowMs: number): Attempted => ({
  outcome: { kind: 'unreachable', reason: 'protocol', literal: true },
  verdict,
  result: {
    deliveryId: due.id,
    endpointId: due.endpointId,
    eventType: due.eventType,
    attemptsBefore: due.attempts,
    verdict: verdict.delivery,
    startedAtMs: nowMs,
    durationMs: 0,
    status: null,
    errorKind,
    error: verdict.delivery === 'success' ? null : verdict.reason,
    requestHeaders: '{}',
    responseHeaders: null,
    responseBody: null,
    holdSeconds: 0,
    credentialsRefused: false,
  },
})
