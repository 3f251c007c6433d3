/** Rates as a virtual schedule (GCRA): each request uses up an interval, and a small burst may run ahead. Pure. */

/** Until when the rate is used up, in monotonic milliseconds; in the past = it is not. */
export type Pace = { readonly usedUntilMs: number }

/** Share of a minute's requests that may go at once. With it any 60 s see at most 1.08 times the limit. */
const BURST = 0.08

const intervalMs = (perMinute: number): number => 60_000 / perMinute
const burstMs = (perMinute: number): number => intervalMs(perMinute) * (Math.max(1, Math.floor(perMinute * BURST)) - 1)

/** How long to wait before the next request may start: 0 = now. */
export const waitMs = (pace: Pace, perMinute: number | null, nowMs: number): number =>
  perMinute === null ? 0 : Math.max(0, pace.usedUntilMs - burstMs(perMinute) - nowMs)

/** The pace after one more request. */
export const used = (pace: Pace, perMinute: number | null, nowMs: number): Pace =>
  perMinute === null ? pace : { usedUntilMs: Math.max(pace.usedUntilMs, nowMs) + intervalMs(perMinute) }

/**
 * The pace that a former owner has left, used up for so long from now. No further than this rate can have brought it: a clock of the
 * database that was set back would else stop the endpoint for as long.
 */
export const inherited = (pace: Pace, perMinute: number | null, usedForMs: number, nowMs: number): Pace =>
  perMinute === null ? pace : { usedUntilMs: Math.max(pace.usedUntilMs, nowMs + Math.min(usedForMs, burstMs(perMinute) + intervalMs(perMinute))) }

/** Whether a next owner must know of it: less than half of the burst is left. */
export const mustBeKept = (pace: Pace, perMinute: number | null, nowMs: number): boolean =>
  perMinute !== null && pace.usedUntilMs - nowMs > burstMs(perMinute) / 2 + intervalMs(perMinute)

/** Requests that a page should hold for the coming second, so that no more is read than can be sent. */
export const startableWithin = (pace: Pace, perMinute: number | null, nowMs: number, spanMs: number): number =>
  perMinute === null ? Infinity : Math.max(0, Math.floor((nowMs + spanMs + burstMs(perMinute) - pace.usedUntilMs) / intervalMs(perMinute)) + 1)
