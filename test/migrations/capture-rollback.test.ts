/** Events live and die with the write. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type pg from 'pg'
import { createTestDatabase } from '../support/database.ts'
import { brief, takeEvents } from '../support/events.ts'

const db = await createTestDatabase({ template: 'core' })
const rollback = suite('capture and rollback')
rollback.after(() => db.drop())

let client: pg.Client
rollback.before(async () => {
  client = await db.connect()
  await db.pool.query(`
    create table customers (id integer primary key);
    create table sales (
      id integer primary key, tenant_id text, total numeric check (total >= 0),
      customer integer references customers deferrable initially deferred
    );
    insert into webhooks.endpoints (tenant_id, name, url, events) select 'acme', 'ledger', 'https://example.com/hook', '{*}'`)
  await db.pool.query(`select from webhooks.watch('sales', 'sale', '[{"event":"sale.created","on":"insert"},{"event":"sale.updated","on":"update"}]')`)
})
rollback.after.each(async () => {
  await client.query('rollback')
  await db.pool.query('truncate sales cascade')
  await db.pool.query('delete from webhooks.events; delete from webhooks.deliveries')
})

/** Events, and deliveries and jobs counted, as another session sees them. */
const left = async () => {
  const { rows } = await db.pool.query<{ deliveries: number; jobs: number }>(`
    select (select count(*)::integer from webhooks.deliveries) as deliveries, (select count(*)::integer from graphile_worker.jobs) as jobs`)
  return { events: brief(await takeEvents(db.pool)), ...rows[0] }
}
const nothing = { events: [], deliveries: 0, jobs: 0 }
const insert = (id: number, more = '') => client.query(`insert into sales (id, tenant_id${more && ', customer'}) values (${id}, 'acme'${more})`)
const fails = async (sql: string) => {
  const outcome = await client.query(sql).then(() => 'succeeded', () => 'failed')
  assert.is(outcome, 'failed')
}

rollback('leaves nothing', async () => {
  await client.query('begin')
  await insert(1)
  await client.query('rollback')
  assert.equal(await left(), nothing)
})

rollback('to a savepoint leaves what was before it and what comes after', async () => {
  await client.query('begin')
  await insert(1)
  await client.query('savepoint s')
  await insert(2)
  await client.query('rollback to s')
  await insert(3)
  await client.query('commit')
  const { events, deliveries } = await left()
  assert.equal([events, deliveries], [['sale.created 1', 'sale.created 3'], 2])
  await db.pool.query(`select graphile_worker.complete_jobs(array(select id from graphile_worker.jobs))`)
})

rollback('by a deferred constraint that fails at commit leaves nothing', async () => {
  await client.query('begin')
  await insert(1, ', 99')
  await fails('commit')
  assert.equal(await left(), nothing)
})

rollback('by an error later in the statement leaves nothing', async () => {
  await fails(`insert into sales (id, tenant_id, total) select n, 'acme', 3 - n from generate_series(1, 5) as n`)
  assert.equal(await left(), nothing)
})

rollback('by an error in a later statement leaves nothing', async () => {
  await client.query('begin')
  await insert(1)
  await fails('select 1 / 0')
  await client.query('commit')
  assert.equal(await left(), nothing)
})

rollback('by an error that a function catches leaves what is outside of its block', async () => {
  await client.query(`do $$
    begin
      insert into sales (id, tenant_id) values (1, 'acme');
      begin
        insert into sales (id, tenant_id) values (2, 'acme');
        perform 1 / 0;
      exception when division_by_zero then
        null;
      end;
    end $$`)
  assert.equal((await left()).events, ['sale.created 1'])
  await db.pool.query(`select graphile_worker.complete_jobs(array(select id from graphile_worker.jobs))`)
})

rollback('by a trigger that fires after capture leaves nothing', async () => {
  await client.query(`
    create function refuse() returns trigger language plpgsql as $$ begin raise 'no'; end $$;
    create trigger zzz after insert on sales execute function refuse()`)
  await fails(`insert into sales (id, tenant_id) values (1, 'acme')`)
  assert.equal(await left(), nothing)
  await client.query('drop function refuse() cascade')
})

rollback('of a prepared transaction leaves nothing; its commit leaves the event', async () => {
  for (const end of ['rollback', 'commit']) {
    await client.query(`begin; set local rowhook.wake = 'off'`)
    await insert(1)
    await client.query(`prepare transaction 'capture'`)
    await client.query(`${end} prepared 'capture'`)
    assert.equal((await left()).events, end === 'commit' ? ['sale.created 1'] : [])
  }
})

rollback('and retry in serializable and repeatable read leaves one event', async () => {
  for (const level of ['repeatable read', 'serializable']) {
    await client.query(`begin isolation level ${level}`)
    await insert(1)
    await client.query(`update sales set total = 1`)
    await client.query('rollback')
    await client.query(`begin isolation level ${level}`)
    await insert(1)
    await client.query('commit')
    await client.query('delete from sales')
    assert.equal((await left()).events, ['sale.created 1'])
  }
})

rollback.run()
