/** Capture never refuses a domain write for a reason of its own: it tells the operator instead. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type pg from 'pg'
import { createTestDatabase } from '../support/database.ts'
import { takeEvents } from '../support/events.ts'
import { refusal } from '../support/refusal.ts'

const db = await createTestDatabase({ template: 'core' })
const failures = suite('a watched table takes writes')
failures.after(() => db.drop())

const warnings: string[] = []
let client: pg.Client
failures.before(async () => {
  client = await db.connect()
  client.on('notice', ({ severity, detail }) => severity === 'WARNING' && warnings.push(detail ?? ''))
})
failures.before.each(async () => {
  await client.query(`
    drop table if exists sales cascade;
    create table sales (id integer primary key, tenant_id text, status text, total numeric, n integer, note text);
    delete from webhooks.events`)
  warnings.length = 0
})

const watch = (rules: unknown, more = '') => client.query(`select from webhooks.watch('sales', 'sale', $1${more})`, [JSON.stringify(rules)])

/** Types and data of all events, and those of tenant rowhook as problems. */
const outcome = async () => {
  const events = await takeEvents(db.pool)
  return {
    events: events.filter(({ tenant }) => tenant !== 'rowhook').map(({ type, id, omitted }) => [type, id, omitted].filter((part) => part !== null).join(' ')),
    problems: events.filter(({ tenant }) => tenant === 'rowhook').map(({ data }) => (JSON.parse(data) as { problem: string }).problem),
  }
}

failures('that its condition cannot judge, and judges the others', async () => {
  await watch([{ event: 'sale.dear', on: 'insert', when: 'new.total / new.n > 2' }, { event: 'sale.created', on: 'insert' }])
  await client.query(`insert into sales (id, total, n) values (1, 9, 1), (2, 9, 0), (3, 9, 2)`)
  const { events, problems } = await outcome()
  assert.equal(events.toSorted(), ['sale.created 1', 'sale.created 2', 'sale.created 3', 'sale.dear 1', 'sale.dear 3'])
  assert.equal(problems, ['sale.dear, its condition, new.total / new.n > 2: 22012: division by zero'])
  assert.equal(warnings, problems)
})

failures('whose key or tenant is longer than an index can hold: the ids of the event are cut', async () => {
  await watch([{ event: 'sale.created', on: 'insert' }], `, tenant => 'tenant_id', key => '{note}'`)
  const { rows } = await client.query<{ long: string }>(`select string_agg(md5(n::text), '') as long from generate_series(1, 200) as n`)
  const { long } = rows[0]!
  await client.query(`insert into sales (id, tenant_id, note) values (1, $1, $1)`, [long])
  const [event] = await takeEvents(db.pool)
  assert.equal([event?.id, event?.tenant], [long.slice(0, 500), long.slice(0, 500)])
  assert.ok(event?.data?.includes(long))
})

failures('whose payload function fails or returns null: the event has the key alone', async () => {
  await client.query(`
    create or replace function sale_payload(sales) returns json language plpgsql as $$
    begin
      if $1.n = 0 then raise exception 'no payload for zero'; end if;
      return case $1.n when 1 then null else json_build_array($1.n) end;
    end $$`)
  await watch([{ event: 'sale.created', on: 'insert' }, { event: 'sale.updated', on: 'update' }], `, payload => 'sale_payload(sales)'`)
  await client.query(`insert into sales (id, n) values (1, 0), (2, 1), (3, 2)`)
  await client.query(`update sales set n = n + 1`)
  const { events, problems } = await outcome()
  assert.equal(events, [
    'sale.created 1 no payload',
    'sale.created 2 no payload',
    'sale.created 3',
    'sale.updated 1 no payload',
    'sale.updated 2',
    'sale.updated 3',
  ])
  assert.equal(problems.length, 1)
  assert.match(problems[0]!, 'P0001: no payload for zero')
})

failures('after its payload function is gone', async () => {
  await client.query(`create or replace function gone(sales) returns json language sql as $$ select '{}'::json $$`)
  await watch([{ event: 'sale.created', on: 'insert' }], `, payload => 'gone(sales)'`)
  await client.query(`drop function gone(sales); insert into sales (id) values (1)`)
  assert.equal((await outcome()).events, ['sale.created 1 no payload'])
})

