/** `rowhook watch`: makes events of the writes to a table. */
import type { Command } from 'commander'
import { readFileSync } from 'node:fs'
import { RowhookError } from '../../core/errors.ts'
import { administer, printRows, type JsonOption } from '../administer.ts'

const load = () => import('../../database/admin/capture.ts')

type Options = { resource?: string; rules?: string; tenantColumn: string | false; key?: string; columns?: string; exclude?: string; payload?: string } & JsonOption

/** Names separated by commas. */
const names = (text: string | undefined) => text?.split(',').map((name) => name.trim())

const unreadable = (cause: unknown) =>
  new RowhookError({
    code: 'WHDAT',
    message: 'The rules cannot be read.',
    detail: (cause as Error).message,
    hint: `Give JSON, such as --rules '[{"event": "sale.created", "on": "insert"}]', or --rules @file.json.`,
    cause,
  })

const readRules = (given: string | undefined, resource: string): string => {
  if (given === undefined) {
    return JSON.stringify([['insert', 'created'], ['update', 'updated'], ['delete', 'deleted']].map(([on, what]) => ({ event: `${resource}.${what}`, on })))
  }
  try {
    const text = given.startsWith('@') ? readFileSync(given.slice(1), 'utf8') : given
    JSON.parse(text)
    return text
  } catch (error) {
    throw unreadable(error)
  }
}

const run = (table: string | undefined, { resource, rules, tenantColumn, key, columns, exclude, payload, json }: Options) =>
  administer('watch', async (client) => {
    const { listWatched, watchTable } = await load()
    if (table !== undefined) {
      const named = resource ?? table.replace(/^.*\./, '').replaceAll('"', '').replace(/s$/, '')
      await watchTable(client, {
        table, resource: named, rules: readRules(rules, named), payload,
        tenantColumn: tenantColumn === false ? null : tenantColumn, key: names(key), columns: names(columns), exclude: names(exclude),
      })
    }
    printRows(await listWatched(client), ['table', 'on', 'event', 'when', 'changed', 'tenant_column'], { ...(json && { json }) })
  })

export const register = (program: Command) =>
  program
    .command('watch')
    .summary('make events of the writes to a table')
    .description(
      'Makes events of the inserts, updates and deletes of a table, and lists what is watched; without a table it only lists.\n' +
        'Watching again replaces the rules. It calls webhooks.watch; truncate makes no events.',
    )
    .argument('[table]', 'such as public.sales')
    .option('--resource <name>', 'what a row is: sale; left out: the name of the table without its last s')
    .option('--rules <json>', 'which writes make which event, or @file; left out: <resource>.created, .updated and .deleted')
    .option('--tenant-column <name>', 'the column that says whose row it is', 'tenant_id')
    .option('--no-tenant-column', 'the table has none: its events belong to tenant default')
    .option('--key <columns>', 'columns of the resource id, separated by commas; left out: the primary key')
    .option('--columns <columns>', 'columns of the payload; left out: all')
    .option('--exclude <columns>', 'columns that the payload leaves out')
    .option('--payload <function>', 'a function that makes the payload, such as "public.sale_payload(public.sales)"')
    .option('--json', 'print JSON')
    .action(run)
