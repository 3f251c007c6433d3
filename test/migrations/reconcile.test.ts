/** webhooks.reconcile: the proof that no event and no delivery is missing, and what it says where it cannot prove it. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { createTestDatabase } from '../support/database.ts'
import { createEndpoint, createEvents, refusal } from '../support/endpoints.ts'

const db = await createTestDatabase({ template: 'core' })
const { pool } = db

type Row = { missing: string; resource_id: string; event_type: string; event_id: string | null; endpoint_id: string | null; detail: string }

let tables = 0
/** A watched table of tenant-owned rows; made an hour ago, as its rules say. */
const watchedTable = async (rules = '[{"event":"thing.made","on":"insert"}]', tenant: string | null = 'tenant_id') => {
  const name = `public.things_${++tables}`
  await pool.query(`create table ${name} (id int, section text default 'a', tenant_id text default 'default', created_at timestamptz default now(), primary key (id, section))`)
  await pool.query('select webhooks.watch($1, $2, $3, $4)', [name, `thing ${tables}`, rules, tenant])
  await pool.query(`update webhooks.capture_rules set created_at = now() - interval '1 hour' where relation = $1::regclass`, [name])
  return name
}
/** What a DBA with select on the table is told: rows and notices. */
const reconcile = async (table: string, more = ''): Promise<{ rows: Row[]; notices: string[] }> => {
  await pool.query(`grant select on ${table} to rowhook_dba`)
  const client = await db.connect('rowhook_dba')
  const notices: string[] = []
  client.on('notice', ({ message }) => notices.push(message ?? ''))
  try {
    const { rows } = await client.query<Row>(`select * from webhooks.reconcile('${table}', now() - interval '30 minutes'${more})`)
    return { rows, notices }
  } finally {
    await client.end()
  }
}
const quietly = async (sql: string) => {
  const client = await db.connect()
  await client.query('set session_replication_role = replica')
  await client.query(sql)
  await client.end()
}

const reconciling = suite('reconcile')
reconciling.after(() => db.drop())

reconciling('nothing is the proof that nothing is missing', async () => {
  const table = await watchedTable()
  await pool.query(`insert into ${table} (id) select generate_series(1, 50)`)
  assert.equal(await reconcile(table), { rows: [], notices: [] })
})

reconciling('finds the rows that came past the capture', async () => {
  const table = await watchedTable()
  await pool.query(`insert into ${table} (id) values (1)`)
  await quietly(`insert into ${table} (id, section, tenant_id) values (2, 'b', 'other')`)
  await pool.query(`insert into ${table} (id) values (3)`)
  const { rows } = await reconcile(table)
  assert.equal(rows.map(({ missing, resource_id, event_type, event_id }) => [missing, resource_id, event_type, event_id]), [['event', '2,b', 'thing.made', null]])
})

reconciling('an event of the same key in another tenant is none', async () => {
  const table = await watchedTable()
  await quietly(`insert into ${table} (id, tenant_id) values (1, 'mine')`)
  await pool.query(`insert into webhooks.events (tenant_id, type, resource_type, resource_id) values ('other', 'thing.made', 'thing ${tables}', '1,a')`)
  assert.is((await reconcile(table)).rows.length, 1)
})

reconciling('rows from before the watch are not looked at, and that is said', async () => {
  const table = await watchedTable()
  await quietly(`insert into ${table} (id, created_at) values (1, now() - interval '20 minutes'), (2, now())`)
  await pool.query(`update webhooks.capture_rules set created_at = now() - interval '10 minutes' where relation = $1::regclass`, [table])
  const { rows, notices } = await reconcile(table)
  assert.equal(rows.map((row) => row.resource_id), ['2,a'])
  assert.match(notices[0]!, 'when')
})

reconciling('works for a table without tenants', async () => {
  const table = await watchedTable(undefined, null)
  await pool.query(`insert into ${table} (id) values (1)`)
  await quietly(`insert into ${table} (id) values (2)`)
  assert.equal((await reconcile(table)).rows.map((row) => row.resource_id), ['2,a'])
})

reconciling('says so where rows without their event cannot be told', async () => {
  const table = await watchedTable('[{"event":"thing.moved","on":"update"},{"event":"thing.made","on":"insert","when":"new.id > 5"}]')
  await quietly(`insert into ${table} (id) values (6)`)
  const { rows, notices } = await reconcile(table)
  assert.equal(rows, [])
  assert.match(notices[0]!, 'cannot be told')
})

reconciling('finds the events that an endpoint should have got', async () => {
  const table = await watchedTable()
  const tenant = `tenant of ${table}`
  const [endpoint, off, other] = [
    await createEndpoint(pool, { tenant_id: tenant, name: 'ledger' }),
    await createEndpoint(pool, { tenant_id: tenant, is_active: false }),
    await createEndpoint(pool, { tenant_id: tenant, events: ['test.event'] }),
  ]
  await quietly(`update webhooks.endpoints set created_at = now() - interval '1 hour', updated_at = now() - interval '1 hour' where id in ('${endpoint}', '${off}', '${other}')`)
  await pool.query(`insert into ${table} (id, tenant_id) values (1, $1), (2, $1)`, [tenant])
  await quietly(`delete from webhooks.deliveries where resource_id = '2,a' and tenant_id = '${tenant}'`)
  const { rows } = await reconcile(table)
  assert.equal(rows.map(({ missing, resource_id, endpoint_id, detail }) => [missing, resource_id, endpoint_id, detail]), [['delivery', '2,a', endpoint, 'endpoint ledger']])
})

reconciling('an endpoint that has changed since is not judged, and that is said', async () => {
  const table = await watchedTable()
  const tenant = `tenant of ${table}`
  await pool.query(`insert into ${table} (id, tenant_id) values (1, $1)`, [tenant])
  await createEndpoint(pool, { tenant_id: tenant })
  const { rows, notices } = await reconcile(table)
  assert.equal(rows, [])
  assert.ok(notices.some((notice) => /endpoints were made or changed/.test(notice)))
})

reconciling('a table that is not watched, or does not say when its rows were made, is refused', async () => {
  await pool.query('create table public.unwatched (id int primary key)')
  assert.is((await refusal(reconcile('public.unwatched'))).code, 'WHREC')
  const table = await watchedTable()
  const error = await refusal(reconcile(table, `, made_at => 'section'`))
  assert.is(error.code, 'WHREC')
  assert.match(error.detail!, 'text')
  assert.is((await refusal(reconcile(table, `, made_at => 'nowhere'`))).code, 'WHREC')
})

reconciling('another column may say when rows were made', async () => {
  const table = await watchedTable()
  await pool.query(`alter table ${table} rename created_at to "Made At"`)
  await quietly(`insert into ${table} (id) values (1)`)
  assert.is((await reconcile(table, `, made_at => 'Made At'`)).rows.length, 1)
})

reconciling('who may not read the table learns nothing of it', async () => {
  const table = await watchedTable()
  const client = await db.connect('rowhook_dba')
  assert.is((await refusal(client.query(`select * from webhooks.reconcile('${table}')`))).code, '42501')
  await client.end()
  assert.is((await createEvents(pool)).length, 1)
})

reconciling.run()
