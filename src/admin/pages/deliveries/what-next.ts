/** What becomes of a delivery, and why: the sentence at its head. */
import type { Texts } from '../../i18n/en/index.ts'
import type { OneDeliveryResult } from './deliveries.graphql'

export type Delivery = NonNullable<OneDeliveryResult['delivery']>

/** `whenDue` is the time of the next attempt, said as people say it. */
export const whatNext = ({ status, attemptCount, maxAttempts, nextRetryAt, endpoint, next: inWords }: Delivery, { next }: Texts['deliveries']['detail'], say: (at: string) => string, nowMs: number): readonly string[] => {
  if (status !== 'pending' && status !== 'retrying') {
    if (status === 'success') return [next.success(attemptCount)]
    return [{ failed: next.failed, cancelled: next.cancelled, expired: next.expired }[status] ?? '']
  }
  const why = attemptCount === 0 ? next.first : next.because(attemptCount, maxAttempts)
  const health = endpoint?.health
  if (endpoint?.pausedAt) return [next.paused, why]
  if (health?.state === 'switched off') return [next.off, why]
  if (health?.heldUntil && Date.parse(health.heldUntil) > nowMs) return [next.held(say(health.heldUntil)), why]
  // Why it waits although it is due (the one before it, the rate, no worker) only the server knows, in English.
  if (nextRetryAt === null || Date.parse(nextRetryAt) <= nowMs) return [next.now, inWords ?? why]
  return [next.at(say(nextRetryAt)), why]
}