failures('after a column that capture names is renamed, dropped, or changes its type', async () => {
  for (const change of ['rename status to state', 'drop status', 'rename id to number', 'rename tenant_id to shop', 'alter status type integer using 1']) {
    await client.query(`drop table sales; create table sales (id integer primary key, tenant_id text, status text)`)
    await watch(['insert', 'update', 'delete'].map((on) => ({ event: `sale.${on}`, on, when: `${on === 'delete' ? 'old' : 'new'}.status = 'x'` })))
    await client.query(`insert into sales values (1, 'a', 'x')`) // plans are made
    await client.query(`alter table sales ${change}`)
    warnings.length = 0
    await client.query(`truncate sales; insert into sales values (2, 'a'); update sales set tenant_id = 'b'; delete from sales`.replaceAll('tenant_id', change.includes('shop') ? 'shop' : 'tenant_id'))
    assert.is(warnings.length, 3, change)
    const { events, problems } = await outcome()
    assert.equal([events, problems.length], [['sale.insert 1'], 1], change)
  }
})

failures('of columns that come and go where rules name none of them', async () => {
  await watch([{ event: 'sale.created', on: 'insert' }, { event: 'sale.updated', on: 'update' }])
  await client.query(`insert into sales (id, note) values (1, 'x')`)
  await client.query(`alter table sales rename note to remark; alter table sales drop column total, add column later integer default 7`)
  await client.query(`insert into sales (id) values (2)`)
  await client.query(`update sales set remark = 'y' where id = 1`)
  const [, created, updated] = await takeEvents(db.pool)
  assert.is(created?.data, '{"id":2,"tenant_id":null,"status":null,"n":null,"remark":null,"later":7}')
  assert.is(updated?.previous, '{"remark":"x"}')
  assert.equal(warnings, [])
})

failures('and says it once a minute to the operator, each time to the writer', async () => {
  await watch([{ event: 'sale.created', on: 'insert', when: '1 / new.n > 0' }])
  await client.query(`insert into sales (id, n) values (1, 0)`)
  await client.query(`insert into sales (id, n) values (2, 0), (3, 0)`)
  assert.equal([warnings.length, (await outcome()).problems.length], [2, 1])
})

failures('in every state of a row: nulls, nothing but defaults, infinities, odd settings of the session', async () => {
  await client.query(`alter table sales add at timestamptz default 'infinity', add r double precision default 'NaN'`)
  await watch([{ event: 'sale.created', on: 'insert', when: `new.status is distinct from 'x' and new.total > 0 is not true` }], `, key => '{note}'`)
  await client.query(`set datestyle = 'German'; set standard_conforming_strings = off; set bytea_output = 'escape'; set role none`)
  await client.query(`insert into sales (id) values (1); insert into sales (id, note, total) values (2, E'a,b\\n', 'NaN'), (3, '', '-Infinity')`)
  await client.query('reset all')
  assert.equal((await takeEvents(db.pool)).map(({ id, tenant }) => [id, tenant]), [
    [null, 'default'],
    ['', 'default'],
  ])
})

failures('and lets errors through that end a transaction anyway', async () => {
  await client.query(`
    create or replace function conflict(sales) returns json language plpgsql as $$ begin raise serialization_failure; end $$`)
  await watch([{ event: 'sale.created', on: 'insert' }], `, payload => 'conflict(sales)'`)
  assert.is((await refusal(client, 'insert into sales (id) values (1)')).code, '40001')
})

failures('without a transaction id of its own for each', async () => {
  await watch([{ event: 'sale.created', on: 'insert', when: '2 / new.n > 0' }])
  await client.query('begin')
  for (let id = 1; id < 11; id++) await client.query(`insert into sales (id, n) values (${id}, ${id % 2})`)
  await client.query('commit')
  const { rows } = await client.query(`select count(*)::integer as events, count(distinct xmin::text)::integer as ids from webhooks.events where type = 'sale.created'`)
  assert.equal(rows, [{ events: 5, ids: 1 }]) // a savepoint that writes would take an id
})

failures('and can be dropped while it is watched', async () => {
  await watch([{ event: 'sale.created', on: 'insert', when: '1 / new.n > 0' }])
  await client.query(`drop table sales; create table sales (id integer primary key, tenant_id text)`)
  await watch([{ event: 'sale.created', on: 'insert' }])
  await client.query(`insert into sales values (1)`)
  assert.equal((await outcome()).events, ['sale.created 1'])
  const { rows } = await client.query(`select proname as name from pg_proc where proname ~ '(__capture_|_condition$)' and pronamespace = 'webhooks_private'::regnamespace and proname !~ '^(check|can)_'
    union all select event from webhooks.capture_rules`)
  assert.equal(rows.length, 2)
})

failures.run()
