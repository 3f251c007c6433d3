/** A worker: graphile-worker for the wake-up calls, a lock connection for the lanes, and the watch over both. */
import type pg from 'pg'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Counters } from '../delivery/counters.ts'
import type { Log } from '../delivery/registry-deps.ts'
import type { DeadWorker, SweptLane } from '../database/workers.ts'
import { drain } from '../delivery/places.ts'
import type { CloneGuard } from './clone-guard.ts'
import { startJobs } from './jobs.ts'
import { openLanesSession, type LanesSession, type LanesSessionDeps } from './lanes-session.ts'

export type WorkerDeps = Omit<LanesSessionDeps, 'poolIds' | 'isYoung' | 'formerId'> & {
  readonly pool: pg.Pool
  readonly log: Log
  /** cuts the connections of the pool, which may lead to a server that has vanished */
  readonly cutConnections: () => void
  readonly unlockJobs: (poolIds: readonly string[]) => Promise<void>
  readonly guard: CloneGuard
  readonly tellAlerts: () => Promise<void>
  readonly reap: (selfId: string) => Promise<DeadWorker[]>
  /** whether this worker does a round for all now */
  readonly claimRound: (name: 'sweep' | 'close', selfId: string) => Promise<boolean>
  readonly sweep: () => Promise<SweptLane[]>
  readonly closeDeadLanes: () => Promise<number>
  /** frees jobs of pools whose worker died before it gave a sign of life; gives how many pools */
  readonly freeOrphanedJobs: () => Promise<number>
  /** disables endpoints that have failed for days; gives their ids */
  readonly disableFailing: () => Promise<readonly string[]>
  /** chains the audit log */
  readonly chainAudit: () => Promise<void>
  readonly onUnserved: (lanes: readonly SweptLane[]) => Promise<void>
  /** a lane that the sweeper finds again and again for so long is a fault, and raises an alert; 30,000 by default */
  readonly unservedAfterMs?: number
}

export type Worker = {
  /** resolves when lanes can be taken for the first time */
  readonly ready: Promise<void>
  /** stops taking, lets requests end within the time, and hands the rest back; never rejects */
  readonly stop: (graceMs?: number) => Promise<void>
  readonly counters: Counters
  readonly vitals: () => { readonly workerId: string | undefined; readonly lanes: number; readonly inFlight: number }
}

/** Looks for the dead so often; whoever sweeps does that once a second. */
const ROUND_MS = 500
const GRACE_MS = 20_000
/** A wake-up takes milliseconds; upkeep of the log may take minutes, and requests under way do not wait for it to be handed back. */
const JOBS_GRACE_MS = 5_000
const UNSERVED_MS = 30_000
/** A lane that is free with something due for so long was not woken by its writer. */
const LATE_MS = 500
/** Between two tries to reach a database that is away: short, since everything waits for it. */
const MAX_PAUSE_MS = 1_000
/** For so long after the start of the process each lane that is taken is written down at once. */
const YOUNG_MS = 10_000

