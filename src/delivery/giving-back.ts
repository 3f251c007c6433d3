/** Gives lanes back for which nothing is left to do, and sees to it that nobody who relied on their owner is forgotten. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Release } from '../database/lanes.ts'
import { isEmpty, isOpen, type Lane } from './lane.ts'
import type { LaneLocks } from './lane-locks.ts'
import type { OnCall } from './on-call.ts'
import { ratePerSecond } from './memory.ts'
import { mustBeKept } from './pace.ts'
import { BUSY_PER_SECOND, LINGER_MS } from './reader.ts'
import type { RegistryDeps } from './registry-deps.ts'
import type { Wakes } from './wakes.ts'
import type { Watch } from './watch.ts'

export type GivingBackDeps = Pick<RegistryDeps, 'clock' | 'store' | 'places' | 'onBroken'> & {
  readonly lanes: Map<string, Lane>
  readonly locks: LaneLocks
  readonly wakes: Wakes
  readonly watch: Watch
  readonly onCall: OnCall
  /** a lane has something to read */
  readonly onWanting: () => void
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
  readonly unlock: (endpointId: string, isOnCall?: boolean) => Promise<Release | undefined>
  /** gives back a lane that rests */
  readonly retire: (endpointId: string) => Promise<void>
  /** a lane on call that has become busy is kept reading, and called no more */
  readonly keepIfBusy: (lane: Lane) => void
  /** for a lane that is being given back: it is offered again when that is done */
  readonly offerAfterwards: (endpointId: string) => void
}

/** Tries to give a lock back, before the connection is given up instead. */
const UNLOCK_TRIES = 3
const UNLOCK_PAUSE_MS = 100

export const createGivingBack = (deps: GivingBackDeps): GivingBack => {
  const { clock, store, lanes, locks, wakes, watch, onCall, places, onTrouble } = deps
  /** lanes that somebody offered while they were being given back */
  const offeredMeanwhile = new Set<string>()

  /**
   * After a failure nobody knows whether it is still held, and giving it back twice does no harm; a connection that cannot do
   * so is given up, and the lock with it.
   */
  const unlock = async (endpointId: string, isOnCall = false): Promise<Release | undefined> => {
    if (isOnCall) onCall.forget(endpointId)
    for (let tries = 1; ; tries += 1) {
      try {
        return await (isOnCall ? locks.releaseOnCall(endpointId) : locks.release(endpointId))
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

  const remember = (lane: Lane): void => {
    lane.memory.circuit = lane.circuit
    lane.memory.speed = lane.speed
  }

  const retire = async (endpointId: string): Promise<void> => {
    const seen = await unlock(endpointId, true)
    if (seen !== undefined) watch.begin(seen)
  }

  const goOnCall = async (lane: Lane): Promise<void> => {
    const { id } = lane.endpoint
    lane.isReleasing = true
    remember(lane)
    let seen: Release | undefined
    try {
      seen = await locks.putOnCall(id)
    } catch (error) {
      onTrouble('call')(error)
      if (!deps.isAbandoned()) await unlock(id, true) // nobody knows which of its locks are held, so both are given back
    }
    if (deps.isAbandoned()) return
    if (seen === undefined) {
      await release(lane)
      return
    }
    lanes.delete(id)
    onCall.rest(id, true)
    watch.begin(seen)
    if (!deps.isRunning()) await unlock(id, true)
    else if (offeredMeanwhile.delete(id)) deps.offer(id)
  }

  /** It has requests under way, and nobody knows which of its locks are held: the connection is given up, and both with it. */
  const giveUp = (error: unknown): undefined => {
    onTrouble('call')(error)
    if (!deps.isAbandoned()) deps.onBroken('a lane could not be taken off call')
  }

  const keepIfBusy = (lane: Lane): void => {
    if (!lane.isOnCall || lane.isLeavingCall || ratePerSecond(lane.memory, clock.monotonicMs()) < BUSY_PER_SECOND) return
    lane.isLeavingCall = true
    void locks.keepReading(lane.endpoint.id).catch(giveUp).then((isOff) => {
      lane.isLeavingCall = false
      if (isOff === true) {
        lane.isOnCall = false
        onCall.forget(lane.endpoint.id)
      }
      lane.nextReadMs = 0 // whoever has written since was not called
      deps.onWanting()
    })
  }

  /**
   * Whether it may be put on call, or stay there. Not a lane that keeps an order, whose next is due when another ends; and by a worker that has much to
   * do none more, since others may have less.
   */
  const mayRest = ({ endpoint, circuit, probation, isOnCall, needsLook, unsure }: Lane): boolean => {
    if (store.putOnCall === undefined || endpoint.ordered || circuit.state !== 'closed' || probation !== undefined) return false
    return isOnCall ? !needsLook && unsure === 0 && onCall.isSettled(endpoint.id) : onCall.hasRoom() && places.underWay * 2 < places.limit
  }

  const rest = (lane: Lane): void => {
    remember(lane)
    lanes.delete(lane.endpoint.id)
    onCall.rest(lane.endpoint.id, false)
  }

  const release = async (lane: Lane): Promise<void> => {
    const { id, rateLimit, maySend } = lane.endpoint
    lane.isReleasing = true
    const nowMs = clock.monotonicMs()
    remember(lane)
    const heldForMs = lane.heldUntilMs - nowMs
    if (mustBeKept(lane.memory.pace, rateLimit, nowMs)) await store.savePace(id, lane.memory.pace.usedUntilMs - nowMs).catch(onTrouble('save pace'))
    // All that was due has come back: the lane does not kill its owners.
    if (lane.probation !== undefined && isOpen(lane, nowMs)) await store.clearSuspect(id, 'crashes').catch(onTrouble('clear suspect'))
    const seen = await unlock(id, lane.isOnCall)
    lanes.delete(id)
    if (offeredMeanwhile.delete(id)) deps.offer(id)
    else if (seen !== undefined && heldForMs > 0) {
      // Held: whoever writes meanwhile wakes nobody, so the wake-up is left even if nothing is open yet.
      if (maySend) wakes.later(id, heldForMs)
    } else if (seen !== undefined && maySend && lane.endpoint.secrets.length > 0) watch.begin(seen)
  }

  const settle = (lane: Lane): void => {
    if (lane.isReleasing || lane.isLeavingCall || !deps.isRunning() || !isEmpty(lane)) return
    const nowMs = clock.monotonicMs()
    if (isOpen(lane, nowMs)) {
      if (lane.hasMore || lane.hasFormer || lane.isCalled || lane.nextReadMs <= nowMs) return
      const lingers = ratePerSecond(lane.memory, nowMs) >= BUSY_PER_SECOND && nowMs - lane.lastFoundMs < LINGER_MS
      if (lingers && !lane.isOnCall) return
      if (mayRest(lane)) {
        if (lane.isOnCall) rest(lane)
        else goOnCall(lane).catch(onTrouble('call'))
        return
      }
    }
    release(lane).catch(onTrouble('release'))
  }

  return { settle, unlock, retire, keepIfBusy, offerAfterwards: (endpointId) => void offeredMeanwhile.add(endpointId) }
}
