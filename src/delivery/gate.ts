/** Whether a lane may start its next request now; and if not, who asks again and when. */
import type { DueDelivery } from '../database/pages.ts'
import { unsent, type Attempted, type AttemptOptions } from './attempt.ts'
import { hasOwnPlace, isOpen, type Lane } from './lane.ts'
import { waitMs } from './pace.ts'
import { hasPlace, hasRoom, SEVERAL, tenantHasPlace } from './places.ts'
import type { RegistryDeps } from './registry-deps.ts'
import { createSlowness } from './slowness.ts'
import { createTenantPace } from './tenant-pace.ts'
import { createWaiting, type Waiting } from './waiting.ts'

export type GateDeps = RegistryDeps & {
  readonly lanes: ReadonlyMap<string, Lane>
  readonly stopSignal: AbortSignal
  readonly isRunning: () => boolean
  /** a lane that was closed may be open now */
  readonly onOpen: (lane: Lane) => void
  /** a lane's page is too old and must be read again */
  readonly onStale: () => void
}

/** `closed`: not this lane now, it is asked for again by `onOpen` or by its next result; `full`: no lane now. */
export type Answer = 'open' | 'closed' | 'full'

export type Gate = {
  readonly ask: (lane: Lane, due: DueDelivery, nowMs: number) => Answer
  readonly started: (lane: Lane) => void
  /** a request has ended after so long; it keeps its place until it is recorded */
  readonly ended: (lane: Lane, tookMs: number) => void
  /** a place of the process is free */
  readonly vacated: () => void
  /** for an attempt of the lane: when to stop it, and whether it may still start */
  readonly optionsFor: (lane: Lane) => AttemptOptions
  /** the attempt of a lane whose owners died: committed as suspect before it is made, and not made if the delivery is to blame */
  readonly attemptSuspect: (lane: Lane, due: DueDelivery, make: () => Promise<Attempted>) => Promise<Attempted>
  /** the lane has passed its probation: its deaths are forgotten */
  readonly trust: (lane: Lane) => Promise<void>
}

/** Nothing starts on an endpoint's state that was read longer ago. */
const MAX_STATE_AGE_MS = 1_000
/** What was read longer ago is read again: it may have expired, say. What is cancelled by hand is read again within a second (keeping-fresh.ts). */
const MAX_QUEUE_AGE_MS = 2_000
/** A pace that allows nothing for so long gives the lane back until then. */
const MAX_PACE_WAIT_MS = 5_000
/** The third death with the same delivery under way alone is taken for its fault. One or two happen to innocent ones, when workers are killed often. */
const QUARANTINE_AFTER = 3

