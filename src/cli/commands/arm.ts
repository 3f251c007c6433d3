/** `rowhook arm`: lets this database deliver. */
import type { Command } from 'commander'
import { printJson, type JsonOption } from '../administer.ts'
import { whereabouts } from '../run-worker.ts'
import { withDatabase } from '../with-database.ts'

const run = ({ add = false, json }: { add?: boolean } & JsonOption) =>
  withDatabase(async ({ url }, config) => {
    const { checkPool, createPool } = await import('../../database/pool.ts')
    const { arm } = await import('../../database/arming.ts')
    const pool = createPool({ databaseUrl: url, name: 'rowhook arm', role: 'rowhook_owner', max: 1 })
    try {
      await checkPool(pool)
      const fingerprints = await arm(pool, whereabouts(config), add)
      if (json) printJson({ armed_as: fingerprints })
      else for (const fingerprint of fingerprints) process.stdout.write(`armed as ${fingerprint}\n`)
    } finally {
      await pool.end()
    }
  })

export const register = (program: Command) =>
  program
    .command('arm')
    .summary('let this database deliver, although it may be a copy')
    .description(
      'A database that was restored or cloned delivers nothing, so that receivers do not get everything twice. This command says that it is meant to deliver:\n' +
        'run it with the DATABASE_URL and ROWHOOK_DEPLOYMENT of its workers, which begin within seconds. Make sure first that the original no longer delivers,\n' +
        'and look at what is due (webhooks.queue_health): it goes out at once. The first worker arms a fresh database by itself.',
    )
    .option('--add', 'keep what is armed already: the same database under another host name or port')
    .option('--json', 'print JSON')
    .action(run)
