/** One request under way: undici's events in, exactly one `Exchange` out. */
import type { Dispatcher } from 'undici'
import { parseControl, parseRetryAfter, type Outcome } from '../core/outcome.ts'
import { bodyText } from './body-text.ts'
import type { Connection } from './connections.ts'
import { failureOutcome } from './failure.ts'

/** What came of a request. Never an exception. */
export type Exchange = {
  readonly outcome: Outcome
  /** whole milliseconds from `send` to the outcome, connect and DNS included */
  readonly durationMs: number
  /** absent when no answer came */
  readonly response?: {
    readonly status: number
    /** names in lower case; several values of a name joined by a comma */
    readonly headers: Readonly<Record<string, string>>
    /** at most 8 KiB; what is not UTF-8 as `\xNN`; never inflated */
    readonly body: string
    /** more was sent, or the body broke off */
    readonly truncated: boolean
  }
}

type Start = {
  readonly onEnd: (exchange: Exchange) => void
  /** tells the sender that this request holds nothing any more; `isWhole`: its connection may bear the next one */
  readonly onSettled: (inFlight: InFlight, isWhole: boolean) => void
  readonly connection: Connection
  /** by https */
  readonly secure: boolean
  readonly signal: AbortSignal | undefined
}

/** The state of one request. A plain object whose functions are shared, not a closure for each request and event. */
export type InFlight = Start & {
  readonly startedAtMs: number
  timer: NodeJS.Timeout | undefined
  /** its place among those that its signal stops */
  place: number
  controller: Dispatcher.DispatchController | undefined
  isSettled: boolean
  informational: number
  status: number
  headers: Record<string, string | string[] | undefined> | undefined
  readonly chunks: Buffer[]
  bytes: number
} & Required<Pick<Dispatcher.DispatchHandler, 'onRequestStart' | 'onResponseStart' | 'onResponseData' | 'onResponseEnd' | 'onResponseError'>>

// Read beyond what is kept, because a body read to its end leaves the connection usable.
const READ_BYTES = 16 * 1024
const MAX_INFORMATIONAL = 32
/** Ends requests and sockets of our own accord; made once, because a stack trace costs more than the request. */
const STOPPED = Object.assign(new Error('stopped'), { code: 'UND_ERR_ABORTED' })

const answerHeaders = (parsed: InFlight['headers']): Record<string, string> => {
  const headers: Record<string, string> = {}
  for (const name in parsed) {
    const value = parsed[name]
    const text = typeof value === 'string' ? value : (value ?? []).join(', ')
    headers[name] = text.includes('\0') ? text.replaceAll('\0', '\\x00') : text
  }
  return headers
}

const answered = (status: number, headers: Record<string, string>): Outcome => {
  const control = parseControl(headers['webhook-delivery'])
  const asked = control === undefined ? undefined : { control }
  if (status < 300) return { kind: 'accepted', status, ...asked }
  const retryAfterSeconds = parseRetryAfter(headers['retry-after'], Date.now())
  return { kind: 'rejected', status, ...(retryAfterSeconds === undefined ? undefined : { retryAfterSeconds }), ...asked }
}

const tell = ({ onEnd }: InFlight, exchange: Exchange): void => {
  try {
    onEnd(exchange)
  } catch (error) {
    // undici would take it for an error of the answer, and nobody would ever hear of it.
    queueMicrotask(() => {
      throw error
    })
  }
}

/** Ends the exchange once: by the answer as far as it came where there is a status, by `outcome` where there is none. */
export const settle = (inFlight: InFlight, outcome: Outcome | undefined, isWhole: boolean): void => {
  if (inFlight.isSettled) return
  inFlight.isSettled = true
  clearTimeout(inFlight.timer)
  inFlight.onSettled(inFlight, isWhole)
  const durationMs = Math.round(performance.now() - inFlight.startedAtMs)
  const { status } = inFlight
  if (status === 0) {
    tell(inFlight, { outcome: outcome ?? { kind: 'unreachable', reason: 'protocol' }, durationMs })
    return
  }
  const headers = answerHeaders(inFlight.headers)
  const { text, truncated } = bodyText(inFlight.chunks, isWhole)
  tell(inFlight, { outcome: answered(status, headers), durationMs, response: { status, headers, body: text, truncated } })
}

/** Ends the exchange and closes its connection, connected or not. */
export const stop = (inFlight: InFlight, outcome: Outcome): void => {
  settle(inFlight, outcome, false)
  if (inFlight.controller !== undefined) inFlight.controller.abort(STOPPED)
  // By an error: undici would wait for ever for a connecting socket that closes without one.
  else inFlight.connection.socket?.destroy(STOPPED)
}

// How far a request without an answer came.
const timeoutCode = ({ controller, connection, secure }: InFlight): string => {
  if (controller !== undefined) return 'ANSWER_TIMEOUT'
  return secure && connection.socket?.remoteAddress !== undefined ? 'TLS_TIMEOUT' : 'CONNECT_TIMEOUT'
}

const onDeadline = (inFlight: InFlight): void => stop(inFlight, { kind: 'unreachable', reason: 'timeout', code: timeoutCode(inFlight) })

function onRequestStart(this: InFlight, controller: Dispatcher.DispatchController): void {
  this.controller = controller
  if (this.isSettled) controller.abort(STOPPED)
}

function onResponseStart(this: InFlight, _: unknown, status: number, headers: InFlight['headers']): void {
  if (status >= 200) {
    this.status = status
    this.headers = headers
  } else if (++this.informational > MAX_INFORMATIONAL) {
    stop(this, { kind: 'unreachable', reason: 'protocol', code: 'TOO_MANY_INFORMATIONAL' })
  }
}

function onResponseData(this: InFlight, _: unknown, chunk: Buffer): void {
  const room = READ_BYTES - this.bytes
  this.bytes += chunk.length
  // A copy: a slice would keep undici's whole read buffer alive.
  if (room > 0) this.chunks.push(Buffer.from(chunk.length > room ? chunk.subarray(0, room) : chunk))
  if (this.bytes > READ_BYTES) stop(this, { kind: 'unreachable', reason: 'protocol' })
}

function onResponseEnd(this: InFlight): void {
  settle(this, undefined, true)
}

function onResponseError(this: InFlight, _: unknown, error: Error): void {
  settle(this, failureOutcome(error, this.controller === undefined ? 'connecting' : 'sent', this.secure), false)
}

/** A request about to be dispatched; its deadline runs from here. */
export const startExchange = (start: Start, timeoutMs: number): InFlight => {
  const inFlight: InFlight = {
    ...start,
    startedAtMs: performance.now(),
    timer: undefined,
    place: -1,
    controller: undefined,
    isSettled: false,
    informational: 0,
    status: 0,
    headers: undefined,
    chunks: [],
    bytes: 0,
    onRequestStart,
    onResponseStart,
    onResponseData,
    onResponseEnd,
    onResponseError,
  }
  inFlight.timer = setTimeout(onDeadline, timeoutMs, inFlight)
  return inFlight
}