export const createGate = (deps: GateDeps): Gate => {
  const { clock, places, lanes, store, log, onOpen } = deps
  /** lanes that wait for slots of their tenant's rate */
  const unpaced = createWaiting<string>(onOpen)
  /** lanes that wait for a place of their tenant; those that have several requests under way; and such that wait for one of the process */
  const crowded = createWaiting<string>(onOpen)
  const crowdedWithSeveral = createWaiting<string>(onOpen)
  const unplaced = createWaiting<'process'>(onOpen)
  const slowness = createSlowness(lanes, places.limit, onOpen)
  const paceTimers = new Map<Lane, NodeJS.Timeout>()

  const waitIn = <Key>(waiting: Waiting<Key>, key: Key, lane: Lane): 'closed' => {
    waiting.add(key, lane)
    return 'closed'
  }

  const tenantPace = createTenantPace({
    clock,
    reserve: store.reserveTenantSlots,
    demand: unpaced.queued,
    onSlots: (tenantId) => unpaced.open(tenantId, Infinity),
    onTrouble: (error) => log.error({ err: error }, 'slots of a tenant could not be reserved'),
  })

  const openLater = (lane: Lane, inMs: number): 'closed' => {
    if (!paceTimers.has(lane)) {
      deps.counters.paceWaits += 1
      paceTimers.set(lane, setTimeout(() => {
        paceTimers.delete(lane)
        onOpen(lane)
      }, Math.ceil(inMs)).unref()) // a worker that was stopped keeps no process
    }
    return 'closed'
  }

  const readAgain = (lane: Lane): 'closed' => {
    lane.queue = []
    lane.nextReadMs = 0
    deps.onStale()
    return 'closed'
  }

  const isKnownOpen = (lane: Lane, nowMs: number): boolean => !lane.isReleasing && isOpen(lane, nowMs) && nowMs - lane.refreshedMs <= MAX_STATE_AGE_MS

  const optionsByLane = new WeakMap<Lane, AttemptOptions>()
  const optionsFor = (lane: Lane): AttemptOptions => {
    let options = optionsByLane.get(lane)
    if (options === undefined) {
      options = { signal: deps.stopSignal, mayStart: () => deps.isRunning() && deps.isFresh() && isKnownOpen(lane, clock.monotonicMs()) }
      optionsByLane.set(lane, options)
    }
    return options
  }

  const ask = (lane: Lane, due: DueDelivery, nowMs: number): Answer => {
    const { endpoint } = lane
    if (!deps.isFresh() || !hasRoom(places, due.body.length)) return 'full'
    if (!isKnownOpen(lane, nowMs)) return 'closed'
    if (!hasOwnPlace(lane)) return 'closed'
    if (!slowness.admits(lane, nowMs)) return 'closed'
    if (!hasPlace(places, lane.sending)) return waitIn(unplaced, 'process', lane)
    const paced = waitMs(lane.memory.pace, endpoint.rateLimit, nowMs)
    if (paced > MAX_PACE_WAIT_MS) {
      lane.heldUntilMs = nowMs + paced
      lane.queue = []
      store.holdLane(endpoint.id, paced, 'rate limit').catch((error: unknown) => log.error({ err: error }, 'a lane could not be held'))
      return 'closed'
    }
    if (nowMs - lane.readAtMs > MAX_QUEUE_AGE_MS && paced === 0) return readAgain(lane)
    if (paced > 0) return openLater(lane, paced)
    if (!tenantHasPlace(places, endpoint.tenantId, endpoint.tenantMaxInFlight, lane.sending)) return waitIn(lane.sending < SEVERAL ? crowded : crowdedWithSeveral, endpoint.tenantId, lane)
    if (!tenantPace.take(endpoint.tenantId, endpoint.tenantRateLimit, nowMs)) {
      deps.counters.tenantWaits += 1
      return waitIn(unpaced, endpoint.tenantId, lane)
    }
    return 'open'
  }

  const trust = async (lane: Lane): Promise<void> => {
    lane.probation = undefined
    lane.endpoint = { ...lane.endpoint, crashes: 0, suspectId: null, suspectCrashes: 0 }
    lane.trustedMs = Infinity
    try {
      await store.clearSuspect(lane.endpoint.id, 'crashes')
    } finally {
      lane.trustedMs = clock.monotonicMs()
    }
  }

  const attemptSuspect: Gate['attemptSuspect'] = async (lane, due, make) => {
    const { endpoint } = lane
    if (endpoint.suspectId === due.id && endpoint.suspectCrashes >= QUARANTINE_AFTER) {
      await trust(lane) // the culprit is found
      const reason = `quarantined: ${endpoint.suspectCrashes} workers died while this delivery alone was under way`
      return unsent(due, { delivery: 'fail', reason }, 'quarantined', clock.epochMs())
    }
    await store.markSuspect(endpoint.id, due.id)
    const attempted = await make()
    // Lost, it would only mean that the lane goes on one by one for longer.
    // What is tried again must not be blamed for a later death; what has ended cannot be.
    if (attempted.result?.verdict === 'retry') await store.clearSuspect(endpoint.id).catch((error: unknown) => log.error({ err: error }, 'a suspect delivery could not be absolved'))
    return attempted
  }

  return {
    ask,
    optionsFor,
    attemptSuspect,
    trust,
    started: slowness.started,
    ended: (lane, tookMs) => {
      slowness.ended(lane, tookMs)
      const { tenantId, tenantMaxInFlight } = lane.endpoint
      crowded.open(tenantId, 2)
      if (tenantHasPlace(places, tenantId, tenantMaxInFlight, SEVERAL)) crowdedWithSeveral.open(tenantId, 2)
    },
    vacated: () => {
      if (hasPlace(places, SEVERAL)) unplaced.open('process', 2)
    },
  }
}
