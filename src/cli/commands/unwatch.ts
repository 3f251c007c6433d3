/** `rowhook unwatch`: makes no more events of the writes to a table. */
import type { Command } from 'commander'
import { administer } from '../administer.ts'

const run = (table: string) =>
  administer('unwatch', async (client) => {
    const { unwatchTable } = await import('../../database/admin/capture.ts')
    process.stdout.write((await unwatchTable(client, table)) ? `${table} is no longer watched\n` : `${table} was not watched\n`)
  })

export const register = (program: Command) =>
  program
    .command('unwatch')
    .summary('make no more events of the writes to a table')
    .description('Makes no more events of the writes to a table; its triggers and rules go. Events that exist stay.')
    .argument('<table>', 'such as public.sales')
    .action(run)
