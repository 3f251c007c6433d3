/** `rowhook up`: everything in one process. */
import type { Command } from 'commander'
import type { Metrics } from '../../metrics/scrape.ts'
import { launchServerSomewhere, serverSettings } from '../run-server.ts'
import { runWorker, workerSettings } from '../run-worker.ts'
import { listenForStop } from '../told-to-stop.ts'
import { withDatabase } from '../with-database.ts'

const run = ({ coreOnly = false }: { coreOnly?: boolean }) =>
  withDatabase(async ({ url }, config) => {
    const stopping = listenForStop()
    const { createLog } = await import('../../log.ts')
    const { migrateUp } = await import('../../database/migrate.ts')
    const log = createLog({ level: config.logLevel })
    const applied = await migrateUp({ databaseUrl: url, coreOnly, onWait: (holder) => log.warn({ holder }, 'waiting for another migration') })
    log.info({ applied: applied.length }, 'the database is up to date')
    const scraped: Metrics[] = []
    const settings = { ...serverSettings(config, url, log), scraped }
    const hasKey = settings.jwtSecret !== undefined || settings.jwksUrl !== undefined
    if (!hasKey) log.warn({}, 'no API: set JWT_SECRET or JWKS_URL to have it served')
    const server = hasKey ? await launchServerSomewhere(settings, config.databaseUrl === undefined) : undefined
    try {
      await runWorker(workerSettings(config, url, log), stopping, scraped)
    } finally {
      await server?.stop()
    }
  })

export const register = (program: Command) =>
  program
    .command('up')
    .summary('migrate, deliver and serve the API, in one process')
    .description('Brings the database up to date and then delivers what is due, until SIGTERM or Ctrl-C: rowhook migrate up, rowhook worker and rowhook serve in one.')
    .option('--core-only', 'leave out the sample shop, because you bring tables of your own')
    .action(run)
