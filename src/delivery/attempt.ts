/** One attempt: sign, send, judge. Nothing here knows of lanes or of the database. */
import { requestHeaders } from '../core/headers.ts'
import { withoutSecrets } from '../core/masking.ts'
import type { Outcome } from '../core/outcome.ts'
import { traceParentHeader } from '../core/traceparent.ts'
import { parseSecret, type Secret } from '../core/signature.ts'
import { judge, type Verdict } from '../core/verdict.ts'
import type { LaneEndpoint } from '../database/lane-endpoints.ts'
import type { DueDelivery } from '../database/pages.ts'
import type { AttemptResult } from '../database/results.ts'
import type { Exchange } from '../http/exchange.ts'
import type { TokenResult, TokenSource } from '../http/oauth.ts'
import type { Sender } from '../http/sender.ts'
import type { Clock } from './clock.ts'
import { beginSpan, type AttemptSpan } from './spans.ts'

export type AttemptDeps = {
  readonly sender: Sender
  readonly tokens: TokenSource
  readonly clock: Clock
  /** `Rowhook/<version>` */
  readonly userAgent: string
  /** told of each attempt that belongs to a trace; left out where nobody exports traces */
  readonly onSpan?: ((span: AttemptSpan) => void) | undefined
}

/** What came of an attempt; `undefined` result: it was stopped by ourselves and spends nothing. */
export type Attempted = {
  readonly result: AttemptResult | undefined
  readonly verdict: Verdict
  readonly outcome: Outcome
  /** whether it says that the endpoint is in trouble, and not that it refuses this message */
  readonly isTrouble: boolean
}

const NOT_STARTED: Outcome = { kind: 'unreachable', reason: 'aborted' }

/** Nothing was sent, and nothing is spent. */
export const notSent = (): Attempted => ({ result: undefined, verdict: judge(NOT_STARTED), outcome: NOT_STARTED, isTrouble: false })

const saysTrouble = (outcome: Outcome): boolean =>
  outcome.kind === 'unreachable' ? outcome.reason !== 'aborted' && outcome.literal !== true : outcome.status >= 500 || outcome.status === 408 || outcome.status === 429

/** Parsed secrets by text and profile: parsing base64 for each request would cost more than the signature. */
const parsed = new Map<string, Secret>()
/** The same by the list that an endpoint was loaded with, so that not even the texts are looked at for each request. */
const parsedLists = new WeakMap<readonly string[], readonly Secret[]>()

const secretOf = (text: string, profile: LaneEndpoint['signatureProfile']): Secret => {
  const key = `${profile} ${text}`
  const known = parsed.get(key)
  if (known !== undefined) return known
  if (parsed.size >= 10_000) parsed.clear()
  const secret = parseSecret(text, profile)
  parsed.set(key, secret)
  return secret
}

const secretsOf = ({ secrets, signatureProfile }: LaneEndpoint): readonly Secret[] => {
  const known = parsedLists.get(secrets)
  if (known !== undefined) return known
  const fresh = secrets.map((text) => secretOf(text, signatureProfile))
  parsedLists.set(secrets, fresh)
  return fresh
}

/** Shown in the log as they were sent; all others may be credentials, and are masked. */
const SHOWN = new Set(['content-type', 'user-agent', 'webhook-id', 'webhook-timestamp', 'webhook-signature', 'x-event', 'x-signature', 'traceparent'])
/** Of these nobody but Rowhook chooses the value, and none has a character that JSON would escape; with how each begins as JSON. */
const PLAIN = new Map(['content-type', 'user-agent', 'webhook-id', 'webhook-timestamp', 'webhook-signature', 'x-event', 'x-signature'].map((name) => [name, `,"${name}":"`]))

