/** `verify` as a receiver calls it: by the clock of its machine. */
import { verify as verifyAt, type Received, type Verified } from '../core/verify.ts'

/** A request as the receiver got it; `now` is the machine's clock unless it is given. */
export type ReceivedRequest = Omit<Received, 'now'> & Partial<Pick<Received, 'now'>>

/**
 * Proves that a request comes from who shares the secret, unchanged and recent.
 * @returns the event's id, which is the idempotency key: a delivery may arrive more than once
 * @throws RowhookError WHSIG when it does not verify, WHSEC when a secret is not valid
 */
export const verify = (request: ReceivedRequest): Verified => verifyAt({ ...request, now: request.now ?? new Date() })
