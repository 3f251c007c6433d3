/** `rowhook unwatch`: makes no more events of the writes to a table. */
import type { Command } from 'commander'
import { administer, printJson, type JsonOption } from '../administer.ts'

const run = (table: string, { json }: JsonOption) =>
  administer('unwatch', async (client) => {
    const { unwatchTable } = await import('../../database/admin/capture.ts')
    const wasWatched = await unwatchTable(client, table)
    if (json) printJson({ table, was_watched: wasWatched })
    else process.stdout.write(wasWatched ? `${table} is no longer watched\n` : `${table} was not watched\n`)
  })

export const register = (program: Command) =>
  program
    .command('unwatch')
    .summary('make no more events of the writes to a table')
    .description('Makes no more events of the writes to a table; its triggers and rules go. Events that exist stay.')
    .argument('<table>', 'such as public.sales')
    .option('--json', 'print JSON')
    .action(run)