/** Request headers as JSON text for the log, credentials masked. */
const loggedHeaders = (list: readonly string[]): string => {
  let members = ''
  for (let i = 0; i < list.length; i += 2) {
    const name = list[i]!
    const beginning = PLAIN.get(name)
    if (beginning !== undefined) members += beginning + list[i + 1]! + '"'
    else members += `,${JSON.stringify(name)}:${SHOWN.has(name) ? JSON.stringify(list[i + 1]) : '"***"'}`
  }
  return `{${members.slice(1)}}`
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

/** The answer without what it repeats of our secrets. */
const masked = (exchange: Exchange, { secrets, headers }: LaneEndpoint, token: string | undefined): Exchange => {
  const { response } = exchange
  if (response === undefined) return exchange
  const ours = [...secrets, ...Object.values(headers), ...(token === undefined ? [] : [token])]
  const body = withoutSecrets(response.body, ours)
  const answered = Object.entries(response.headers).map(([name, value]) => [name, withoutSecrets(value, ours)] as const)
  return { ...exchange, response: { ...response, body, headers: Object.fromEntries(answered) } }
}

/** No token: no request was made, and the endpoint is no use until there is one. */
const withoutToken = (due: DueDelivery, { reason, outcome }: TokenResult & { kind: 'refused' }, startedAtMs: number, durationMs: number): Attempted => {
  // A token server that cannot be reached says nothing about the credentials.
  const verdict: Verdict = { delivery: 'retry', reason: `OAuth 2: ${reason}`, ...(outcome.kind === 'unreachable' ? {} : { credentials: true as const }) }
  return { result: { ...asResult(due, '{}', startedAtMs, { outcome, durationMs }, verdict), errorKind: 'credentials' }, verdict, outcome, isTrouble: true }
}

export type AttemptOptions = {
  /** stops it: the attempt then spends nothing */
  readonly signal: AbortSignal
  /** asked once more right before the request, since a token may have taken its time: otherwise nothing is sent or spent */
  readonly mayStart: () => boolean
}

/** Makes one attempt. Never throws for anything that the receiver does. */
export const attempt = async (deps: AttemptDeps, endpoint: LaneEndpoint, due: DueDelivery, { signal, mayStart }: AttemptOptions): Promise<Attempted> => {
  const askedAtMs = deps.clock.epochMs()
  const askedMs = deps.clock.monotonicMs()
  const token = endpoint.auth === null ? undefined : await deps.tokens.token(endpoint.auth)
  const startedAtMs = deps.clock.epochMs()
  if (token?.kind === 'refused') return withoutToken(due, token, askedAtMs, deps.clock.monotonicMs() - askedMs)
  if (!mayStart()) return notSent()

  const span = due.traceparent === null ? undefined : beginSpan(due)
  const { body } = due
  const headers = requestHeaders({
    profile: endpoint.signatureProfile,
    userAgent: deps.userAgent,
    eventId: due.eventId,
    eventType: due.eventType,
    timestampSeconds: Math.floor(startedAtMs / 1000),
    body,
    secrets: secretsOf(endpoint),
    traceparent: span && traceParentHeader(span.parent, span.spanId),
    custom: endpoint.headers,
    authorization: token === undefined ? undefined : `Bearer ${token.value}`,
  })
  const exchange = await deps.sender.send({ url: endpoint.url, headers, body, timeoutMs: endpoint.timeoutMs, signal })
  const { outcome } = exchange
  const verdict = judge(outcome, { noRetryCodes: endpoint.noRetryCodes })
  const isTrouble = saysTrouble(outcome)
  if (outcome.kind === 'unreachable' && outcome.reason === 'aborted') return { result: undefined, verdict, outcome, isTrouble }
  if (endpoint.auth !== null && token !== undefined && outcome.kind === 'rejected' && outcome.status === 401) deps.tokens.invalidate(endpoint.auth, token.value)
  if (span !== undefined && deps.onSpan !== undefined) {
    const status = outcome.kind === 'unreachable' ? null : outcome.status
    deps.onSpan({ ...span, due, host: new URL(endpoint.url).host, startedAtMs, durationMs: exchange.durationMs, status, error: errorOf(outcome) })
  }
  return { result: asResult(due, loggedHeaders(headers), startedAtMs, masked(exchange, endpoint, token?.value), verdict), verdict, outcome, isTrouble }
}

/** An attempt that was decided without a request: it counts, so that what cannot be sent comes to an end. */
export const unsent = (due: DueDelivery, verdict: Verdict, errorKind: string, nowMs: number): Attempted => ({
  outcome: { kind: 'unreachable', reason: 'protocol', literal: true },
  verdict,
  isTrouble: false,
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
