/** What the catalogue must say of our schemas: everything is commented, pinned, under row security, and closed to the public. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { createTestDatabase } from '../support/database.ts'

const db = await createTestDatabase({ template: 'core' })

const ours = `('webhooks'::regnamespace, 'webhooks_private'::regnamespace)`

/** What a query finds wrong, one name a row. */
const offenders = async (sql: string): Promise<string[]> => {
  const { rows } = await db.pool.query<{ name: string }>(sql)
  return rows.map(({ name }) => name)
}

const catalogue = suite('the catalogue')
catalogue.after(() => db.drop())

catalogue('every table and view has a comment', async () => {
  assert.equal(
    await offenders(`
      select c.oid::regclass::text as name from pg_class as c
       where c.relnamespace in ${ours} and c.relkind in ('r', 'p', 'v', 'm') and obj_description(c.oid, 'pg_class') is null`),
    [],
  )
})

catalogue('every column has a comment, but in partitions', async () => {
  assert.equal(
    await offenders(`
      select format('%s.%s', c.oid::regclass, a.attname) as name
        from pg_class as c join pg_attribute as a on a.attrelid = c.oid
       where c.relnamespace in ${ours} and c.relkind in ('r', 'p', 'v', 'm') and not c.relispartition
         and c.relname not like 'migrations\\_%'
         and a.attnum > 0 and not a.attisdropped and col_description(c.oid, a.attnum) is null`),
    [],
  )
})

catalogue('every function has a comment', async () => {
  assert.equal(
    await offenders(`
      select p.oid::regprocedure::text as name from pg_proc as p
       where p.pronamespace in ${ours} and obj_description(p.oid, 'pg_proc') is null`),
    [],
  )
})

catalogue('every function that runs with its owner\'s rights pins its search_path', async () => {
  assert.equal(
    await offenders(`
      select p.oid::regprocedure::text as name from pg_proc as p
       where p.pronamespace in ${ours} and p.prosecdef
         and not coalesce('search_path=pg_catalog, pg_temp' = any (p.proconfig), false)`),
    [],
  )
})

catalogue('every function in PL/pgSQL pins its search_path, whoever it runs as', async () => {
  assert.equal(
    await offenders(`
      select p.oid::regprocedure::text as name from pg_proc as p join pg_language as l on l.oid = p.prolang
       where p.pronamespace in ${ours} and l.lanname = 'plpgsql'
         and not exists (select from unnest(p.proconfig) as setting where setting like 'search_path=%')`),
    [],
  )
})

catalogue('row security is enabled and forced on every table, partitions too', async () => {
  assert.equal(
    await offenders(`
      select c.oid::regclass::text as name from pg_class as c
       where c.relnamespace in ${ours} and c.relkind in ('r', 'p') and not (c.relrowsecurity and c.relforcerowsecurity)`),
    [],
  )
})

catalogue('every table lets its owner pass, and no policy of it is for everybody', async () => {
  assert.equal(
    await offenders(`
      select c.oid::regclass::text as name from pg_class as c
       where c.relnamespace in ${ours} and c.relkind in ('r', 'p')
         and not exists (select from pg_policy as y where y.polrelid = c.oid and y.polcmd = '*' and y.polroles = array['rowhook_owner'::regrole::oid])`),
    [],
  )
  assert.equal(await offenders(`select tablename as name from pg_policies where schemaname like 'webhooks%' and 'public' = any (roles)`), [])
})

catalogue('every view of schema webhooks reads with the rights of its reader', async () => {
  assert.equal(
    await offenders(`
      select c.oid::regclass::text as name from pg_class as c
       where c.relnamespace = 'webhooks'::regnamespace and c.relkind = 'v'
         and not coalesce('security_invoker=true' = any (c.reloptions), false)`),
    [],
  )
})

catalogue('the public may call nothing but what only computes', async () => {
  assert.equal(
    await offenders(`
      select p.oid::regprocedure::text as name from pg_proc as p
       where p.pronamespace in ${ours} and has_function_privilege('public', p.oid, 'execute') order by 1`),
    [
      'webhooks.calculate_next_retry(integer)',
      'webhooks.calculate_next_retry(integer,interval[],double precision)',
      'webhooks.occurred_at(uuid)',
    ],
  )
})

catalogue('the public may neither enter our schemas nor read a table', async () => {
  assert.equal(await offenders(`select nspname as name from pg_namespace where oid in ${ours} and has_schema_privilege('public', oid, 'usage, create')`), [])
  assert.equal(
    await offenders(`
      select c.oid::regclass::text as name from pg_class as c
       where c.relnamespace in ${ours} and c.relkind in ('r', 'p', 'v')
         and has_table_privilege('public', c.oid, 'select, insert, update, delete, truncate, references, trigger')`),
    [],
  )
})

catalogue('no role but the owner reads a table of webhooks_private, or writes the log', async () => {
  assert.equal(
    await offenders(`
      select format('%s reads %s', r.rolname, c.oid::regclass) as name
        from pg_class as c cross join pg_roles as r
       where c.relnamespace = 'webhooks_private'::regnamespace and c.relkind in ('r', 'p', 'v')
         and r.rolname like 'rowhook\\_%' and r.rolname <> 'rowhook_owner'
         and has_table_privilege(r.oid, c.oid, 'select, insert, update, delete, truncate')`),
    [],
  )
  assert.equal(
    await offenders(`
      select format('%s writes %s', r.rolname, c.oid::regclass) as name
        from pg_class as c cross join pg_roles as r
       where c.relnamespace = 'webhooks'::regnamespace and c.relname in ('deliveries', 'attempts', 'audit_log', 'endpoint_stats')
         and r.rolname like 'rowhook\\_%' and r.rolname <> 'rowhook_owner'
         and has_table_privilege(r.oid, c.oid, 'insert, update, delete, truncate')`),
    [],
  )
})

catalogue('everything belongs to rowhook_owner', async () => {
  assert.equal(
    await offenders(`
      select c.oid::regclass::text as name from pg_class as c where c.relnamespace in ${ours} and c.relowner <> 'rowhook_owner'::regrole
      union all
      select p.oid::regprocedure::text from pg_proc as p where p.pronamespace in ${ours} and p.proowner <> 'rowhook_owner'::regrole`),
    [],
  )
})

catalogue('what a temporary table hides does not fool a function that runs with its owner\'s rights', async () => {
  const client = await db.connect('rowhook_emitter')
  await client.query(`create temporary table event_types (name text); create temporary table events (id uuid)`)
  await client.query(`set search_path = pg_temp, webhooks, public`)
  const { rows } = await client.query<{ id: string }>(`select webhooks.emit('test.event') as id`)
  const { rowCount } = await db.pool.query('select from webhooks.events where id = $1', [rows[0]!.id])
  await client.end()
  assert.is(rowCount, 1)
})

catalogue.run()
