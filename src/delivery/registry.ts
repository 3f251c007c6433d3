/**
 * The lanes that this process owns: takes them, keeps reading and sending, and gives them back when nothing is left.
 *
 * The protocol is described in docs/decisions.md, "Lanes"; each of its steps has a file of its own: lane-locks (take and
 * give back), reader (pages), sending (start requests), watch (going idle).
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type { LaneEndpoint } from '../database/lane-endpoints.ts'
import { createLane, isEmpty, isOpen, type Lane } from './lane.ts'
import { createLaneLocks } from './lane-locks.ts'
import { ratePerSecond } from './memory.ts'
import { mustBeKept } from './pace.ts'
import { drain } from './places.ts'
import { createProbation } from './probation.ts'
import { BUSY_PER_SECOND, createReader, LINGER_MS } from './reader.ts'
import { createSending } from './sending.ts'
import { createWatch } from './watch.ts'
import type { RegistryDeps } from './registry-deps.ts'

export type Registry = {
  /** A wake-up: takes the lane if it is free, or reads again if it is ours. Resolves when the lane is in somebody's hands. */
  readonly offer: (endpointId: string) => Promise<void>
  /** finishes what is under way within a time, hands the rest back, and wakes other workers for it */
  readonly stop: (graceMs: number) => Promise<void>
  /** the lock connection is gone, and every lane with it: starts nothing more; what is under way is still recorded, if nobody was faster */
  readonly abandon: () => void
  readonly vitals: () => {
    readonly lanes: number
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

/** Endpoint states are read again so often; nothing starts on a state that is a second old. */
const REFRESH_MS = 400
/** What is due within this time waits in a timer; later work leaves a job. */
const TIMER_MS = 5_000
/** Tries to give a lock back, before the connection is given up instead. */
const UNLOCK_TRIES = 3
const UNLOCK_PAUSE_MS = 100

export const createRegistry = (deps: RegistryDeps): Registry => {
  const { clock, store, places, memories, log } = deps
  const lanes = new Map<string, Lane>()
  const taking = new Map<string, Promise<void>>()
  const timers = new Map<string, NodeJS.Timeout>()
  /** lanes that somebody offered while they were being given back */
  const offeredMeanwhile = new Set<string>()
  const locks = createLaneLocks(store)
  let state: 'running' | 'stopping' | 'abandoned' = 'running'
  let refreshTimer: NodeJS.Timeout | undefined

  const trouble = (step: string) => (error: unknown) => {
    if (state === 'running') log.error({ err: error, step }, 'a step of the lanes failed')
  }

  const wakeLater = (endpointId: string, inMs: number): void => {
    if (state !== 'running') return
    if (inMs > TIMER_MS) {
      store.scheduleWakes([{ endpointId, inMs }]).catch(trouble('schedule'))
      return
    }
    clearTimeout(timers.get(endpointId))
    timers.set(endpointId, setTimeout(() => {
      timers.delete(endpointId)
      offer(endpointId).catch(trouble('take'))
    }, Math.max(0, inMs)))
  }

  const watch = createWatch({
    clock,
    look: store.look,
    onDue: (endpointId) => {
      memories.of(endpointId).isToReadAll = true // if its last page did not show it, that may be why
      void offer(endpointId).catch(trouble('take'))
    },
    onSettled: (endpointId, dueInMs) => {
      if (dueInMs !== null) wakeLater(endpointId, dueInMs)
    },
    onTrouble: trouble('look'),
  })

  /**
   * Gives a lock back, whatever happens. After a failure nobody knows whether it is still held, and giving it back twice does
   * no harm; a connection that cannot do so is given up, and the lock with it.
   */
  const unlock = async (endpointId: string): Promise<Awaited<ReturnType<typeof locks.release>>> => {
    for (let tries = 1; ; tries += 1) {
      try {
        return await locks.release(endpointId)
      } catch (error) {
        trouble('release')(error)
        if (state === 'abandoned') return undefined
        if (tries === UNLOCK_TRIES) {
          deps.onBroken('a lane could not be given back')
          return undefined
        }
        await sleep(UNLOCK_PAUSE_MS)
      }
    }
  }

  /** Gives a lane back for which nothing is left to do. */
  const release = async (lane: Lane): Promise<void> => {
    const { id, rateLimit, maySend } = lane.endpoint
    lane.isReleasing = true
    const nowMs = clock.monotonicMs()
    lane.memory.circuit = lane.circuit
    lane.memory.speed = lane.speed
    const heldForMs = lane.heldUntilMs - nowMs
    if (mustBeKept(lane.memory.pace, rateLimit, nowMs)) await store.savePace(id, lane.memory.pace.usedUntilMs - nowMs).catch(trouble('save pace'))
    // All that was due has come back: the lane does not kill its owners.
    if (lane.probation !== undefined && isOpen(lane, nowMs)) await store.clearSuspect(id, 'crashes').catch(trouble('clear suspect'))
    const seen = await unlock(id)
    lanes.delete(id)
    if (offeredMeanwhile.delete(id)) void offer(id).catch(trouble('take'))
    else if (seen !== undefined && heldForMs > 0) {
      // Held: whoever writes meanwhile wakes nobody, so the wake-up is left even if nothing is open yet.
      if (maySend) wakeLater(id, heldForMs)
    } else if (seen !== undefined && maySend && lane.endpoint.secrets.length > 0) watch.begin(seen)
  }

  const settle = (lane: Lane): void => {
    if (lane.isReleasing || state !== 'running' || !isEmpty(lane)) return
    const nowMs = clock.monotonicMs()
    if (isOpen(lane, nowMs)) {
      if (lane.hasMore || lane.hasFormer || lane.nextReadMs <= nowMs) return
      const lingers = ratePerSecond(lane.memory, nowMs) >= BUSY_PER_SECOND && nowMs - lane.lastFoundMs < LINGER_MS
      if (lingers) return
    }
    release(lane).catch(trouble('release'))
  }

  const reader = createReader({
    clock,
    places,
    lanes,
    read: store.readPages,
    onRead: (read) => {
      sending.pump(read)
      for (const lane of read) settle(lane)
    },
    onTrouble: trouble('read'),
  })

  const sending = createSending({
    ...deps,
    lanes,
    stopSignal: places.stopRequests.signal,
    isRunning: () => state === 'running',
    onFree: (lane) => {
      settle(lane)
      reader.wake()
    },
    onStale: () => reader.wake(),
    verify: () => verify(),
  })

  const adopt = (endpoint: LaneEndpoint, refreshedMs: number): void => {
    const lane = createLane(endpoint, memories.of(endpoint.id), clock.monotonicMs(), refreshedMs)
    if (endpoint.paceUsedForMs !== null) {
      lane.memory.pace = { usedUntilMs: Math.max(lane.memory.pace.usedUntilMs, clock.monotonicMs() + endpoint.paceUsedForMs) }
    }
    if (lane.memory.isToReadAll) lane.readAllMs = -Infinity
    lane.memory.isToReadAll = false
    lanes.set(endpoint.id, lane)
    reader.wake()
    settle(lane) // one that may not send is given back at once
  }

  const take = async (endpointId: string): Promise<void> => {
    watch.forget(endpointId)
    clearTimeout(timers.get(endpointId))
    timers.delete(endpointId)
    let isTaken = true // a take that fails may have taken the lock before that
    try {
      isTaken = await locks.take(endpointId)
      if (!isTaken || state === 'abandoned') return
      const startedMs = clock.monotonicMs()
      const [endpoint] = await store.loadEndpoints([endpointId])
      if (endpoint !== undefined && state === 'running') adopt(endpoint, startedMs)
    } finally {
      if (isTaken && !lanes.has(endpointId)) await unlock(endpointId)
    }
  }

  const offer = (endpointId: string): Promise<void> => {
    if (state !== 'running') return Promise.reject(new Error('This worker takes no more lanes; another one will.'))
    const lane = lanes.get(endpointId)
    if (lane?.isReleasing === true) {
      offeredMeanwhile.add(endpointId)
      return Promise.resolve()
    }
    if (lane !== undefined) {
      lane.nextReadMs = 0
      reader.wake()
      return Promise.resolve()
    }
    const known = taking.get(endpointId)
    if (known !== undefined) return known
    const taken = take(endpointId).finally(() => taking.delete(endpointId))
    taking.set(endpointId, taken)
    return taken
  }

  /** Reads the state of every owned endpoint again: a disable or a pause counts within a second. */
  const refresh = async (): Promise<void> => {
    const startedMs = clock.monotonicMs()
    const owned = [...lanes.keys()]
    if (owned.length > 0) {
      const endpoints = new Map((await store.loadEndpoints(owned)).map((endpoint) => [endpoint.id, endpoint]))
      for (const id of owned) {
        const lane = lanes.get(id)
        if (lane === undefined) continue
        const endpoint = endpoints.get(id) ?? { ...lane.endpoint, maySend: false }
        if (endpoint.crashes > lane.endpoint.crashes && startedMs > lane.trustedMs) lane.probation = createProbation(endpoint) // counted after it was taken
        if (lane.endpoint.maySend && !endpoint.maySend) log.debug({ endpointId: id }, 'the endpoint may send no more')
        // What was queued under another order or format is read again.
        if (lane.endpoint.version !== endpoint.version) {
          lane.queue = []
          lane.nextReadMs = 0
        }
        lane.endpoint = endpoint
        lane.refreshedMs = startedMs
        lane.heldUntilMs = Math.max(lane.heldUntilMs, startedMs + (endpoint.heldForMs ?? 0))
        if (!isOpen(lane, startedMs)) lane.queue = []
      }
      sending.pump()
      for (const id of owned) {
        const lane = lanes.get(id)
        if (lane !== undefined) settle(lane)
      }
      reader.wake()
    }
  }

  const keepFresh = (): void => {
    refreshTimer = setTimeout(() => {
      refresh()
        .catch(trouble('refresh'))
        .finally(() => {
          if (state === 'running') keepFresh()
        })
    }, REFRESH_MS)
  }
  keepFresh()

  const end = (how: 'stopping' | 'abandoned'): void => {
    state = how
    clearTimeout(refreshTimer)
    reader.stop()
    watch.stop()
    for (const timer of timers.values()) clearTimeout(timer)
    timers.clear()
    for (const lane of lanes.values()) lane.queue = []
  }

  const leaveLost = async (): Promise<void> => {
    const owned = [...lanes.values()].filter((lane) => !lane.isReleasing)
    const held = new Set(await store.heldLocks(owned.map((lane) => lane.endpoint.id)))
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
    verify,
    vitals: () => ({
      lanes: lanes.size,
      inFlight: places.underWay,
      watched: watch.size(),
      busyLanes: [...lanes.values()].filter((lane) => lane.busy.size > 0).map((lane) => lane.endpoint.id),
      ownedLanes: [...lanes.keys(), ...taking.keys()],
    }),
    abandon: () => {
      if (state !== 'abandoned') end('abandoned')
      lanes.clear()
    },
    stop: async (graceMs) => {
      if (state !== 'running') return
      const idle = [...timers.keys()]
      end('stopping')
      await drain(places, graceMs)
      await Promise.allSettled(taking.values())
      const looks = await Promise.all([...lanes.values()].filter((lane) => !lane.isReleasing).map((lane) => unlock(lane.endpoint.id)))
      lanes.clear()
      const left = looks.flatMap((seen) => (seen === undefined || seen.dueInMs === null ? [] : [{ endpointId: seen.endpointId, inMs: Math.max(0, seen.dueInMs) }]))
      const timed = idle.map((endpointId) => ({ endpointId, inMs: 0 }))
      if (left.length + timed.length > 0) await store.scheduleWakes([...left, ...timed])
    },
  }
}
