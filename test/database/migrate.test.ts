/** What `rowhook migrate` does to a database, shown with migrations of two lines. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { RowhookError } from '../../src/core/errors.ts'
import { migrateDown, migrateRedo, migrateStatus, migrateUp } from '../../src/database/migrate.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'

type Context = { db: TestDatabase; folder: string }

const migration = (table: string) => `-- Up Migration\ncreate table ${table} ();\n\n-- Down Migration\ndrop table ${table};\n`

const write = (folder: string, path: string, sql: string) => writeFileSync(join(folder, path), sql)

const makeFolder = () => {
  const folder = mkdtempSync(join(tmpdir(), 'rowhook-migrations-'))
  for (const group of ['core', 'store']) mkdirSync(join(folder, group))
  write(folder, 'core/100_first.sql', migration('webhooks.first'))
  write(folder, 'core/110_second.sql', migration('webhooks.second'))
  write(folder, 'store/100_shop.sql', migration('public.shop'))
  return folder
}

const migrate = suite<Context>('rowhook migrate')

migrate.before.each(async (context) => {
  context.db = await createTestDatabase({ template: 'empty' })
  context.folder = makeFolder()
})

migrate.after.each(async ({ db, folder }) => {
  await db.drop()
  rmSync(folder, { recursive: true })
})

const optionsOf = ({ db, folder }: Context) => ({ databaseUrl: db.url, settings: { folder, pgSettings: {} } })

const tablesOf = async ({ db }: Context) => {
  const { rows } = await db.pool.query<{ name: string }>(
    `select relname as name from pg_class where relkind = 'r' and relname in ('first', 'second', 'shop') order by 1`,
  )
  return rows.map(({ name }) => name)
}

const failure = (work: Promise<unknown>): Promise<RowhookError> =>
  work.then(
    () => {
      throw new Error('it should have been refused')
    },
    (error: RowhookError) => error,
  )

migrate('applies the core, then the store, and nothing the second time', async (context) => {
  assert.equal(await migrateUp(optionsOf(context)), ['core/100_first', 'core/110_second', 'store/100_shop'])
  assert.equal(await migrateUp(optionsOf(context)), [])
  assert.equal(await tablesOf(context), ['first', 'second', 'shop'])
})

migrate('leaves out the store for somebody who brings his own tables', async (context) => {
  await migrateUp({ ...optionsOf(context), coreOnly: true })
  assert.equal(await tablesOf(context), ['first', 'second'])
})

migrate('gives the core to rowhook_owner and the store to the connecting user', async (context) => {
  await migrateUp(optionsOf(context))
  const { rows } = await context.db.pool.query(`
    select oid::regclass::text as name, pg_get_userbyid(relowner) = current_user as mine, relowner = 'rowhook_owner'::regrole as owned
      from pg_class where oid in ('webhooks.first'::regclass, 'shop'::regclass, 'graphile_worker.migrations'::regclass) order by 1`)
  assert.equal(rows, [
    { name: 'graphile_worker.migrations', mine: false, owned: true },
    { name: 'shop', mine: true, owned: false },
    { name: 'webhooks.first', mine: false, owned: true },
  ])
})

migrate('undoes from the end, the store before the core', async (context) => {
  await migrateUp(optionsOf(context))
  assert.equal(await migrateDown({ ...optionsOf(context), count: 2 }), ['store/100_shop', 'core/110_second'])
  assert.equal(await tablesOf(context), ['first'])
})

migrate('leaves neither schema nor ledger when all is undone, and can begin again', async (context) => {
  await migrateUp(optionsOf(context))
  await migrateDown({ ...optionsOf(context), count: 99 })
  const { rows } = await context.db.pool.query(`select to_regnamespace('webhooks') as left`)
  assert.equal(rows, [{ left: null }])
  assert.is((await migrateUp(optionsOf(context))).length, 3)
})

migrate('does the last one again', async (context) => {
  await migrateUp(optionsOf(context))
  write(context.folder, 'store/100_shop.sql', migration('public.shop').replace('()', '(id integer)'))
  assert.equal(await migrateRedo(optionsOf(context)), ['store/100_shop'])
  await context.db.pool.query('select id from shop')
})

migrate('tells what is applied and what is not', async (context) => {
  await migrateUp({ ...optionsOf(context), coreOnly: true })
  const states = await migrateStatus(optionsOf(context))
  assert.equal(
    states.map(({ group, name, state, appliedAt }) => [group, name, state, appliedAt instanceof Date]),
    [
      ['core', '100_first', 'applied', true],
      ['core', '110_second', 'applied', true],
      ['store', '100_shop', 'pending', false],
    ],
  )
})

migrate('is run once by three at the same time', async (context) => {
  const applied = await Promise.all([1, 2, 3].map(() => migrateUp(optionsOf(context))))
  assert.equal(applied.map((names) => names.length).toSorted((a, b) => a - b), [0, 0, 3])
})

migrate('refuses a database that a newer version has migrated', async (context) => {
  await migrateUp(optionsOf(context))
  rmSync(join(context.folder, 'core/110_second.sql'))
  const error = await failure(migrateUp(optionsOf(context)))
  assert.is(error.code, 'WHNEW')
  assert.match(error.detail!, 'core/110_second')
})

migrate('refuses to go on where a migration was rewritten since, and says which; comments may be put better', async (context) => {
  await migrateUp(optionsOf(context))
  const reworded = '-- It comes first.\n\n-- Up Migration\n-- The first.\n/* And\n * more. */\n  create table webhooks.first ();\n\n-- Down Migration\ndrop table if exists webhooks.first;\n'
  write(context.folder, 'core/100_first.sql', reworded)
  assert.equal(await migrateUp(optionsOf(context)), [])
  write(context.folder, 'core/100_first.sql', reworded.replace('first ()', 'first (id integer)'))
  assert.equal((await migrateStatus(optionsOf(context))).map(({ state }) => state), ['changed', 'applied', 'applied'])
  const error = await failure(migrateUp(optionsOf(context)))
  assert.is(error.code, 'WHCHG')
  assert.match(error.detail!, /here: core\/100_first\.$/)
  assert.is((await migrateDown({ ...optionsOf(context), count: 3 })).length, 3, 'it can be undone')
})

