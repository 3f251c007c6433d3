/** A worker as a process: from its start until somebody tells it to stop. */
import type { Config } from '../config/load.ts'
import { EMBEDDED, placeOf, type Whereabouts } from '../database/arming.ts'
import type { Metrics } from '../metrics/scrape.ts'
import type { WorkerSettings } from '../wiring.ts'
import { openScrapes } from './open-scrapes.ts'
import type { Stopping } from './told-to-stop.ts'

/** Requests under way have this long to end; a service manager should wait longer before it kills. */
const GRACE_MS = 20_000

/** How this process meets its database: what the clone guard tells copies by. */
export const whereabouts = ({ databaseUrl, deployment }: Config): Whereabouts => ({ place: databaseUrl === undefined ? EMBEDDED : placeOf(databaseUrl), deployment })

/** What a worker takes from the configuration. */
export const workerSettings = (config: Config, databaseUrl: string, log: WorkerSettings['log']): WorkerSettings & Pick<Config, 'metricsPort'> => ({ ...config, ...whereabouts(config), databaseUrl, log })

/**
 * Runs a worker until `stopping` is asked. Returns when every request has ended or has been handed back.
 * @param scraped other parts of the process that tell metrics; the worker joins them
 * @throws RowhookError WHMIS (not migrated), WHNEW, WHDBC, WHNET
 */
export const runWorker = async (settings: WorkerSettings & { readonly metricsPort?: number | undefined }, stopping: Stopping, scraped: Metrics[] = []): Promise<void> => {
  const { log } = settings
  const { checkMigrated } = await import('../database/migrated.ts')
  await checkMigrated(settings.databaseUrl)
  const { launchWorker } = await import('../wiring.ts')
  const { saySealing } = await import('../wiring/keyring.ts')
  saySealing(settings, log)
  const worker = await launchWorker(settings)
  scraped.push(worker.metrics())
  const scrapes = await openScrapes(scraped, settings.metricsPort, log)
  const signal = await stopping.asked
  log.info({ signal, inFlight: worker.vitals().inFlight }, 'stopping')
  await worker.stop(GRACE_MS)
  await scrapes.close()
  log.info({}, 'stopped')
}
