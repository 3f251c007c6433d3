/**
 * Receivers that write back in circles: an endpoint that gets the same event type about the same resource again and again.
 * Each turn of such a circle is a request, and one process owns the endpoint's lane, so that this needs no table and costs writers nothing.
 */

/** As much of a delivery as a turn is told by. */
type Turn = { readonly endpointId: string; readonly eventType: string; readonly resourceId: string | null; readonly attempts: number }

type Suspect = {
  /** nothing goes out before */
  untilMs: number
  /** how often it was stopped without a quiet window in between */
  stops: number
}

export type Circles = {
  /**
   * Counts a delivery that is about to be sent.
   * @param limit deliveries of its kind in ten minutes; null = none
   * @returns how long to postpone it, in milliseconds; 0 = it may be sent
   */
  readonly turn: (delivery: Turn, limit: number | null, nowMs: number) => number
}

const WINDOW_MS = 600_000
const FIRST_PAUSE_MS = 900_000
const LONGEST_PAUSE_MS = 14_400_000
/** Kinds that are counted at once; some 3 MB. */
const MOST_KINDS = 20_000
const MOST_SUSPECTS = 1_000

/**
 * Where there is no room for another kind, each loses one: what comes seldom makes way, and what comes again and again stays (the frequent
 * items of Misra and Gries). So a count may be too low, and never too high.
 */
const makeRoom = (counts: Map<string, number>): void => {
  for (const [kind, count] of counts) {
    if (count <= 1) counts.delete(kind)
    else counts.set(kind, count - 1)
  }
}

export const createCircles = (): Circles => {
  const counts = new Map<string, number>()
  const suspects = new Map<string, Suspect>()
  let windowMs = -Infinity

  const stop = (kind: string, stops: number, nowMs: number): number => {
    const pauseMs = Math.min(FIRST_PAUSE_MS * 2 ** (stops - 1), LONGEST_PAUSE_MS)
    if (suspects.size >= MOST_SUSPECTS) suspects.delete(suspects.keys().next().value!)
    suspects.set(kind, { untilMs: nowMs + pauseMs, stops })
    counts.delete(kind)
    return pauseMs
  }

  return {
    turn: ({ endpointId, eventType, resourceId, attempts }, limit, nowMs) => {
      if (limit === null || resourceId === null || attempts > 0) return 0
      if (nowMs - windowMs >= WINDOW_MS) {
        counts.clear()
        windowMs = nowMs
      }
      const kind = `${endpointId} ${eventType} ${resourceId}`
      const suspect = suspects.size === 0 ? undefined : suspects.get(kind)
      if (suspect !== undefined && nowMs < suspect.untilMs) return suspect.untilMs - nowMs
      const isProbed = suspect !== undefined && nowMs < suspect.untilMs + WINDOW_MS
      if (suspect !== undefined && !isProbed) suspects.delete(kind)
      const count = (counts.get(kind) ?? 0) + 1
      // After a pause a tenth shows whether it goes on.
      if (count > (isProbed ? Math.ceil(limit / 10) : limit)) return stop(kind, isProbed ? suspect.stops + 1 : 1, nowMs)
      if (count === 1 && counts.size >= MOST_KINDS) makeRoom(counts)
      counts.set(kind, count)
      return 0
    },
  }
}
