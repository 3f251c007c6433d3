/** Workers as processes that a test can kill, freeze and stop. */
import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type pg from 'pg'
import { waitFor } from '../../support/wait.ts'

export type ProcessSettings = {
  readonly databaseUrl: string
  /** a worker without a sign of life for so long is declared dead by the others */
  readonly staleAfterMs: number
  /** a body that contains this text kills the worker that is about to send it */
  readonly poison?: string
}

export type WorkerProcess = {
  readonly pid: number
  readonly signal: (signal: NodeJS.Signals) => void
  /** exit code, or the signal that ended it */
  readonly ended: Promise<number | string>
}

export type Processes = {
  /** starts a worker and waits until it has registered */
  readonly start: (more?: Partial<ProcessSettings>) => Promise<WorkerProcess>
  /** the worker with requests under way, by its own sign of life */
  readonly busy: () => Promise<WorkerProcess>
  /** kills what is left */
  readonly close: () => Promise<void>
}

const entry = fileURLToPath(new URL('worker-process.ts', import.meta.url))

export const createProcesses = (pool: pg.Pool, settings: ProcessSettings): Processes => {
  const all = new Map<number, { readonly child: ChildProcess; readonly worker: WorkerProcess }>()

  const start: Processes['start'] = async (more = {}) => {
    const child = fork(entry, [JSON.stringify({ ...settings, ...more })])
    const pid = child.pid!
    const ended = once(child, 'exit').then(([code, signal]: (number | string | null)[]) => {
      all.delete(pid)
      return signal ?? code ?? 'unknown'
    })
    const worker: WorkerProcess = { pid, signal: (signal) => void child.kill(signal), ended }
    all.set(pid, { child, worker })
    await waitFor(async () => (await pool.query('select from webhooks_private.workers where pid = $1', [pid])).rowCount, { deadlineMs: 15_000, what: 'a worker to register' })
    return worker
  }

  return {
    start,
    busy: () =>
      waitFor(
        async () => {
          const { rows } = await pool.query<{ pid: number }>('select pid from webhooks_private.workers where ended_at is null and in_flight > 0')
          return all.get(rows[0]?.pid ?? 0)?.worker
        },
        { what: 'a worker to be busy' },
      ),
    close: async () => {
      const left = [...all.values()]
      for (const { child } of left) child.kill('SIGKILL')
      await Promise.all(left.map(({ worker }) => worker.ended))
    },
  }
}

/** Jobs that a worker left locked. */
export const lockedJobs = async (pool: pg.Pool): Promise<number> => (await pool.query('select from graphile_worker.jobs where locked_at is not null')).rowCount ?? 0