migrate('makes no claim about migrations that were applied before checksums were kept', async (context) => {
  await migrateUp(optionsOf(context))
  await context.db.pool.query('drop policy dba on webhooks.migrations_core; alter table webhooks.migrations_core drop column checksum')
  write(context.folder, 'core/100_first.sql', migration('webhooks.other'))
  assert.equal((await migrateStatus(optionsOf(context))).map(({ state }) => state), ['applied', 'applied', 'applied'])
  write(context.folder, 'core/120_third.sql', migration('webhooks.third'))
  assert.equal(await migrateUp(optionsOf(context)), ['core/120_third'])
  const { rows } = await context.db.pool.query('select name, checksum is not null as known from webhooks.migrations_core order by id')
  assert.equal(rows.map(({ known }: { known?: boolean }) => known), [false, false, true])
})

migrate('rolls a group back that fails, and names file and line', async (context) => {
  write(context.folder, 'core/120_broken.sql', '-- Up Migration\nselect 1;\n\nselect nonsense;\n')
  const error = await failure(migrateUp(optionsOf(context)))
  assert.is(error.code, 'WHMIG')
  assert.match(error.detail!, 'core/120_broken.sql (line 4): column "nonsense" does not exist')
  assert.equal(await tablesOf(context), [])
})

migrate('keeps its ledgers as our rules for tables ask', async (context) => {
  await migrateUp(optionsOf(context))
  const { rows } = await context.db.pool.query(`
    select relname, relforcerowsecurity as forced, obj_description(oid, 'pg_class') is not null as commented
      from pg_class where oid in ('webhooks.migrations_core'::regclass, 'webhooks.migrations_store'::regclass) order by 1`)
  assert.equal(rows, [
    { relname: 'migrations_core', forced: true, commented: true },
    { relname: 'migrations_store', forced: true, commented: true },
  ])
})

migrate.run()
