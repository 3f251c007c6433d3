/** `rowhook sql`: a statement, for machines without psql. */
import type { Command } from 'commander'
import { printJson, type JsonOption } from '../administer.ts'
import { withDatabase } from '../with-database.ts'

const run = (statement: string, { json }: JsonOption) =>
  withDatabase(async ({ url }) => {
    const { runSql } = await import('../../database/run-sql.ts')
    const { formatTable } = await import('../table.ts')
    const results = await runSql(url, statement)
    if (json) return printJson(results)
    for (const { columns, rows, tag } of results) {
      process.stdout.write(columns.length > 0 ? formatTable(columns, rows) : `${tag}\n`)
    }
  })

export const register = (program: Command) =>
  program
    .command('sql')
    .summary('run a statement, where psql is not at hand')
    .description('Runs SQL on the database and prints what it returns. Several statements, separated by semicolons, commit together or not at all.')
    .argument('<statement>', `such as "select * from webhooks.delivery_log"`)
    .option('--json', 'print JSON: for each statement its columns, rows of texts, and tag')
    .action(run)
