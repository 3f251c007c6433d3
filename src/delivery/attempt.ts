/** One attempt: sign, send, judge. Nothing here knows of lanes or of the database. */
import { requestHeaders } from '../core/headers.ts'
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
import { asResult, errorOf, loggedHeaders, masked } from './attempt-result.ts'
import { beginSpan, type AttemptSpan } from './spans.ts'

export type AttemptDeps = {
  readonly sender: Sender
  readonly tokens: TokenSource
  readonly clock: Clock
  readonly log: { readonly error: (fields: object, message: string) => void }
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

type OnEnd = (attempted: Attempted) => void

/**
 * Makes one attempt and calls back once: in the turn in which the answer ends, or before it returns where nothing is sent. By a promise the
 * connection would be idle until it is fulfilled, which undici takes time to note, and to check before it is used again.
 */
export const attempt = (deps: AttemptDeps, endpoint: LaneEndpoint, due: DueDelivery, options: AttemptOptions, onEnd: OnEnd): void => {
  if (endpoint.auth === null) return post(deps, endpoint, due, options, undefined, onEnd)
  const askedAtMs = deps.clock.epochMs()
  const askedMs = deps.clock.monotonicMs()
  deps.tokens.token(endpoint.auth).then(
    (token) => {
      if (token.kind === 'refused') onEnd(withoutToken(due, token, askedAtMs, deps.clock.monotonicMs() - askedMs))
      else post(deps, endpoint, due, options, token.value, onEnd)
    },
    (error: unknown) => onEnd(failed(deps, due, error)),
  )
}

const post = (deps: AttemptDeps, endpoint: LaneEndpoint, due: DueDelivery, { signal, mayStart }: AttemptOptions, token: string | undefined, onEnd: OnEnd): void => {
  if (!mayStart()) return onEnd(notSent())
  let request: Prepared
  try {
    request = prepare(deps, endpoint, due, token)
  } catch (error) {
    return onEnd(failed(deps, due, error))
  }
  const { headers, body } = request
  deps.sender.start({ url: endpoint.url, headers, body, timeoutMs: endpoint.timeoutMs, signal }, (exchange) => {
    let attempted: Attempted
    try {
      attempted = conclude(deps, endpoint, due, request, exchange)
    } catch (error) {
      attempted = failed(deps, due, error)
    }
    onEnd(attempted)
  })
}

type Prepared = {
  readonly startedAtMs: number
  readonly headers: readonly string[]
  readonly body: string | Buffer
  readonly token: string | undefined
  readonly span: ReturnType<typeof beginSpan> | undefined
}

const prepare = (deps: AttemptDeps, endpoint: LaneEndpoint, due: DueDelivery, token: string | undefined): Prepared => {
  const startedAtMs = deps.clock.epochMs()
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
    authorization: token === undefined ? undefined : `Bearer ${token}`,
  })
  return { startedAtMs, headers, body, token, span }
}

/** What an answer comes to, and what it does to a token and a trace. */
const conclude = (deps: AttemptDeps, endpoint: LaneEndpoint, due: DueDelivery, { startedAtMs, headers, token, span }: Prepared, exchange: Exchange): Attempted => {
  const { outcome } = exchange
  const verdict = judge(outcome, endpoint)
  const isTrouble = saysTrouble(outcome)
  if (outcome.kind === 'unreachable' && outcome.reason === 'aborted') return { result: undefined, verdict, outcome, isTrouble }
  if (endpoint.auth !== null && token !== undefined && outcome.kind === 'rejected' && outcome.status === 401) deps.tokens.invalidate(endpoint.auth, token)
  if (span !== undefined && deps.onSpan !== undefined) {
    const status = outcome.kind === 'unreachable' ? null : outcome.status
    deps.onSpan({ ...span, due, host: new URL(endpoint.url).host, startedAtMs, durationMs: exchange.durationMs, status, error: errorOf(outcome) })
  }
  return { result: asResult(due, loggedHeaders(headers), startedAtMs, masked(exchange, endpoint, token), verdict), verdict, outcome, isTrouble }
}

/** A bug of ours: it spends an attempt, so that what cannot be sent comes to an end. */
const failed = ({ log, clock }: AttemptDeps, due: DueDelivery, error: unknown): Attempted => {
  log.error({ err: error, deliveryId: due.id, endpointId: due.endpointId }, 'a request could not be made')
  const reason = `The request could not be made: ${error instanceof Error ? error.message : String(error)}`
  return unsent(due, { delivery: 'retry', reason }, 'internal', clock.epochMs())
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
