/** Waiting for something to become true, instead of sleeping and hoping. */
import { setTimeout as sleep } from 'node:timers/promises'

export type WaitOptions = {
  /** how long to try, 20,000 ms by default: whoever waits for it shares the machine with other tests */
  readonly deadlineMs?: number
  /** what is waited for, named in the error: `the delivery to become a success` */
  readonly what: string
}

/**
 * Asks `condition` every 10 ms until it gives something truthy, and returns that.
 * A condition that throws is asked again; its last error is the cause of the failure.
 * @throws Error when the deadline is over
 */
export const waitFor = async <T>(
  condition: () => T | Promise<T>,
  { deadlineMs = 20_000, what }: WaitOptions,
): Promise<Exclude<Awaited<T>, false | 0 | '' | null | undefined>> => {
  const deadline = performance.now() + deadlineMs
  let cause: unknown
  do {
    try {
      const value = await condition()
      if (value) return value as Exclude<Awaited<T>, false | 0 | '' | null | undefined>
      cause = undefined
    } catch (error) {
      cause = error
    }
    await sleep(10)
  } while (performance.now() < deadline)
  throw new Error(`Waited ${deadlineMs} ms for ${what}.`, { cause })
}
