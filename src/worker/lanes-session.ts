/** One lock connection and the lanes that live by it: signs of life, leadership, and a clean end. */
import { randomUUID } from 'node:crypto'
import { hostname } from 'node:os'
import type { RegistryDeps } from '../delivery/registry-deps.ts'
import { createRegistry, type Registry } from '../delivery/registry.ts'
import { heldLocks, releaseLanes, takeLanes } from '../database/lanes.ts'
import { openLockSession } from '../database/session.ts'
import { heartbeat, registerWorker, signOff } from '../database/workers.ts'

export type LanesSession = {
  readonly workerId: string
  readonly registry: Registry
  /** resolves when the connection is lost or the others have declared this worker dead */
  readonly ended: Promise<string>
  readonly isLeader: () => boolean
  /** finishes within a time, hands the rest back, signs off */
  readonly stop: (graceMs: number) => Promise<void>
}

export type LanesSessionDeps = Omit<RegistryDeps, 'store' | 'isFresh' | 'recorder'> & {
  readonly databaseUrl: string
  readonly version: string
  readonly store: Omit<RegistryDeps['store'], 'take' | 'release' | 'heldLocks'>
  /** makes the recorder that writes under this worker's id */
  readonly createRecorder: (workerId: string) => RegistryDeps['recorder']
  /** whether this database may deliver at all */
  readonly mayDeliver: () => boolean
  readonly poolIds: () => readonly string[]
}

const HEARTBEAT_MS = 1_000
/** A request starts only while the last acknowledged heartbeat is younger. */
export const FRESH_MS = 5_000
/** Without an acknowledgement for so long the connection is given up, before the others end it. */
const GIVE_UP_MS = 8_000

/**
 * Opens the lock connection, registers a worker under a new id, and begins to give signs of life.
 * @throws RowhookError WHDBC where the database cannot be reached
 */
export const openLanesSession = async (deps: LanesSessionDeps): Promise<LanesSession> => {
  const { clock, log } = deps
  const session = await openLockSession(deps.databaseUrl)
  const workerId = randomUUID()
  let acknowledgedMs = clock.monotonicMs()
  let isLeader = false
  let isEnded = false
  let timer: NodeJS.Timeout | undefined
  let declareEnd: (reason: string) => void = () => undefined
  const declared = new Promise<string>((resolve) => (declareEnd = resolve))

  await registerWorker(session.connection, { id: workerId, host: hostname(), pid: process.pid, version: deps.version })

  const registry = createRegistry({
    ...deps,
    recorder: deps.createRecorder(workerId),
    store: {
      ...deps.store,
      take: (ids) => takeLanes(session.connection, ids),
      release: (ids) => releaseLanes(session.connection, ids),
      heldLocks: (ids) => heldLocks(session.connection, ids),
    },
    isFresh: () => !isEnded && deps.mayDeliver() && clock.monotonicMs() - acknowledgedMs < FRESH_MS,
  })

  const beat = async (): Promise<void> => {
    const askedMs = clock.monotonicMs()
    if (askedMs - acknowledgedMs > GIVE_UP_MS) {
      declareEnd('the database has acknowledged no sign of life for too long')
      return
    }
    const alive = await heartbeat(session.connection, workerId, { ...registry.vitals(), poolIds: deps.poolIds() }, isLeader)
    if (alive === undefined) declareEnd('the others declared this worker dead')
    else {
      acknowledgedMs = askedMs
      isLeader = alive.isLeader
    }
  }

  let isBeating = false
  timer = setInterval(() => {
    if (isBeating) {
      if (clock.monotonicMs() - acknowledgedMs > GIVE_UP_MS) declareEnd('the database has acknowledged no sign of life for too long')
      return
    }
    isBeating = true
    beat()
      .catch((error: unknown) => declareEnd(`a sign of life failed: ${error instanceof Error ? error.message : String(error)}`))
      .finally(() => (isBeating = false))
  }, HEARTBEAT_MS)

  const ended = Promise.race([declared, session.ended.then((error) => error?.message ?? 'the lock connection ended')]).then((reason) => {
    isEnded = true
    isLeader = false
    clearInterval(timer)
    registry.abandon()
    session.connection.end().catch(() => undefined)
    return reason
  })

  return {
    workerId,
    registry,
    ended,
    isLeader: () => isLeader && !isEnded,
    stop: async (graceMs) => {
      await registry.stop(graceMs)
      clearInterval(timer)
      if (!isEnded) await signOff(session.connection, workerId).catch((error: unknown) => log.warn({ err: error }, 'the worker could not sign off'))
      isEnded = true
      await session.close().catch(() => undefined)
    },
  }
}
