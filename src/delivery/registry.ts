/**
 * The lanes that this process owns: takes them, keeps reading and sending, and gives them back when nothing is left.
 *
 * The protocol is described in docs/decisions.md, "Lanes"; each of its steps has a file of its own: lane-locks (take and
 * give back), reader (pages), sending (start requests), keeping-fresh (what endpoints say), giving-back and watch (going
 * idle), wakes (what is due later).
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type { LaneEndpoint } from '../database/lane-endpoints.ts'
import { createGivingBack } from './giving-back.ts'
import { keepFresh } from './keeping-fresh.ts'
import { createLane, type Lane } from './lane.ts'
import { createLaneLocks } from './lane-locks.ts'
import { createOnCall } from './on-call.ts'
import { inherited } from './pace.ts'
import { drain } from './places.ts'
import { createReader } from './reader.ts'
import { createSending } from './sending.ts'
import { createWakes } from './wakes.ts'
import { createWatch } from './watch.ts'
import type { RegistryDeps } from './registry-deps.ts'

export type Registry = {
  /** A wake-up: takes the lane if it is free, or reads again if it is ours. Resolves when the lane is in somebody's hands. */
  readonly offer: (endpointId: string) => Promise<void>
  /** Somebody has written for a lane that is on call. @param looks something else than a new delivery that is due may be to find */
  readonly call: (endpointId: string, looks: boolean) => void
  /** finishes what is under way within a time, hands the rest back, and wakes other workers for it */
  readonly stop: (graceMs: number) => Promise<void>
  /** the lock connection is gone, and every lane with it: starts nothing more; what is under way is still recorded, if nobody was faster */
  readonly abandon: () => void
  readonly vitals: () => {
    readonly lanes: number
    /** lanes of ours that rest until they are called */
    readonly resting: number
    readonly inFlight: number
    /** lanes that were given back and are still looked at */
    readonly watched: number
    /** endpoints with requests under way */
    readonly busyLanes: string[]
    /** all endpoints whose lanes are ours, or about to be */
    readonly ownedLanes: string[]
  }
  /** lanes that the server no longer counts as ours are left at once */
  readonly verify: () => Promise<void>
}

