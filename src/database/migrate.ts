/** Migrates a database: graphile-worker's schema first, then our groups core and store by node-pg-migrate. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Logger, runMigrations } from 'graphile-worker'
import { runner } from 'node-pg-migrate'
import pg from 'pg'
import { RowhookError } from '../core/errors.ts'
import { connectClient } from './connection-error.ts'
import { createLedgers, dropLedgers, groups, ledgerOf, readLedgers, recordChecksums, refuseChanged, refuseNewer, type Group, type MigrationState } from './migrate/ledger.ts'
import { prepareDatabase } from './migrate/roles.ts'
import { readMigrationSettings, type MigrationSettings } from './migrate/settings.ts'
import { checkSession, sessionMark } from './own-session.ts'
import { createPool, withOptions } from './pool.ts'
import { asRowhookError } from './sql-error.ts'

export type { MigrationState } from './migrate/ledger.ts'

export type MigrateOptions = {
  /** of a user who owns the database and has CREATEROLE, or of any later one that is a member of rowhook_owner */
  readonly databaseUrl: string
  /** from `.gmrc` by default */
  readonly settings?: MigrationSettings
  /** told once, when somebody else has been migrating for some seconds: who, as pg_stat_activity names him */
  readonly onWait?: (holder: string) => void
}

/** Any number of our own; several runners at once wait for each other on it. */
const migrationLock = 5_080_118_412

/** Three seconds; a migration of ours takes less. */
const TRIES_IN_SILENCE = 30

const holderOf = async (client: pg.Client): Promise<string> => {
  const { rows } = await client.query<{ holder: string }>(
    `select format('%s (pid %s), there since %s', coalesce(nullif(a.application_name, ''), a.usename), a.pid, date_trunc('second', a.backend_start)) as holder
       from pg_locks as l join pg_stat_activity as a on a.pid = l.pid
      where l.locktype = 'advisory' and l.granted and l.objsubid = 1 and (l.classid::bigint << 32 | l.objid::bigint) = $1
        and l.database = (select d.oid from pg_database as d where d.datname = current_database())`,
    [migrationLock],
  )
  return rows[0]?.holder ?? 'somebody who has gone this moment'
}

/** Asked again and again rather than waited for: a session that waits in the server holds a snapshot that others must wait for. */
const takeLock = async (client: pg.Client, onWait: (holder: string) => void) => {
  for (let tries = 1; ; tries++) {
    const { rows } = await client.query<{ taken: boolean }>('select pg_try_advisory_lock($1) as taken', [migrationLock])
    if (rows[0]?.taken) return
    if (tries === TRIES_IN_SILENCE) onWait(await holderOf(client))
    await sleep(100)
  }
}

/** Whether somebody migrates at this moment. The lock ends with the statement's transaction, so that nothing stays behind in a pooler. */
const isMigrating = async (client: pg.Client): Promise<boolean> => {
  const { rows } = await client.query<{ free: boolean }>('select pg_try_advisory_xact_lock_shared($1) as free', [migrationLock])
  return rows[0]?.free !== true
}

type Migrator = {
  readonly client: pg.Client
  readonly databaseUrl: string
  readonly folder: string
  readonly states: readonly MigrationState[]
}

const connect = async (databaseUrl: string, pgSettings: Readonly<Record<string, string>>) => {
  const client = await connectClient({ connectionString: withOptions(databaseUrl, sessionMark), application_name: 'rowhook migrate' })
  await checkSession(client).catch(async (error: unknown) => {
    await client.end()
    throw error
  })
  for (const [name, value] of Object.entries(pgSettings)) await client.query('select set_config($1, $2, false)', [name, value])
  return client
}

const withMigrator = async <T>({ databaseUrl, settings, onWait = () => undefined }: MigrateOptions, work: (migrator: Migrator) => Promise<T>): Promise<T> => {
  const { folder, pgSettings } = settings ?? readMigrationSettings()
  const client = await connect(databaseUrl, pgSettings)
  try {
    await takeLock(client, onWait)
    const states = await readLedgers(client, folder)
    return await work({ client, databaseUrl, folder, states })
  } finally {
    await client.end()
  }
}

const asOwner = async (client: pg.Client, work: () => Promise<void>) => {
  await client.query('set role rowhook_owner')
  try {
    await work()
  } finally {
    await client.query('reset role').catch(() => undefined) // a failed transaction ends with the connection
  }
}

/** graphile-worker's functions are named in ours, and a function in SQL is checked when it is made: its schema comes first. */
const migrateGraphileWorker = async (databaseUrl: string) => {
  const pgPool = createPool({ databaseUrl, name: 'rowhook migrate', role: 'rowhook_owner', max: 2 })
  try {
    await runMigrations({ pgPool, logger: new Logger(() => () => undefined) })
  } finally {
    await pgPool.end()
  }
}

/** The line of the file on which PostgreSQL stopped; the runner sends one half of the file, from its heading. */
const lineOf = (path: string, direction: 'up' | 'down', error: unknown): string => {
  const position = Number(error instanceof pg.DatabaseError ? error.position : undefined)
  if (!Number.isInteger(position)) return ''
  const text = readFileSync(path, 'utf8')
  const start = Math.max(0, text.search(direction === 'up' ? /^\s*--[\s-]*up\s+migration/im : /^\s*--[\s-]*down\s+migration/im))
  return ` (line ${text.slice(0, start + position).split('\n').length})`
}

/** node-pg-migrate's own words for a migration that came in before ones that have been applied. */
const isOutOfOrder = (error: unknown) => / is preceding already run migration /.test((error as Error).message)

