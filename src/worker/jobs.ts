/** graphile-worker, supervised: it runs as long as the worker does, whatever becomes of its connections. */
import { EventEmitter } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { Logger, run, type Runner, type WorkerEvents } from 'graphile-worker'
import type pg from 'pg'
import { tasksFolder } from '../config/package.ts'
import type { Log } from '../delivery/registry-deps.ts'
import type { Registry } from '../delivery/registry.ts'
import { patientPool } from './patient-pool.ts'
import { forgetPool, NO_LANES, serveJobsOf } from './registries.ts'

export type JobsDeps = {
  readonly pool: pg.Pool
  readonly registry: () => Registry | undefined
  /** looks for alerts, and tells them */
  readonly tellAlerts: () => Promise<void>
  readonly log: Log
  /** frees the jobs of a pool that ended without doing so */
  readonly unlock: (poolIds: readonly string[]) => Promise<void>
}

export type Jobs = {
  /** pools of this process that may hold jobs */
  readonly poolIds: () => readonly string[]
  /** takes no more jobs, and finishes those under way within a time; what goes on longer is given up, for another worker to do again */
  readonly stop: (graceMs: number) => Promise<void>
}

/** Cron lines of tasks/; one whose tables are not migrated does nothing. */
const crontab = `
*/5 * * * * credits/mark_overdue ?jobKey=credits/mark_overdue
*/5 * * * * subscriptions/expire ?jobKey=subscriptions/expire
7 * * * * maintenance/partitions ?jobKey=maintenance/partitions
37 * * * * alerts/prove ?jobKey=alerts/prove
* * * * * alerts/tell ?jobKey=alerts/tell&max=1
`

/** Jobs only signal, so twenty-five under way are many. One question fetches for all of them; left alone each would poll, and ask once more after each job. */
const CONCURRENT_JOBS = 25
/** Jobs that are done are deleted together. Until then they are locked, and no writer takes them for a wake-up. */
const COMPLETE_WITHIN_MS = 20
/** A job for a later time is found by the poll, not by NOTIFY. */
const POLL_MS = 1_000
const FIRST_PAUSE_MS = 200
const LAST_TRIES = 5
const LAST_PAUSE_MS = 50
const LONGEST_PAUSE_MS = 5_000

const asLogger = (log: Log): Logger =>
  new Logger(() => (level, message, meta) => {
    // Its lines for each job repeat what the lanes log better.
    const error = meta?.['error']
    const isExpected = error instanceof Error && 'code' in error && error.code === NO_LANES // the loss of the connection is logged already
    if (level === 'error' && !isExpected) log.error({ err: error }, `graphile-worker: ${message}`)
    else if (level === 'warning') log.debug({ message }, 'graphile-worker')
  })

export const startJobs = ({ pool, registry, tellAlerts, log, unlock }: JobsDeps): Jobs => {
  const poolIds = new Set<string>()
  let runner: Runner | undefined
  let isStopping = false
  const stopSignal = new AbortController()
  const pause = (ms: number) => sleep(ms, undefined, { signal: stopSignal.signal }).catch(() => undefined)

  const runOnce = async (): Promise<void> => {
    const events: WorkerEvents = new EventEmitter()
    events.on('pool:create', ({ workerPool }) => {
      poolIds.add(workerPool.id)
      serveJobsOf(workerPool.id, { registry, tellAlerts })
    })
    runner = await run({
      pgPool: patient.pool,
      taskDirectory: tasksFolder,
      crontab,
      concurrency: CONCURRENT_JOBS,
      pollInterval: POLL_MS,
      noHandleSignals: true,
      logger: asLogger(log),
      events,
      preset: { worker: { localQueue: { size: CONCURRENT_JOBS }, completeJobBatchDelay: COMPLETE_WITHIN_MS } },
    })
    if (isStopping) await runner.stop() // told to while it was starting
    await runner.promise
  }

  /** A job that could not be marked as done would stay locked: all of this process's are freed, and those under way run twice, which does no harm. */
  const patient = patientPool(pool, {
    isStopping: () => isStopping,
    onLeft: (error) => {
      log.warn({ err: error }, 'a job could not be marked as done; freeing the jobs of this worker')
      void freeJobs()
    },
  })
  let isFreeing = false
  const freeJobs = async (): Promise<void> => {
    if (isFreeing) return
    isFreeing = true
    while (!isStopping) {
      await pause(FIRST_PAUSE_MS)
      try {
        await unlock([...poolIds])
        break
      } catch {
        // The database is still away.
      }
    }
    isFreeing = false
  }

  const supervise = async (): Promise<void> => {
    let pauseMs = FIRST_PAUSE_MS
    while (!isStopping) {
      const startedMs = performance.now()
      try {
        await runOnce()
        if (!isStopping) log.warn({}, 'graphile-worker ended by itself; starting it again')
      } catch (error) {
        log.error({ err: error }, 'graphile-worker failed; starting it again')
      }
      if (isStopping) break
      // What its pools still hold would stay locked for four hours.
      const ended = [...poolIds]
      try {
        await unlock(ended)
        for (const id of ended) {
          poolIds.delete(id)
          forgetPool(id)
        }
      } catch {
        // The database is away; the ids stay listed and are freed next time, or by the others.
      }
      pauseMs = performance.now() - startedMs > 10_000 ? FIRST_PAUSE_MS : Math.min(pauseMs * 2, LONGEST_PAUSE_MS)
      await pause(pauseMs)
    }
  }
  const supervised = supervise()

  /** Some of the pool's connections may have just been cut, so that a statement fails that the next connection would run. */
  const unlockAtLast = async (): Promise<void> => {
    for (let tries = 1; tries <= LAST_TRIES; tries++) {
      try {
        await unlock([...poolIds])
        return
      } catch {
        await sleep(LAST_PAUSE_MS)
      }
    }
  }

  return {
    poolIds: () => [...poolIds],
    stop: async (graceMs) => {
      isStopping = true
      stopSignal.abort()
      const stopped = runner?.stop().catch(() => undefined) // rejects when it has ended already
      await Promise.race([Promise.all([stopped, supervised]), sleep(graceMs, undefined, { ref: false })])
      await unlockAtLast()
      for (const id of poolIds) forgetPool(id)
    },
  }
}