export const createRegistry = (deps: RegistryDeps): Registry => {
  const { clock, store, places, memories, log } = deps
  const lanes = new Map<string, Lane>()
  const taking = new Map<string, Promise<void>>()
  const locks = createLaneLocks(store)
  let state: 'running' | 'stopping' | 'abandoned' = 'running'
  const isRunning = () => state === 'running'

  const trouble = (step: string) => (error: unknown) => {
    if (state === 'running') log.error({ err: error, step }, 'a step of the lanes failed')
  }
  const offerAgain = (endpointId: string) => void offer(endpointId).catch(trouble('take'))

  const wakes = createWakes({ scheduleWakes: store.scheduleWakes, onTime: offerAgain, onTrouble: trouble('schedule') })

  const watch = createWatch({
    clock,
    look: store.look,
    onDue: (endpointId) => {
      memories.of(endpointId).isToReadAll = true // if its last page did not show it, that may be why
      offerAgain(endpointId)
    },
    onSettled: (endpointId, dueInMs) => {
      onCall.settled(endpointId)
      if (dueInMs !== null) wakes.later(endpointId, dueInMs)
    },
    onTrouble: trouble('look'),
  })

  const onCall = createOnCall({
    clock,
    most: deps.mostResting,
    load: (endpointIds) => (store.loadCalled ?? store.loadEndpoints)(endpointIds),
    onRisen: (endpoint, refreshedMs, looks) => adopt(endpoint, refreshedMs, { looks }),
    giveBack: (endpointId) => retire(endpointId),
    onTrouble: trouble('call'),
  })

  const { settle, unlock, retire, keepIfBusy, offerAfterwards } = createGivingBack({ ...deps, lanes, locks, wakes, watch, onCall, onWanting: () => reader.wake(), isRunning, isAbandoned: () => state === 'abandoned', offer: offerAgain, onTrouble: trouble })

  const reader = createReader({
    clock,
    places,
    lanes,
    read: store.readPages,
    onRead: (read) => {
      sending.pump(read)
      for (const lane of read) {
        keepIfBusy(lane)
        settle(lane)
      }
    },
    onTrouble: trouble('read'),
  })

  const sending = createSending({
    ...deps,
    lanes,
    stopSignal: places.stopRequests.signal,
    isRunning,
    onFree: (lane) => {
      settle(lane)
      reader.wake()
    },
    onStale: () => reader.wake(),
    verify: () => verify(),
  })

  const fresh = keepFresh({
    ...deps,
    lanes,
    onFresh: (refreshed) => {
      sending.pump()
      for (const lane of refreshed) settle(lane)
      reader.wake()
    },
    onTrouble: trouble('refresh'),
  })

  const adopt = (endpoint: LaneEndpoint, refreshedMs: number, called?: { readonly looks: boolean }): void => {
    const lane = createLane(endpoint, memories.of(endpoint.id), clock.monotonicMs(), refreshedMs)
    if (endpoint.paceUsedForMs !== null) lane.memory.pace = inherited(lane.memory.pace, endpoint.rateLimit, endpoint.paceUsedForMs, clock.monotonicMs())
    if (lane.memory.isToReadAll) lane.readAllMs = -Infinity
    lane.memory.isToReadAll = false
    lane.isOnCall = called !== undefined
    lane.needsLook = called?.looks === true
    lanes.set(endpoint.id, lane)
    reader.wake()
    settle(lane) // one that may not send is given back at once
  }

  const take = async (endpointId: string): Promise<void> => {
    watch.forget(endpointId)
    wakes.forget(endpointId)
    const startedMs = clock.monotonicMs()
    let isTaken = true // a take that fails may have taken the lock before that
    try {
      const endpoint = await locks.take(endpointId)
      isTaken = endpoint !== undefined
      if (endpoint !== undefined && state === 'running') adopt(endpoint, startedMs)
    } finally {
      if (isTaken && !lanes.has(endpointId)) await unlock(endpointId)
    }
  }

  const call = (endpointId: string, looks: boolean): void => {
    const lane = lanes.get(endpointId)
    if (state !== 'running') return
    if (lane === undefined) {
      onCall.call(endpointId, looks)
    } else if (lane.isReleasing) {
      offerAfterwards(endpointId)
    } else {
      lane.isCalled = true
      lane.needsLook ||= looks
      lane.nextReadMs = 0
      reader.wake()
    }
  }

  const offer = (endpointId: string): Promise<void> => {
    if (state !== 'running') return Promise.reject(new Error('This worker takes no more lanes; another one will.'))
    const lane = lanes.get(endpointId)
    if (lane?.isReleasing === true) {
      offerAfterwards(endpointId)
      return Promise.resolve()
    }
    if (lane !== undefined || onCall.has(endpointId)) {
      call(endpointId, true)
      return Promise.resolve()
    }
    const known = taking.get(endpointId)
    if (known !== undefined) return known
    const taken = take(endpointId).finally(() => taking.delete(endpointId))
    taking.set(endpointId, taken)
    return taken
  }

  /** @returns the endpoints that had a timer */
  const end = (how: 'stopping' | 'abandoned'): string[] => {
    state = how
    fresh.stop()
    reader.stop()
    watch.stop()
    for (const lane of lanes.values()) lane.queue = []
    return wakes.stop()
  }

  const leaveLost = async (): Promise<void> => {
    const owned = [...lanes.values()].filter((lane) => !lane.isReleasing)
    const resting = onCall.resting()
    const held = new Set(await store.heldLocks([...owned.map((lane) => lane.endpoint.id), ...resting]))
    for (const id of resting) if (!held.has(id) && onCall.has(id) && !lanes.has(id)) onCall.forget(id)
    for (const lane of owned) {
      const { id } = lane.endpoint
      // One that was given back meanwhile, and perhaps taken again, is another lane by now.
      if (held.has(id) || lane.isReleasing || lanes.get(id) !== lane) continue
      log.error({ endpointId: id }, 'a lane was lost without notice')
      lane.queue = []
      lane.isReleasing = true
      lanes.delete(id)
    }
  }

  /** One look answers all who ask while it waits: after a restart of the database results are lost by the hundred. */
  let verifying: Promise<void> | undefined
  const verify = (): Promise<void> => (verifying ??= sleep(0).then(leaveLost).finally(() => (verifying = undefined)))

  return {
    offer,
    call,
    verify,
    vitals: () => ({
      lanes: lanes.size,
      resting: onCall.resting().length,
      inFlight: places.underWay,
      watched: watch.size(),
      busyLanes: [...lanes.values()].filter((lane) => lane.busy.size > 0).map((lane) => lane.endpoint.id),
      ownedLanes: [...lanes.keys(), ...taking.keys(), ...onCall.rising()],
    }),
    abandon: () => {
      if (state !== 'abandoned') end('abandoned')
      onCall.abandon()
      lanes.clear()
    },
    stop: async (graceMs) => {
      if (state !== 'running') return
      const idle = end('stopping')
      await drain(places, graceMs)
      await Promise.allSettled(taking.values())
      const resting = await onCall.stop()
      const owned = [...lanes.values()].filter((lane) => !lane.isReleasing)
      const looks = await Promise.all([...owned.map((lane) => unlock(lane.endpoint.id, lane.isOnCall)), ...resting.map((endpointId) => unlock(endpointId, true))])
      lanes.clear()
      const left = looks.flatMap((seen) => (seen === undefined || seen.dueInMs === null ? [] : [{ endpointId: seen.endpointId, inMs: Math.max(0, seen.dueInMs) }]))
      const found = new Set(left.map(({ endpointId }) => endpointId))
      const timed = idle.filter((endpointId) => !found.has(endpointId)).map((endpointId) => ({ endpointId, inMs: 0 })) // a lane at rest may have both
      if (left.length + timed.length > 0) await store.scheduleWakes([...left, ...timed])
    },
  }
}
