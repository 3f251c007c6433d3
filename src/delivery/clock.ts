/** Time as the use cases see it, so that tests need no waiting. */

export type Clock = {
  /** milliseconds since 1970 */
  readonly epochMs: () => number
  /** milliseconds that never go back, also while the process was stopped */
  readonly monotonicMs: () => number
}

export const systemClock: Clock = { epochMs: () => Date.now(), monotonicMs: () => performance.now() }
