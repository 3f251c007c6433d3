/** What an event of a watched table looks like. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { createTestDatabase } from '../support/database.ts'
import { brief, takeEvents } from '../support/events.ts'

const db = await createTestDatabase({ template: 'core' })
const capture = suite('an event of a watched table')
capture.after(() => db.drop())

const watch = (table: string, rules: unknown, more = '') =>
  db.pool.query(`select from webhooks.watch('${table}', 'sale', $1${more})`, [JSON.stringify(rules)])

capture.before(async () => {
  await db.pool.query(`
    create table sales (
      id        integer primary key deferrable,
      tenant_id text,
      status    text not null default 'draft',
      total     numeric,
      note      text
    )`)
})
capture.before.each(async () => {
  await db.pool.query('truncate sales; delete from webhooks.events')
})

capture('has tenant, type, resource, key and the row as Postgres prints it', async () => {
  await watch('sales', [{ event: 'sale.created', on: 'insert' }])
  await db.pool.query(`insert into sales values (7, 'acme', 'draft', 12345678901234567890.10, E'ü "q" \\u2028 \\x01\\n')`)
  assert.equal(await takeEvents(db.pool), [
    {
      type: 'sale.created',
      tenant: 'acme',
      resource: 'sale',
      id: '7',
      data: String.raw`{"id":7,"tenant_id":"acme","status":"draft","total":12345678901234567890.10,"note":"ü \"q\" ` + '\u2028' + String.raw` \u0001\n"}`,
      previous: null,
      omitted: null,
    },
  ])
})

capture('of an update carries the columns that changed, as they were', async () => {
  await watch('sales', [{ event: 'sale.updated', on: 'update' }])
  await db.pool.query(`insert into sales values (1, 'a', 'draft', 1.0, null)`)
  await db.pool.query(`update sales set status = 'completed', total = 1.00, note = 'x'`)
  const [event, ...others] = await takeEvents(db.pool)
  assert.equal(others, [])
  assert.is(event?.previous, '{"status":"draft","total":1.0,"note":null}')
  assert.is(event?.data, '{"id":1,"tenant_id":"a","status":"completed","total":1.00,"note":"x"}')
})

capture('is not made by an update that changes nothing', async () => {
  await watch('sales', [{ event: 'sale.updated', on: 'update' }])
  await db.pool.query(`insert into sales values (1), (2)`)
  await db.pool.query(`update sales set note = case id when 2 then 'new' end`)
  assert.equal(brief(await takeEvents(db.pool)), ['sale.updated 2'])
})

capture('of an update that swaps keys bears the new key, and the old one in previous', async () => {
  await watch('sales', [{ event: 'sale.updated', on: 'update' }])
  await db.pool.query(`insert into sales (id, note) values (1, 'one'), (2, 'two')`)
  await db.pool.query('update sales set id = 3 - id')
  assert.equal(
    (await takeEvents(db.pool)).map(({ id, data, previous }) => [id, (JSON.parse(data) as { note: string }).note, previous]),
    [
      ['2', 'one', '{"id":1}'],
      ['1', 'two', '{"id":2}'],
    ],
  )
})

capture('is made by each rule that holds, in the order of the rules', async () => {
  await watch('sales', [
    { event: 'sale.updated', on: 'update' },
    { event: 'sale.completed', on: 'update', changed: ['status'], when: `new.status = 'completed' -- at last` },
    { event: 'sale.noted', on: 'update', changed: ['note', 'total'] },
    { event: 'sale.deleted', on: 'delete', when: `old.status <> 'completed'` },
    { event: 'sale.large', on: 'insert', when: 'new.total > 1000' },
  ])
  await db.pool.query(`insert into sales (id, total) values (1, 1), (2, 5000)`)
  await db.pool.query(`update sales set status = 'completed', note = 'n' where id = 1`)
  await db.pool.query(`update sales set note = 'm' where id = 1`)
  await db.pool.query(`update sales set note = 'm' where id = 2`)
  await db.pool.query('delete from sales')
  assert.equal(brief(await takeEvents(db.pool)), [
    'sale.large 2',
    'sale.updated 1',
    'sale.completed 1',
    'sale.noted 1',
    'sale.updated 1',
    'sale.noted 1',
    'sale.updated 2',
    'sale.noted 2',
    'sale.deleted 2',
  ])
})

capture('shows the columns that are named, or all but those excluded', async () => {
  await watch('sales', [
    { event: 'sale.created', on: 'insert' },
    { event: 'sale.named', on: 'insert', columns: ['total', 'id'] },
    { event: 'sale.updated', on: 'update' },
  ], `, exclude => '{note,tenant_id}'`)
  await db.pool.query(`insert into sales values (1, 'a', 'draft', 2.50, 'secret')`)
  await db.pool.query(`update sales set note = 'still secret', total = 3`)
  assert.equal(
    (await takeEvents(db.pool)).map(({ data, previous }) => [data, previous]),
    [
      ['{"id":1,"status":"draft","total":2.50}', null],
      ['{"total":2.50,"id":1}', null],
      ['{"id":1,"status":"draft","total":3}', '{"total":2.50}'],
    ],
  )
})

capture('has the data that a payload function makes of the row, or of old and new', async () => {
  await db.pool.query(`
    create or replace function one(sales) returns json language sql as $$ select json_build_object('number', $1.id) $$;
    create or replace function pair(sales, sales) returns jsonb language sql as $$ select jsonb_build_object('was', $1.id, 'is', $2.id) $$`)
  const rules = ['insert', 'update', 'delete'].flatMap((on) => [
    { event: `sale.${on}.one`, on },
    { event: `sale.${on}.both`, on, payload: 'public.pair' },
    { event: `sale.${on}.row`, on, columns: ['id'] },
  ])
  await watch('sales', rules, `, payload => 'one(sales)'`)
  await db.pool.query(`insert into sales (id) values (1)`)
  await db.pool.query(`update sales set id = 2`)
  await db.pool.query(`delete from sales`)
  assert.equal((await takeEvents(db.pool)).map(({ data }) => data), [
    '{"number" : 1}',
    '{"is": 1, "was": null}',
    '{"id":1}',
    '{"number" : 2}',
    '{"is": 2, "was": 1}',
    '{"id":2}',
    '{"number" : 2}',
    '{"is": null, "was": 2}',
    '{"id":2}',
  ])
  await db.pool.query(`select webhooks.unwatch('sales'); drop function one, pair`)
})

capture('without a tenant belongs to tenant default', async () => {
  await watch('sales', [{ event: 'sale.created', on: 'insert' }])
  await db.pool.query(`insert into sales values (1, null), (2, ''), (3, 'acme')`)
  await watch('sales', [{ event: 'sale.created', on: 'insert' }], ', tenant => null')
  await db.pool.query(`insert into sales values (4, 'acme')`)
  assert.equal((await takeEvents(db.pool)).map(({ tenant }) => tenant), ['default', 'default', 'acme', 'default'])
})

capture('above the size limit keeps its key columns and says so', async () => {
  await watch('sales', [{ event: 'sale.created', on: 'insert' }, { event: 'sale.updated', on: 'update' }])
  await db.pool.query(`insert into sales (id, tenant_id, note) values (1, 'a', repeat('x', 300000))`)
  await db.pool.query(`update sales set note = 'small'`)
  await db.pool.query(`insert into webhooks.tenant_settings (tenant_id, max_event_bytes) values ('small', 2000)`)
  await db.pool.query(`insert into sales (id, tenant_id, note) values (2, 'small', repeat('x', 3000)), (3, 'a', repeat('x', 3000))`)
  assert.equal(
    (await takeEvents(db.pool)).map(({ id, data, previous, omitted }) => [id, data.length < 100 ? data : data.length, previous, omitted]),
    [
      ['1', '{"id":1}', null, 'too large'],
      ['1', '{"id":1}', null, 'too large'], // what it was is too large
      ['2', '{"id":2}', null, 'too large'],
      ['3', 3064, null, null],
    ],
  )
})

capture('comes from the rules of the last watch alone', async () => {
  await watch('sales', [{ event: 'sale.created', on: 'insert' }, { event: 'sale.deleted', on: 'delete' }])
  await watch('sales', [{ event: 'sale.added', on: 'insert', when: `lower(new.note) = 'x'` }])
  await db.pool.query(`insert into sales (id, note) values (1, 'X')`)
  await db.pool.query('delete from sales')
  assert.equal(brief(await takeEvents(db.pool)), ['sale.added 1'])
  const { rows } = await db.pool.query(`select event, position, condition from webhooks.capture_rules`)
  assert.equal(rows, [{ event: 'sale.added', position: 1, condition: `lower(new.note) = 'x'` }])
})

capture('has a type that watch has registered', async () => {
  await watch('sales', [{ event: 'sale.unheard_of', on: 'insert' }])
  const { rows } = await db.pool.query(`select enabled from webhooks.event_types where name = 'sale.unheard_of'`)
  assert.equal(rows, [{ enabled: true }])
})

capture('is not made after unwatch, of which nothing stays', async () => {
  await watch('sales', [{ event: 'sale.created', on: 'insert', when: 'length(new.note) > 0' }])
  const { rows } = await db.pool.query(`select webhooks.unwatch('sales') as first, webhooks.unwatch('sales') as second`)
  await db.pool.query(`insert into sales (id, note) values (1, 'n')`)
  const left = await db.pool.query(`
    select proname as name from pg_proc where proname ~ '^(tg_)?sales__'
     union all select tgname from pg_trigger where tgrelid = 'sales'::regclass and not tgisinternal
     union all select event from webhooks.capture_rules`)
  assert.equal([rows[0], left.rows, await takeEvents(db.pool)], [{ first: true, second: false }, [], []])
})

capture('is not made while the session is mute, capture is off, or by truncate', async () => {
  await watch('sales', [{ event: 'sale.created', on: 'insert' }, { event: 'sale.deleted', on: 'delete' }])
  await db.pool.query(`begin; set local rowhook.mute = 'on'; insert into sales (id) values (1); commit`)
  await db.pool.query(`insert into sales (id) values (2)`)
  await db.pool.query('update webhooks.settings set capture = false')
  await db.pool.query(`insert into sales (id) values (3)`)
  await db.pool.query('update webhooks.settings set capture = true')
  await db.pool.query('truncate sales')
  assert.equal(brief(await takeEvents(db.pool)), ['sale.created 2'])
})

capture('is the same whatever the session\'s way to print', async () => {
  await db.pool.query(`create table printed (at timestamptz primary key, tenant_id text, f double precision default 0.1, i interval default '1 day 2 hours', b bytea default '\\xff')`)
  await db.pool.query(`select from webhooks.watch('printed', 'printed', '[{"event":"printed.made","on":"insert"}]')`)
  const client = await db.connect()
  await client.query(`set timezone = 'Asia/Tokyo'; set datestyle = 'German'; set extra_float_digits = -15; set intervalstyle = 'iso_8601'; set bytea_output = 'escape'`)
  await client.query(`insert into printed values ('2026-01-02 03:04:05.6+00')`)
  await client.end()
  const [event] = await takeEvents(db.pool)
  assert.is(event?.id, '2026-01-02 03:04:05.6+00')
  assert.is(event?.data, String.raw`{"at":"2026-01-02T03:04:05.6+00:00","tenant_id":null,"f":0.1,"i":"1 day 02:00:00","b":"\\xff"}`)
})

capture('is made by functions that a reader finds described', async () => {
  await watch('sales', [{ event: 'sale.created', on: 'insert', when: `new.status = 'draft'` }])
  const { rows } = await db.pool.query<{ source: string; remark: string }>(`
    select prosrc as source, obj_description(oid, 'pg_proc') as remark from pg_proc where proname = 'tg_sales__capture_insert'`)
  assert.match(rows[0]!.source, `(new.status = 'draft')`)
  assert.match(rows[0]!.remark, 'each insert of public.sales')
})

capture.run()