const runGroup = async ({ client, folder }: Migrator, group: Group, direction: 'up' | 'down', count: number): Promise<string[]> => {
  let current = ''
  try {
    const done = await runner({
      dbClient: client,
      dir: join(folder, group),
      ignorePattern: '(?!.*\\.sql$).*',
      direction,
      count,
      migrationsSchema: 'webhooks',
      migrationsTable: ledgerOf(group),
      noLock: true, // held already, and around more than this
      singleTransaction: true,
      log: (line) => (current = /### MIGRATION (\S+) /.exec(line)?.[1] ?? current),
    })
    return done.map(({ name }) => `${group}/${name}`)
  } catch (cause) {
    const { message, detail, hint } = cause as pg.DatabaseError
    const place = current && lineOf(join(folder, group, `${current}.sql`), direction, cause)
    throw new RowhookError({
      code: 'WHMIG',
      message: `The migrations of group ${group} could not be ${direction === 'up' ? 'applied' : 'undone'}.`,
      detail: `${current ? `${group}/${current}.sql${place}: ` : ''}${[message, detail, hint].filter(Boolean).join(' ')}`,
      hint: isOutOfOrder(cause)
        ? 'Until 1.0 migrations may be rewritten. Throw a development database away (the embedded one: rm -r .rowhook), or go on with the version that migrated this one.'
        : 'Nothing of this group was changed. Correct the cause and run the command again.',
      cause,
    })
  }
}

const runEach = async (migrator: Migrator, group: Group, direction: 'up' | 'down', count: number): Promise<string[]> => {
  let done: string[] = []
  const run = async () => {
    done = await runGroup(migrator, group, direction, count)
    if (direction === 'up') await recordChecksums(migrator.client, migrator.folder, group, done.map((name) => name.slice(group.length + 1)))
  }
  await (group === 'core' ? asOwner(migrator.client, run) : run())
  return done
}

const namesIn = (states: readonly MigrationState[], group: Group, state: MigrationState['state']) =>
  states.filter((each) => each.group === group && each.state === state)

/** What can be undone: that a file has changed since does not keep anybody from it. */
const inPlace = (states: readonly MigrationState[], group: Group) => [...namesIn(states, group, 'applied'), ...namesIn(states, group, 'changed')]

/**
 * Brings a database up to date. Several runners at once wait for each other, and a second run does nothing.
 * The core belongs to rowhook_owner, the store to the connecting user.
 * @param options.coreOnly leaves out the sample domain, for somebody who brings tables of his own
 * @returns what was applied, as `group/name`, in order
 * @throws RowhookError WHDBC (not reached), WHNEW (migrated by a newer version), WHCHG (migrations were rewritten since), WHROL, WHOWN (rights), WHMIG (a migration failed; its group is rolled back)
 */
export const migrateUp = (options: MigrateOptions & { readonly coreOnly?: boolean }): Promise<string[]> =>
  withMigrator(options, async (migrator) => {
    const { client, databaseUrl, states } = migrator
    refuseNewer(states)
    refuseChanged(options.coreOnly ? states.filter(({ group }) => group === 'core') : states)
    await prepareDatabase(client)
    await migrateGraphileWorker(databaseUrl)
    await asOwner(client, () => createLedgers(client))
    const applied: string[] = []
    for (const group of options.coreOnly ? (['core'] as const) : groups) {
      const pending = namesIn(states, group, 'pending').length
      if (pending > 0) applied.push(...(await runEach(migrator, group, 'up', pending)))
    }
    return applied
  })

/**
 * Undoes the last `count` migrations, the store's before the core's. When none is left, the ledgers and the schemas `webhooks` and
 * `webhooks_private` go too; the roles (other databases may use them) and graphile_worker (it may hold others' jobs) stay.
 * @returns what was undone, as `group/name`, in order
 * @throws RowhookError WHNEW, WHMIG
 */
export const migrateDown = (options: MigrateOptions & { readonly count: number }): Promise<string[]> =>
  withMigrator(options, async (migrator) => {
    refuseNewer(migrator.states)
    const undone: string[] = []
    for (const group of groups.toReversed()) {
      const count = Math.min(options.count - undone.length, inPlace(migrator.states, group).length)
      if (count > 0) undone.push(...(await runEach(migrator, group, 'down', count)))
    }
    const left = groups.reduce((sum, group) => sum + inPlace(migrator.states, group).length, 0) - undone.length
    if (left === 0 && undone.length > 0) await asOwner(migrator.client, () => dropLedgers(migrator.client))
    return undone
  })

/**
 * Undoes and applies again the last migration: for whoever is writing it.
 * @returns its `group/name`, or nothing where no migration has been applied
 */
export const migrateRedo = async (options: MigrateOptions): Promise<string[]> => {
  const [last] = await migrateDown({ ...options, count: 1 })
  if (last === undefined) return []
  return migrateUp({ ...options, coreOnly: last.startsWith('core/') })
}

/**
 * Every migration and whether this database has it, in the order in which `up` applies them. Changes nothing, and works through a pooler.
 * @param options.patienceMs how long to wait for somebody who migrates at this moment; 0 by default
 */
export const migrateStatus = async ({ databaseUrl, settings, patienceMs = 0 }: MigrateOptions & { readonly patienceMs?: number }): Promise<readonly MigrationState[]> => {
  const { folder } = settings ?? readMigrationSettings()
  const client = await connectClient({ connectionString: databaseUrl, application_name: 'rowhook migrate status' })
  try {
    for (const untilMs = performance.now() + patienceMs; performance.now() < untilMs && (await isMigrating(client)); ) await sleep(100)
    return await readLedgers(client, folder)
  } catch (error) {
    throw asRowhookError(error)
  } finally {
    await client.end()
  }
}
