/** Gives lanes back for which nothing is left to do, and sees to it that nobody who relied on their owner is forgotten. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Release } from '../database/lanes.ts'
import { isEmpty, isOpen, type Lane } from './lane.ts'
import type { LaneLocks } from './lane-locks.ts'
import { ratePerSecond } from './memory.ts'
import { mustBeKept } from './pace.ts'
import { BUSY_PER_SECOND, LINGER_MS } from './reader.ts'
import type { RegistryDeps } from './registry-deps.ts'
import type { Wakes } from './wakes.ts'
import type { Watch } from './watch.ts'

export type GivingBackDeps = Pick<RegistryDeps, 'clock' | 'store' | 'onBroken'> & {
  readonly lanes: Map<string, Lane>
  readonly locks: LaneLocks
  readonly wakes: Wakes
  readonly watch: Watch
  readonly isRunning: () => boolean
  /** the connection is gone, and every lock with it */
  readonly isAbandoned: () => boolean
  /** takes a lane again that was offered meanwhile */
  readonly offer: (endpointId: string) => void
  readonly onTrouble: (step: string) => (error: unknown) => void
}

export type GivingBack = {
  /** gives the lane back if nothing is left for it, and nothing is to be expected at once */
  readonly settle: (lane: Lane) => void
  /** gives a lock back, whatever happens; `undefined`: nobody could look what is due */
  readonly unlock: (endpointId: string) => Promise<Release | undefined>
  /** for a lane that is being given back: it is offered again when that is done */
  readonly offerAfterwards: (endpointId: string) => void
}

/** Tries to give a lock back, before the connection is given up instead. */
const UNLOCK_TRIES = 3
const UNLOCK_PAUSE_MS = 100

export const createGivingBack = (deps: GivingBackDeps): GivingBack => {
  const { clock, store, lanes, locks, wakes, watch, onTrouble } = deps
  /** lanes that somebody offered while they were being given back */
  const offeredMeanwhile = new Set<string>()

  /**
   * After a failure nobody knows whether it is still held, and giving it back twice does no harm; a connection that cannot do
   * so is given up, and the lock with it.
   */
  const unlock = async (endpointId: string): Promise<Release | undefined> => {
    for (let tries = 1; ; tries += 1) {
      try {
        return await locks.release(endpointId)
      } catch (error) {
        onTrouble('release')(error)
        if (deps.isAbandoned()) return undefined
        if (tries === UNLOCK_TRIES) {
          deps.onBroken('a lane could not be given back')
          return undefined
        }
        await sleep(UNLOCK_PAUSE_MS)
      }
    }
  }

  const release = async (lane: Lane): Promise<void> => {
    const { id, rateLimit, maySend } = lane.endpoint
    lane.isReleasing = true
    const nowMs = clock.monotonicMs()
    lane.memory.circuit = lane.circuit
    lane.memory.speed = lane.speed
    const heldForMs = lane.heldUntilMs - nowMs
    if (mustBeKept(lane.memory.pace, rateLimit, nowMs)) await store.savePace(id, lane.memory.pace.usedUntilMs - nowMs).catch(onTrouble('save pace'))
    // All that was due has come back: the lane does not kill its owners.
    if (lane.probation !== undefined && isOpen(lane, nowMs)) await store.clearSuspect(id, 'crashes').catch(onTrouble('clear suspect'))
    const seen = await unlock(id)
    lanes.delete(id)
    if (offeredMeanwhile.delete(id)) deps.offer(id)
    else if (seen !== undefined && heldForMs > 0) {
      // Held: whoever writes meanwhile wakes nobody, so the wake-up is left even if nothing is open yet.
      if (maySend) wakes.later(id, heldForMs)
    } else if (seen !== undefined && maySend && lane.endpoint.secrets.length > 0) watch.begin(seen)
  }

  const settle = (lane: Lane): void => {
    if (lane.isReleasing || !deps.isRunning() || !isEmpty(lane)) return
    const nowMs = clock.monotonicMs()
    if (isOpen(lane, nowMs)) {
      if (lane.hasMore || lane.hasFormer || lane.nextReadMs <= nowMs) return
      const lingers = ratePerSecond(lane.memory, nowMs) >= BUSY_PER_SECOND && nowMs - lane.lastFoundMs < LINGER_MS
      if (lingers) return
    }
    release(lane).catch(onTrouble('release'))
  }

  return { settle, unlock, offerAfterwards: (endpointId) => void offeredMeanwhile.add(endpointId) }
}
