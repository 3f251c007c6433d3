/** graphile-worker, supervised: it runs as long as the worker does, whatever becomes of its connections. */
import { EventEmitter } from 'node:events'
import { Logger, run, type Runner, type WorkerEvents } from 'graphile-worker'
import type pg from 'pg'
import { tasksFolder } from '../config/package.ts'
import type { Log } from '../delivery/registry-deps.ts'
import type { Registry } from '../delivery/registry.ts'
import { forgetPool, serveJobsOf } from './registries.ts'

export type JobsDeps = {
  readonly pool: pg.Pool
  readonly registry: () => Registry | undefined
  readonly log: Log
  /** frees the jobs of a pool that ended without doing so */
  readonly unlock: (poolIds: readonly string[]) => Promise<void>
}

export type Jobs = {
  /** pools of this process that may hold jobs */
  readonly poolIds: () => readonly string[]
  /** finishes the jobs under way (they are short) and takes no more */
  readonly stop: () => Promise<void>
}

/** Cron lines of tasks/; one whose tables are not migrated does nothing. */
const crontab = `
*/5 * * * * credits/mark_overdue ?jobKey=credits/mark_overdue
*/5 * * * * subscriptions/expire ?jobKey=subscriptions/expire
`

/** Jobs only signal, so fifty under way are many; more would not make a lane faster. */
const CONCURRENT_JOBS = 50
/** A job for a later time is found by the poll, not by NOTIFY. */
const POLL_MS = 1_000
const FIRST_PAUSE_MS = 200
const LONGEST_PAUSE_MS = 5_000

const asLogger = (log: Log): Logger =>
  new Logger(() => (level, message, meta) => {
    // Its lines for each job repeat what the lanes log better.
    if (level === 'error') log.error({ err: meta?.['error'] }, `graphile-worker: ${message}`)
    else if (level === 'warning') log.debug({ message }, 'graphile-worker')
  })

export const startJobs = ({ pool, registry, log, unlock }: JobsDeps): Jobs => {
  const poolIds = new Set<string>()
  let runner: Runner | undefined
  let isStopping = false
  let wakeSleeper: (() => void) | undefined

  const pause = (ms: number) =>
    new Promise<void>((resolve) => {
      wakeSleeper = resolve
      setTimeout(resolve, ms).unref()
    })

  const runOnce = async (): Promise<void> => {
    const events: WorkerEvents = new EventEmitter()
    events.on('pool:create', ({ workerPool }) => {
      poolIds.add(workerPool.id)
      serveJobsOf(workerPool.id, registry)
    })
    runner = await run({
      pgPool: pool,
      taskDirectory: tasksFolder,
      crontab,
      concurrency: CONCURRENT_JOBS,
      pollInterval: POLL_MS,
      noHandleSignals: true,
      logger: asLogger(log),
      events,
      preset: { worker: { completeJobBatchDelay: -1 } },
    })
    await runner.promise
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

  return {
    poolIds: () => [...poolIds],
    stop: async () => {
      isStopping = true
      wakeSleeper?.()
      await runner?.stop().catch(() => undefined) // rejects when it has ended already
      await supervised
      await unlock([...poolIds]).catch(() => undefined)
      for (const id of poolIds) forgetPool(id)
    },
  }
}
