/** `rowhook sql`: a statement, for machines without psql. */
import type { Command } from 'commander'
import { withDatabase } from '../with-database.ts'

const run = (statement: string) =>
  withDatabase(async ({ url }) => {
    const { runSql } = await import('../../database/run-sql.ts')
    const { formatTable } = await import('../table.ts')
    for (const { columns, rows, tag } of await runSql(url, statement)) {
      process.stdout.write(columns.length > 0 ? formatTable(columns, rows) : `${tag}\n`)
    }
  })

export const register = (program: Command) =>
  program
    .command('sql')
    .summary('run a statement, where psql is not at hand')
    .description('Runs SQL on the database and prints what it returns. Several statements, separated by semicolons, commit together or not at all.')
    .argument('<statement>', `such as "select * from webhooks.delivery_log"`)
    .action(run)
