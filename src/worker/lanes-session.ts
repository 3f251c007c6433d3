/** One lock connection and the lanes that live by it: signs of life, and a clean end. */
import { randomUUID } from 'node:crypto'
import { hostname } from 'node:os'
import { takeLanes, type LaneEndpoint } from '../database/lane-endpoints.ts'
import type { RegistryDeps } from '../delivery/registry-deps.ts'
import { createRegistry, type Registry } from '../delivery/registry.ts'
import { heldLocks, keepReading, putOnCall, releaseLanes } from '../database/lanes.ts'
import { openLockSession } from '../database/session.ts'
import { heartbeat, noteBusyLanes, registerWorker, replaceWorker, signOff } from '../database/workers.ts'

export type LanesSession = {
  readonly workerId: string
  readonly registry: Registry
  /** resolves when the connection is lost or the others have declared this worker dead */
  readonly ended: Promise<string>
  /** whether its signs of life were recent when it ended: then only its connection broke */
  readonly wasAlive: () => boolean
  /** finishes within a time, hands the rest back, signs off; never rejects */
  readonly stop: (graceMs: number) => Promise<void>
}

export type LanesSessionDeps = Omit<RegistryDeps, 'store' | 'isFresh' | 'mostResting' | 'recorder' | 'onBroken'> & {
  readonly databaseUrl: string
  readonly version: string
  readonly store: Omit<RegistryDeps['store'], 'take' | 'release' | 'heldLocks' | 'putOnCall' | 'keepReading' | 'loadCalled'>
  /** opens what is sealed of endpoints that were loaded */
  readonly openEndpoints: (loaded: readonly LaneEndpoint[]) => Promise<LaneEndpoint[]>
  /** makes the recorder that writes under this worker's id */
  readonly createRecorder: (workerId: string) => RegistryDeps['recorder']
  /** whether this database may deliver at all */
  readonly mayDeliver: () => boolean
  readonly poolIds: () => readonly string[]
  /** a worker without a sign of life for so long is declared dead by the others */
  readonly staleAfterMs: number
  /** whether this process has just started: a delivery that kills its worker at once would otherwise leave no trace */
  readonly isYoung: () => boolean
  /** the session before, if only its connection broke */
  readonly formerId: string | undefined
}

const HEARTBEAT_MS = 1_000
/** A request starts only while the last acknowledged heartbeat is younger than this share of `staleAfterMs`. */
const FRESH = 0.5
/** Without an acknowledgement for this share of it the connection is given up, before the others end it. */
const GIVE_UP = 0.8

/**
 * Opens the lock connection, registers a worker under a new id, and begins to give signs of life.
 * @throws RowhookError WHDBC where the database cannot be reached; the database's error where it takes no writes
 */