export const startWorker = (deps: WorkerDeps): Worker => {
  const { log, clock, unservedAfterMs = UNSERVED_MS } = deps
  const startedMs = clock.monotonicMs()
  const isYoung = () => clock.monotonicMs() - startedMs < YOUNG_MS
  let session: LanesSession | undefined
  let isStopping = false
  let markReady: () => void = () => undefined
  const ready = new Promise<void>((resolve) => (markReady = resolve))
  const stopSignal = new AbortController()
  const pause = (ms: number) => sleep(ms, undefined, { signal: stopSignal.signal }).catch(() => undefined)

  const jobs = startJobs({ pool: deps.pool, registry: () => session?.registry, tellAlerts: deps.tellAlerts, log, unlock: deps.unlockJobs })

  const step = (name: string, work: Promise<void>): Promise<void> => work.catch((error: unknown) => log.error({ err: error, step: name }, 'a round of the worker failed'))

  /** Everybody looks for the dead, so that a frozen one is found whoever it is. */
  const reap = async (selfId: string): Promise<void> => {
    for (const dead of await deps.reap(selfId)) {
      log.error({ workerId: dead.id, host: dead.host, how: dead.how, lastHeartbeatMs: Math.round(dead.lastHeartbeatMs) }, 'a worker died; its lanes are free')
    }
  }

  /** Lives through everything: whatever ends a session, the next one begins under a new id. */
  const keepSession = async (): Promise<void> => {
    let pauseMs = 100
    let formerId: string | undefined
    while (!isStopping) {
      try {
        await deps.guard.check()
        const opened = await openLanesSession({ ...deps, poolIds: jobs.poolIds, isYoung, formerId })
        await step('reap', reap(opened.workerId)) // who takes a lane must know of its owners' deaths
        session = opened
        formerId = undefined
        log.info({ workerId: opened.workerId }, 'worker ready')
        markReady()
        pauseMs = 100
        const reason = await Promise.race([opened.ended, stopped])
        if (isStopping) return
        session = undefined
        if (opened.wasAlive()) formerId = opened.workerId
        else deps.cutConnections() // the server may have vanished, and every statement under way waits for it
        log.error({ reason }, 'lost the lanes; taking a new lock connection')
      } catch (error) {
        log.error({ err: error }, 'no lock connection; trying again')
        pauseMs = Math.min(pauseMs * 2, MAX_PAUSE_MS)
      }
      await pause(pauseMs)
    }
  }

  const disableFailing = async (): Promise<void> => {
    for (const endpointId of await deps.disableFailing()) log.warn({ endpointId }, 'endpoint disabled: it had nothing but failures for days')
  }

  const freeOrphanedJobs = async (): Promise<void> => {
    const pools = await deps.freeOrphanedJobs()
    if (pools > 0) log.warn({ pools }, 'freed wake-up jobs of workers that died before they gave a sign of life')
  }

  /** when the sweeper found a lane first, of those that it found in each round since */
  let unserved = new Map<string, number>()

  const sweep = async (): Promise<void> => {
    const found = await deps.sweep()
    // Others have been committed just now: their own wake-up is on its way.
    const late = found.filter(({ overdueMs }) => overdueMs > LATE_MS)
    if (late.length > 0) log.warn({ lanes: late.length }, 'the sweeper woke lanes')
    const nowMs = clock.monotonicMs()
    unserved = new Map(found.map(({ endpointId }) => [endpointId, unserved.get(endpointId) ?? nowMs]))
    await deps.onUnserved(found.filter(({ endpointId }) => nowMs - unserved.get(endpointId)! > unservedAfterMs))
  }

  const rounds = async (selfId: string): Promise<void> => {
    // Only one that may deliver, since it wakes what others may not see.
    if (deps.mayDeliver() && (await deps.claimRound('sweep', selfId))) await step('sweep', sweep())
    if (!(await deps.claimRound('close', selfId))) return
    await step('chain the audit log', deps.chainAudit())
    await step('close dead lanes', deps.closeDeadLanes().then(() => undefined))
    await step('disable failing endpoints', disableFailing())
    await step('free orphaned jobs', freeOrphanedJobs())
  }

  const keepRounds = async (): Promise<void> => {
    while (!isStopping) {
      await pause(ROUND_MS)
      const current = session
      if (isStopping || current === undefined) continue
      await step('pulse', deps.guard.pulse())
      await step('reap', reap(current.workerId))
      await step('rounds', rounds(current.workerId))
    }
  }

  const stopped = new Promise<string>((resolve) => stopSignal.signal.addEventListener('abort', () => resolve('stopped')))
  const running = Promise.all([keepSession(), keepRounds()])

  let stopping: Promise<void> | undefined
  const stop = async (graceMs = GRACE_MS): Promise<void> => {
    isStopping = true
    stopSignal.abort()
    await jobs.stop(Math.min(graceMs, JOBS_GRACE_MS))
    await running
    await session?.stop(graceMs)
    await drain(deps.places, graceMs) // also what sessions before this one have sent
  }

  return {
    ready,
    stop: (graceMs) => (stopping ??= stop(graceMs)),
    counters: deps.counters,
    vitals: () => {
      const { lanes = 0, inFlight = 0 } = session?.registry.vitals() ?? {}
      return { workerId: session?.workerId, lanes, inFlight }
    },
  }
}
