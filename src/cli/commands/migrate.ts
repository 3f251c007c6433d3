/** `rowhook migrate`: brings a database up to date, and back. */
import { InvalidArgumentError, type Command } from 'commander'
import type { MigrationState } from '../../database/migrate.ts'
import { printJson, snakeCased, type JsonOption } from '../administer.ts'
import { withDatabase } from '../with-database.ts'

const print = (line: string) => process.stdout.write(`${line}\n`)

const onWait = (holder: string) => void process.stderr.write(`Waiting for another migration: ${holder}.\n`)

const loadMigrate = () => import('../../database/migrate.ts')

/** @param key of the list in JSON */
const report = (verb: string, names: readonly string[], nothing: string, { json }: JsonOption, key = 'migrations') => {
  if (json) return printJson({ [key]: names })
  for (const name of names) print(`${verb} ${name}`.trimStart())
  if (names.length === 0) print(nothing)
}

const up = ({ coreOnly = false, json }: { coreOnly?: boolean } & JsonOption) =>
  withDatabase(async ({ url }) => {
    const { migrateUp } = await loadMigrate()
    report('applied', await migrateUp({ databaseUrl: url, coreOnly, onWait }), 'The database is up to date.', { ...(json && { json }) }, 'applied')
  })

const down = ({ count, all, json }: { count: number; all?: true } & JsonOption) =>
  withDatabase(async ({ url }) => {
    const { migrateDown } = await loadMigrate()
    const undone = await migrateDown({ databaseUrl: url, onWait, count: all ? Number.MAX_SAFE_INTEGER : count })
    report('undone', undone, 'There is no migration to undo.', { ...(json && { json }) }, 'undone')
  })

const redo = (options: JsonOption) =>
  withDatabase(async ({ url }) => {
    const { migrateRedo } = await loadMigrate()
    report('undone and applied', await migrateRedo({ databaseUrl: url, onWait }), 'There is no migration to do again.', options, 'redone')
  })

const line = ({ group, name, state, appliedAt }: MigrationState) =>
  `${state.padEnd(7)}  ${`${group}/${name}`.padEnd(40)}  ${appliedAt?.toISOString() ?? ''}`.trimEnd()

const status = (options: JsonOption) =>
  withDatabase(async ({ url }) => {
    const { migrateStatus } = await loadMigrate()
    const states = await migrateStatus({ databaseUrl: url })
    if (options.json) printJson(states.map(snakeCased))
    else report('', states.map(line), 'There are no migrations.', options)
  })

const create = async (name: string, { store, json }: { store?: true } & JsonOption) => {
  const { createMigration } = await import('../../database/migrate/create.ts')
  const path = createMigration(name, store ? 'store' : 'core')
  if (json) printJson({ created: path })
  else print(`created ${path}`)
}

const asCount = (text: string): number => {
  if (!/^[1-9]\d{0,5}$/.test(text)) throw new InvalidArgumentError('It must be a whole number, 1 or more.')
  return Number(text)
}

export const register = (program: Command) => {
  const migrate = program
    .command('migrate')
    .summary('bring the database up to date, or back')
    .description(
      'Migrates the database: the job queue (graphile-worker) and the core (schema webhooks), then the store (a sample shop in schema public).\n' +
        'The user needs to own the database and may create roles; a superuser is not needed.',
    )
    .helpCommand(false)
  migrate
    .command('up')
    .description('Applies what is missing. Several at once wait for each other; a second run does nothing.')
    .option('--core-only', 'leave out the sample shop, because you bring tables of your own')
    .option('--json', 'print JSON')
    .action(up)
  migrate
    .command('down')
    .description('Undoes the last migration, the store before the core. The data in what it drops are lost.')
    .option('--count <number>', 'undo so many', asCount, 1)
    .option('--all', 'undo every migration; roles and the job queue stay')
    .option('--json', 'print JSON')
    .action(down)
  migrate.command('redo').description('Undoes the last migration and applies it again.').option('--json', 'print JSON').action(redo)
  migrate.command('status').description('Lists every migration: applied and when, pending, changed since (until 1.0), or unknown to this version. Changes nothing.').option('--json', 'print JSON').action(status)
  migrate
    .command('create')
    .description('Makes the file of a new migration, with a part to go up and a part to go down.')
    .argument('<name>', 'what it is about, in lower case with underscores: endpoint_notes')
    .option('--store', 'for the sample shop instead of the core')
    .option('--json', 'print JSON')
    .action(create)
}
