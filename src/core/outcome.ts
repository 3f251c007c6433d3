/** What one HTTP attempt came to, as plain data. */

/** What a receiver asks for by its answer's header `webhook-delivery`. */
export type DeliveryControl = 'disable' | 'abort-message'

/** Why no answer came; a closed set, so that nothing of the inner network is stored or shown. */
export type UnreachableReason =
  /** the name did not resolve within its deadline */
  | 'dns'
  /** no connection: refused, no route, nobody answered */
  | 'connect'
  /** TLS failed: certificate, protocol, rubbish */
  | 'tls'
  /** connected, but no complete head of an answer before the deadline */
  | 'timeout'
  /** the connection broke before the head of an answer was complete */
  | 'reset'
  /** an address, port or URL that the operator does not allow */
  | 'blocked'
  /** what came is not HTTP, or the request could not be written as HTTP */
  | 'protocol'
  /** stopped by ourselves (shutdown): no statement about the receiver, and no attempt spent */
  | 'aborted'

/** What one HTTP attempt came to. An endpoint that rejects or hangs is data, not an exception. */
export type Outcome =
  | { readonly kind: 'accepted'; readonly status: number; readonly control?: DeliveryControl }
  | {
      readonly kind: 'rejected'
      readonly status: number
      /** seconds from now that a valid `Retry-After` asks for, uncapped */
      readonly retryAfterSeconds?: number
      readonly control?: DeliveryControl
    }
  | {
      readonly kind: 'unreachable'
      readonly reason: UnreachableReason
      /** an error name such as `ECONNREFUSED` or `CERT_HAS_EXPIRED`; never an address */
      readonly code?: string
      /** blocked by the URL itself, not by what its name resolves to: no retry can help */
      readonly literal?: true
    }

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']
const IMF = /^[A-Z][a-z]{2}, (\d{2}) ([A-Z][a-z]{2}) (\d{4}) (\d{2}):(\d{2}):(\d{2}) GMT$/
const RFC850 = /^[A-Z][a-z]{5,8}, (\d{2})-([A-Z][a-z]{2})-(\d{2}) (\d{2}):(\d{2}):(\d{2}) GMT$/
const ASCTIME = /^[A-Z][a-z]{2} ([A-Z][a-z]{2}) ([ \d]\d) (\d{2}):(\d{2}):(\d{2}) (\d{4})$/

/**
 * The instant of an HTTP date in any of the three formats that RFC 9110 §5.6.7 tells a recipient to accept.
 * @returns milliseconds since 1970, or `undefined` for anything else
 */
export const httpDateMs = (text: string, nowMs: number): number | undefined => {
  const asctime = ASCTIME.exec(text)
  const [, day, month, year, hours, minutes, seconds] = asctime
    ? [0, asctime[2], asctime[1], asctime[6], asctime[3], asctime[4], asctime[5]]
    : (IMF.exec(text) ?? RFC850.exec(text) ?? [])
  const index = MONTHS.indexOf(String(month))
  if (index < 0) return undefined
  let fullYear = Number(year)
  // A two-digit year more than 50 years ahead means the century before (RFC 9110).
  if (fullYear < 100) {
    fullYear += Math.floor(new Date(nowMs).getUTCFullYear() / 100) * 100
    if (fullYear > new Date(nowMs).getUTCFullYear() + 50) fullYear -= 100
  }
  return Date.UTC(fullYear, index, Number(day), Number(hours), Number(minutes), Number(seconds))
}

/**
 * Whole seconds from now that a `Retry-After` asks for, rounded up so that nobody comes early.
 * @returns at least 1, or `undefined` when the value is missing, unreadable or already past
 */
export const parseRetryAfter = (value: string | undefined, nowMs: number): number | undefined => {
  const text = value?.trim() ?? ''
  if (/^\d+$/.test(text)) return Number(text) || undefined
  const atMs = httpDateMs(text, nowMs)
  const seconds = atMs === undefined ? 0 : Math.ceil((atMs - nowMs) / 1000)
  return seconds > 0 ? seconds : undefined
}

/** What the answer header `webhook-delivery` asks for; values are compared without case, unknown ones mean nothing. */
export const parseControl = (value: string | undefined): DeliveryControl | undefined => {
  const text = value?.trim().toLowerCase()
  return text === 'disable' || text === 'abort-message' ? text : undefined
}

const UNREACHABLE: Record<UnreachableReason, string> = {
  dns: 'the host name did not resolve',
  connect: 'no connection',
  tls: 'TLS failed',
  timeout: 'no answer before the deadline',
  reset: 'the connection broke',
  blocked: 'the address is not allowed',
  protocol: 'the answer is not valid HTTP',
  aborted: 'stopped before an answer',
}

/** One short line for a log or `last_error`: `HTTP 503`, `TLS failed (CERT_HAS_EXPIRED)`. */
export const describeOutcome = (outcome: Outcome): string => {
  if (outcome.kind !== 'unreachable') return `HTTP ${outcome.status}`
  return outcome.code === undefined ? UNREACHABLE[outcome.reason] : `${UNREACHABLE[outcome.reason]} (${outcome.code})`
}
