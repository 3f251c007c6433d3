/** What an outcome means for its delivery and its endpoint: the whole table of answers in one function. */
import { describeOutcome, type Outcome } from './outcome.ts'

/** Answers that will not change however often one asks; what an endpoint without `no_retry_codes` of its own uses. */
export const PERMANENT_CODES: readonly number[] = [400, 405, 413, 414, 415, 422, 431, 501, 505]

/** A receiver can hold its lane for a day at most, whatever `Retry-After` says. */
export const MAX_HOLD_SECONDS = 86_400

/** What of an endpoint the judgement depends on. */
export type AnswerPolicy = {
  /** the endpoint's list, in place of `PERMANENT_CODES`; null or absent: those */
  readonly noRetryCodes?: readonly number[] | null | undefined
}

export type Verdict = {
  /** `fail` is for good; `retry` counts a failed attempt and waits for the schedule, as long as attempts are left */
  readonly delivery: 'success' | 'retry' | 'fail'
  /** one short line for `last_error`, e.g. `HTTP 410: gone`; empty on success */
  readonly reason: string
  /** the endpoint is to be disabled, and why */
  readonly disable?: 'gone' | 'receiver asked'
  /** 401 or 403: refresh credentials that Rowhook holds, and flag the endpoint for its owner */
  readonly credentials?: true
  /** hold the endpoint's lane for so long from now; 1 to 86,400 */
  readonly holdSeconds?: number
}

const SUCCESS: Verdict = { delivery: 'success', reason: '' }

/**
 * Judges one outcome. Attempts left, jitter and the schedule are the caller's.
 *
 * A receiver steers by the answer header `webhook-delivery`: `disable` (send this endpoint nothing more) counts on any
 * answer, `abort-message` (this one never again) on any but 2xx, where there is nothing left to abort.
 * @see https://docs.svix.com/receiving/delivery-control, whose spelling this is
 */
export const judge = (outcome: Outcome, policy: AnswerPolicy = {}): Verdict => {
  const text = describeOutcome(outcome)
  if (outcome.kind === 'unreachable') {
    // A name may resolve elsewhere tomorrow; what is written in the URL will not.
    return { delivery: outcome.literal === true ? 'fail' : 'retry', reason: text }
  }
  const { status, control } = outcome
  if (outcome.kind === 'accepted') return control === 'disable' ? { ...SUCCESS, disable: 'receiver asked' } : SUCCESS
  if (control === 'disable') return { delivery: 'fail', reason: `${text}: the receiver asked to be disabled`, disable: 'receiver asked' }
  if (status === 410) return { delivery: 'fail', reason: `${text}: gone`, disable: 'gone' }

  const asked = (status === 429 || status === 503) && outcome.retryAfterSeconds !== undefined ? outcome.retryAfterSeconds : 0
  const effects = {
    ...(status === 401 || status === 403 ? { credentials: true as const } : {}),
    ...(asked > 0 ? { holdSeconds: Math.min(asked, MAX_HOLD_SECONDS) } : {}),
  }
  if (control === 'abort-message') return { delivery: 'fail', reason: `${text}: the receiver aborted this message`, ...effects }
  if ((policy.noRetryCodes ?? PERMANENT_CODES).includes(status)) return { delivery: 'fail', reason: `${text}: will not be retried`, ...effects }
  return { delivery: 'retry', reason: text, ...effects }
}
