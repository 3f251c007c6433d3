/** A real worker inside the test's process, allowed to reach loopback. */
import { assertNoSecret } from './no-secrets.ts'
import { launchWorker, type LaunchedWorker, type WorkerSettings } from '../../src/wiring.ts'

/** Log lines of a worker, for tests that ask what it said. */
export type Line = { readonly level: 'debug' | 'info' | 'warn' | 'error'; readonly message: string; readonly fields: Readonly<Record<string, unknown>> }

export type TestWorker = LaunchedWorker & { readonly lines: readonly Line[] }

/** Starts a worker and waits until it takes lanes. Stop it before the database is dropped. */
export const startTestWorker = async (databaseUrl: string, settings: Partial<WorkerSettings> = {}): Promise<TestWorker> => {
  const lines: Line[] = []
  const say = (level: Line['level']) => (fields: object, message: string) => void lines.push({ level, message, fields: fields as Line['fields'] })
  const worker = await launchWorker({
    databaseUrl,
    concurrency: 1_000,
    allowHttp: true,
    allowNets: ['127.0.0.1'],
    allowPorts: 'any',
    maxAttempts: 5,
    timeoutMs: 15_000,
    retryDelayMs: 60_000,
    outboundEnabled: true,
    log: { debug: say('debug'), info: say('info'), warn: say('warn'), error: say('error') },
    ...settings,
  })
  await worker.ready
  const stop = async (graceMs?: number) => {
    await worker.stop(graceMs)
    assertNoSecret(lines)
  }
  return { ...worker, stop, lines }
}
