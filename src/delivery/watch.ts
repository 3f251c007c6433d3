/**
 * Going idle without losing anybody. After its lock is gone, a lane is looked at until every transaction that may have
 * seen it owned has ended: a writer that relied on the owner is thereby seen, and a later one finds the lane free.
 */
import type { Look, Release } from '../database/lanes.ts'
import type { Clock } from './clock.ts'

export type WatchDeps = {
  readonly clock: Clock
  readonly look: (endpointIds: readonly string[]) => Promise<Look[]>
  /** something is due: the lane should be taken again */
  readonly onDue: (endpointId: string) => void
  /** nobody is left who could have relied on the owner; `dueInMs` = null: nothing is open */
  readonly onSettled: (endpointId: string, dueInMs: number | null) => void
  readonly onTrouble: (error: unknown) => void
}

export type Watch = {
  /** begins with the look that the release itself took */
  readonly begin: (release: Release, options?: { readonly isHeld?: boolean }) => void
  /** the lane was taken again, by whoever */
  readonly forget: (endpointId: string) => void
  readonly stop: () => void
  readonly size: () => number
}

type Watched = { readonly horizon: bigint; readonly deadlineMs: number; readonly isHeld: boolean }

/** A transaction that stays open longer is left to the sweeper. */
const MAX_WATCH_MS = 1_000
const MAX_PAUSE_MS = 50

/** All lanes that go idle share one look. */
export const createWatch = ({ clock, look, onDue, onSettled, onTrouble }: WatchDeps): Watch => {
  const watched = new Map<string, Watched>()
  let timer: NodeJS.Timeout | undefined
  let pauseMs = 1
  let isLooking = false
  let isStopped = false

  const judge = (seen: Look): void => {
    const lane = watched.get(seen.endpointId)
    if (lane === undefined) return
    if (seen.dueInMs !== null && seen.dueInMs <= 0 && !lane.isHeld) {
      watched.delete(seen.endpointId)
      onDue(seen.endpointId)
    } else if (seen.xmin >= lane.horizon || clock.monotonicMs() >= lane.deadlineMs) {
      watched.delete(seen.endpointId)
      onSettled(seen.endpointId, seen.dueInMs)
    }
  }

  const lookAgain = async (): Promise<void> => {
    timer = undefined
    isLooking = true
    const ids = [...watched.keys()]
    try {
      const looks = await look(ids)
      const seen = new Set(looks.map(({ endpointId }) => endpointId))
      for (const id of ids) if (!seen.has(id)) watched.delete(id) // the endpoint is gone
      for (const each of looks) judge(each)
    } catch (error) {
      // The sweeper finds what is due; an owner that cannot reach the database has nothing to watch.
      watched.clear()
      onTrouble(error)
    } finally {
      isLooking = false
      schedule()
    }
  }

  const schedule = (): void => {
    if (isStopped || isLooking || timer !== undefined || watched.size === 0) return
    timer = setTimeout(() => void lookAgain(), pauseMs)
    pauseMs = Math.min(pauseMs * 2, MAX_PAUSE_MS)
  }

  return {
    begin: (seen, { isHeld = false } = {}) => {
      if (isStopped) return
      watched.set(seen.endpointId, { horizon: seen.horizon, deadlineMs: clock.monotonicMs() + MAX_WATCH_MS, isHeld })
      judge(seen)
      pauseMs = 1
      schedule()
    },
    forget: (endpointId) => void watched.delete(endpointId),
    stop: () => {
      isStopped = true
      clearTimeout(timer)
      watched.clear()
    },
    size: () => watched.size,
  }
}
