/** `rowhook up`: everything in one process. */
import type { Command } from 'commander'
import { runWorker, workerSettings } from '../run-worker.ts'
import { listenForStop } from '../told-to-stop.ts'
import { withDatabase } from '../with-database.ts'

const run = ({ coreOnly = false }: { coreOnly?: boolean }) =>
  withDatabase(async ({ url }, config) => {
    const stopping = listenForStop()
    const { createLog } = await import('../../log.ts')
    const { migrateUp } = await import('../../database/migrate.ts')
    const log = createLog({ level: config.logLevel })
    const applied = await migrateUp({ databaseUrl: url, coreOnly })
    log.info({ applied: applied.length }, 'the database is up to date')
    await runWorker(workerSettings(config, url, log), stopping)
  })

export const register = (program: Command) =>
  program
    .command('up')
    .summary('migrate and deliver, in one process')
    .description('Brings the database up to date and then delivers what is due, until SIGTERM or Ctrl-C: rowhook migrate up and rowhook worker in one.')
    .option('--core-only', 'leave out the sample shop, because you bring tables of your own')
    .action(run)