export const openLanesSession = async (deps: LanesSessionDeps): Promise<LanesSession> => {
  const { clock, log, staleAfterMs } = deps
  const session = await openLockSession(deps.databaseUrl)
  const workerId = randomUUID()
  let acknowledgedMs = clock.monotonicMs()
  let mostResting = 0 // until the first sign of life
  let isEnded = false
  /** no lane is on call before there is a registry */
  let call: Registry['call'] = () => undefined
  let wasAlive = false
  let declareEnd: (reason: string) => void = () => undefined
  const declared = new Promise<string>((resolve) => (declareEnd = resolve))

  try {
    await registerWorker(session.connection, { id: workerId, host: hostname(), pid: process.pid, version: deps.version })
    if (deps.formerId !== undefined) await replaceWorker(session.connection, deps.formerId)
    await session.listen((endpointId, looks) => call(endpointId, looks))
  } catch (error) {
    await session.close().catch(() => undefined)
    throw error
  }

  /** In a copy of the database no endpoint may be sent to, so that lanes are given back. */
  const ready = async (loaded: readonly LaneEndpoint[]): Promise<LaneEndpoint[]> => {
    const endpoints = await deps.openEndpoints(loaded)
    return deps.mayDeliver() ? endpoints : endpoints.map((endpoint) => ({ ...endpoint, maySend: false }))
  }

  /** In a young process each lane that is taken counts as busy at once, since a worker that dies within a second gives no sign of life. */
  const noted = async (taken: readonly LaneEndpoint[]): Promise<LaneEndpoint[]> => {
    if (deps.isYoung() && taken.length > 0) await noteBusyLanes(session.connection, workerId, taken.map(({ id }) => id))
    return ready(taken)
  }

  const registry = createRegistry({
    ...deps,
    recorder: deps.createRecorder(workerId),
    store: {
      ...deps.store,
      take: async (ids) => noted(await takeLanes(session.connection, ids)),
      release: (ids, onCall) => releaseLanes(session.connection, ids, onCall),
      putOnCall: (ids) => putOnCall(session.connection, ids),
      keepReading: (ids) => keepReading(session.connection, ids),
      loadCalled: async (ids) => noted(await deps.store.loadEndpoints(ids)),
      loadEndpoints: async (ids) => ready(await deps.store.loadEndpoints(ids)),
      heldLocks: (ids) => heldLocks(session.connection, ids),
    },
    mostResting: () => mostResting,
    isFresh: () => !isEnded && deps.mayDeliver() && clock.monotonicMs() - acknowledgedMs < FRESH * staleAfterMs,
    onBroken: (reason) => declareEnd(reason),
  })

  call = registry.call

  const isGivenUp = () => clock.monotonicMs() - acknowledgedMs > GIVE_UP * staleAfterMs
  const SILENCE = 'the database has acknowledged no sign of life for too long'

  const beat = async (): Promise<void> => {
    const askedMs = clock.monotonicMs()
    if (isGivenUp()) {
      declareEnd(SILENCE)
      return
    }
    const { lanes, resting, inFlight, busyLanes, ownedLanes } = registry.vitals()
    const mayRest = await heartbeat(session.connection, workerId, { lanes: lanes + resting, inFlight, busyLanes: deps.isYoung() ? ownedLanes : busyLanes, poolIds: deps.poolIds() })
    if (mayRest === undefined) {
      declareEnd('the others declared this worker dead')
      return
    }
    acknowledgedMs = askedMs
    mostResting = mayRest
  }

  let isBeating = false
  const beatOrGiveUp = (): void => {
    if (isBeating) {
      if (isGivenUp()) declareEnd(SILENCE)
      return
    }
    isBeating = true
    beat()
      .catch((error: unknown) => declareEnd(`a sign of life failed: ${error instanceof Error ? error.message : String(error)}`))
      .finally(() => (isBeating = false))
  }
  const timer = setInterval(beatOrGiveUp, Math.min(HEARTBEAT_MS, staleAfterMs / 5))

  const ended = Promise.race([declared, session.ended.then((error) => error?.message ?? 'the lock connection ended')]).then((reason) => {
    wasAlive = clock.monotonicMs() - acknowledgedMs < FRESH * staleAfterMs
    isEnded = true
    clearInterval(timer)
    registry.abandon()
    session.close().catch(() => undefined)
    return reason
  })

  return {
    workerId,
    // A wake-up in a copy is no trouble: whoever arms it has the sweeper find what is due.
    registry: { ...registry, offer: (endpointId) => (deps.mayDeliver() ? registry.offer(endpointId) : Promise.resolve()) },
    ended,
    wasAlive: () => wasAlive,
    stop: async (graceMs) => {
      await registry.stop(graceMs).catch((error: unknown) => log.warn({ err: error }, 'not every lane could be handed back; the others find them'))
      clearInterval(timer)
      if (!isEnded) await signOff(session.connection, workerId).catch((error: unknown) => log.warn({ err: error }, 'the worker could not sign off'))
      isEnded = true
      await session.close().catch(() => undefined)
    },
  }
}
