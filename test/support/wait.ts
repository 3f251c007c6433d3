/** Waiting for something to become true, instead of sleeping and hoping. */
import { setTimeout as sleep } from 'node:timers/promises'

export type WaitOptions = {
  /** how long to try, 20,000 ms by default: whoever waits for it shares the machine with other tests */
  readonly deadlineMs?: number
  /** what is waited for, named in the error: `the delivery to become a success` */
  readonly what: string
}

/** Ms between two questions: the longer it takes, the less often it is asked, since each question takes from what others wait for as well. */
const pauseMs = (waitedMs: number): number => Math.min(50, 10 + waitedMs / 20)

/**
 * Asks `condition` again and again until it gives something truthy, and returns that.
 * A condition that throws is asked again; its last error is the cause of the failure.
 * @throws Error when the deadline is over
 */
export const waitFor = async <T>(
  condition: () => T | Promise<T>,
  { deadlineMs = 20_000, what }: WaitOptions,
): Promise<Exclude<Awaited<T>, false | 0 | '' | null | undefined>> => {
  const beganMs = performance.now()
  let waitedMs = 0
  let cause: unknown
  do {
    try {
      const value = await condition()
      if (value) return value as Exclude<Awaited<T>, false | 0 | '' | null | undefined>
      cause = undefined
    } catch (error) {
      cause = error
    }
    await sleep(pauseMs(waitedMs))
    waitedMs = performance.now() - beganMs
  } while (waitedMs < deadlineMs)
  throw new Error(`Waited ${deadlineMs} ms for ${what}.`, { cause })
}
