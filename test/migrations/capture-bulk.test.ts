/** Large statements: one event a row, made by one insert. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { createTestDatabase } from '../support/database.ts'

const db = await createTestDatabase({ template: 'core' })
const bulk = suite('10,000 rows in one statement')
bulk.after(() => db.drop())

/** Events, distinct resources, and deliveries of a type. */
const count = async (type: string) => {
  const { rows } = await db.pool.query<{ events: number; resources: number; deliveries: number }>(
    `select count(*)::integer as events, count(distinct resource_id)::integer as resources,
            (select count(*)::integer from webhooks.deliveries where event_type = $1) as deliveries
       from webhooks.events where type = $1`,
    [type],
  )
  return rows[0]
}
const all = { events: 10_000, resources: 10_000, deliveries: 10_000 }

bulk.before(async () => {
  await db.pool.query(`
    create table sales (id integer primary key, tenant_id text, total numeric, note text);
    insert into webhooks.endpoints (tenant_id, name, url, events) values ('acme', 'ledger', 'https://example.com/hook', '{*}');
    select from webhooks.watch('sales', 'sale',
      '[{"event":"sale.created","on":"insert"},{"event":"sale.updated","on":"update","when":"lower(new.note) = ''n''"},{"event":"sale.deleted","on":"delete"}]')`)
  await db.pool.query(`insert into sales values (0, 'acme')`) // plans made for one row
  await db.pool.query(`update sales set note = 'n'`)
  await db.pool.query('delete from sales')
  await db.pool.query('delete from webhooks.events; delete from webhooks.deliveries')
})

bulk('inserted make 10,000 events, deliveries, and one job', async () => {
  await db.pool.query(`insert into sales select n, 'acme', n from generate_series(1, 10000) as n`)
  assert.equal(await count('sale.created'), all)
  const { rows } = await db.pool.query('select count(*)::integer as jobs from graphile_worker.jobs')
  assert.ok(rows[0]?.jobs <= 2)
})

bulk('updated make 10,000 events, each with what changed in its own row', async () => {
  await db.pool.query(`update sales set total = total + 1, note = 'N'`)
  assert.equal(await count('sale.updated'), all)
  const { rows } = await db.pool.query(`
    select count(*)::integer as wrong from webhooks.events
     where type = 'sale.updated' and (previous ->> 'total' <> resource_id or data ->> 'id' <> resource_id)`)
  assert.equal(rows, [{ wrong: 0 }])
})

bulk('deleted make 10,000 events', async () => {
  await db.pool.query('delete from sales')
  assert.equal(await count('sale.deleted'), all)
})

bulk.run()
