/** A worker: graphile-worker for the wake-up calls, a lock connection for the lanes, and the watch over both. */
import type pg from 'pg'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Log, Counters } from '../delivery/registry-deps.ts'
import type { DeadWorker, SweptLane } from '../database/workers.ts'
import { startJobs } from './jobs.ts'
import { openLanesSession, type LanesSession, type LanesSessionDeps } from './lanes-session.ts'

export type WorkerDeps = Omit<LanesSessionDeps, 'poolIds'> & {
  readonly pool: pg.Pool
  readonly log: Log
  readonly unlockJobs: (poolIds: readonly string[]) => Promise<void>
  /** the leader's rounds */
  readonly sweep: () => Promise<SweptLane[]>
  readonly reap: (selfId: string) => Promise<DeadWorker[]>
  readonly closeDeadLanes: () => Promise<number>
  readonly onUnserved: (lanes: readonly SweptLane[]) => Promise<void>
}

export type Worker = {
  /** resolves when lanes can be taken for the first time */
  readonly ready: Promise<void>
  /** stops taking, lets requests end within the time, hands the rest back; the second call ends at once */
  readonly stop: (graceMs?: number) => Promise<void>
  readonly counters: Counters
  readonly vitals: () => { readonly workerId: string | undefined; readonly lanes: number; readonly inFlight: number }
}

const ROUND_MS = 1_000
const GRACE_MS = 20_000
/** A lane that was due for so long before the sweeper found it is a fault, and raises an alert. */
const UNSERVED_MS = 30_000

export const startWorker = (deps: WorkerDeps): Worker => {
  const { log } = deps
  let session: LanesSession | undefined
  let isStopping = false
  let markReady: () => void = () => undefined
  const ready = new Promise<void>((resolve) => (markReady = resolve))
  const stopSignal = new AbortController()
  const pause = (ms: number) => sleep(ms, undefined, { signal: stopSignal.signal }).catch(() => undefined)

  const jobs = startJobs({ pool: deps.pool, registry: () => session?.registry, log, unlock: deps.unlockJobs })

  /** Lives through everything: whatever ends a session, the next one begins under a new id. */
  const keepSession = async (): Promise<void> => {
    let pauseMs = 100
    while (!isStopping) {
      try {
        session = await openLanesSession({ ...deps, poolIds: jobs.poolIds })
        log.info({ workerId: session.workerId }, 'worker ready')
        markReady()
        pauseMs = 100
        const reason = await Promise.race([session.ended, stopped])
        if (isStopping) return
        session = undefined
        log.error({ reason }, 'lost the lanes; taking a new lock connection')
      } catch (error) {
        log.error({ err: error }, 'no lock connection; trying again')
        pauseMs = Math.min(pauseMs * 2, 5_000)
      }
      await pause(pauseMs)
    }
  }

  const round = async (leader: LanesSession): Promise<void> => {
    for (const dead of await deps.reap(leader.workerId)) {
      log.error({ workerId: dead.id, host: dead.host, how: dead.how, lastHeartbeatMs: Math.round(dead.lastHeartbeatMs) }, 'a worker died; its lanes are free')
    }
    await deps.closeDeadLanes()
    if (!deps.mayDeliver()) return
    const found = await deps.sweep()
    if (found.length > 0) log.warn({ lanes: found.length }, 'the sweeper woke lanes')
    await deps.onUnserved(found.filter(({ overdueMs }) => overdueMs > UNSERVED_MS))
  }

  const keepRounds = async (): Promise<void> => {
    while (!isStopping) {
      await pause(ROUND_MS)
      const leader = session
      if (isStopping || leader?.isLeader() !== true) continue
      await round(leader).catch((error: unknown) => log.error({ err: error }, 'a round of the sweeper failed'))
    }
  }

  const stopped = new Promise<string>((resolve) => stopSignal.signal.addEventListener('abort', () => resolve('stopped')))
  const running = Promise.all([keepSession(), keepRounds()])

  let stopping: Promise<void> | undefined
  const stop = async (graceMs = GRACE_MS): Promise<void> => {
    isStopping = true
    stopSignal.abort()
    await jobs.stop()
    await running
    await session?.stop(graceMs)
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
