/** A received webhook as lines for a person at a terminal. */
import type { Arrival } from './receiver.ts'

/** What came over the network must not steer the terminal: control characters are shown as JSON would write them. */
export const legible = (text: string): string =>
  // oxlint-disable-next-line no-control-regex -- control characters are the point
  text.replaceAll(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`)

/** More of a body would push what matters off the screen. */
const MAX_SHOWN = 4_000

/** The body as it came, shortened where it is long. It is not printed anew: these are the bytes that were signed. */
export const showBody = (body: Buffer): string => {
  const text = legible(body.toString('utf8').replaceAll('\r', '\\r'))
  return text.length <= MAX_SHOWN ? text : `${text.slice(0, MAX_SHOWN)}… (${body.length} bytes)`
}

const showVerdict = ({ verdict }: Arrival): string => {
  if (verdict === undefined) return 'not checked (give the secret with --secret)'
  return verdict.refusal === undefined ? 'verified' : `NOT VERIFIED: ${verdict.refusal.message} ${verdict.refusal.detail ?? ''}`.trimEnd()
}

/**
 * Two lines: what it is, whether it verified and what was answered; then its body.
 * @param seenBefore whether this id has come already: the same event, sent again
 */
export const showArrival = (arrival: Arrival, seenBefore: boolean): string => {
  const what = legible([arrival.eventType ?? `${arrival.method} ${arrival.path}`, arrival.eventId].filter(Boolean).join(' '))
  return `${what}  ${showVerdict(arrival)}, answered ${arrival.answered}${seenBefore ? ', seen before' : ''}\n  ${showBody(arrival.body)}`
}

/** The same for programs, on one line; `verified` is null where no secret was given. */
export const arrivalJson = ({ method, path, eventType, eventId, verdict, answered, body }: Arrival, seenBefore: boolean): string =>
  JSON.stringify({ method, path, event_type: eventType ?? null, event_id: eventId ?? null, verified: verdict === undefined ? null : verdict.refusal === undefined, refusal: verdict?.refusal?.message ?? null, answered, seen_before: seenBefore, body: body.toString('utf8') })
