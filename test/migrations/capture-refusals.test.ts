/** What watch refuses, each with its code, and that a refused call changes nothing. */
import { readFileSync } from 'node:fs'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { createTestDatabase } from '../support/database.ts'
import { refusal } from '../support/refusal.ts'

const db = await createTestDatabase({ template: 'core' })
await db.pool.query(`
  create table sales (id integer primary key, tenant_id text, status text, total numeric);
  create table loose (id integer, tenant_id text);
  create table wide (id integer primary key, tenant_id text, new_rows text);
  create view seen as select * from sales;
  create table others (n integer);
  create function takes_text(text) returns json language sql as $$ select '{}'::json $$;
  create function gives_text(sales) returns text language sql as $$ select 'x' $$;
  create function gives_rows(sales) returns setof json language sql as $$ select '{}'::json $$;
  create function twice(sales) returns json language sql as $$ select '{}'::json $$;
  create function twice(sales, sales) returns json language sql as $$ select '{}'::json $$`)

const insert = { event: 'sale.created', on: 'insert' }
const update = { event: 'sale.updated', on: 'update' }
type Case = { readonly resource?: string; readonly code: string; readonly says: RegExp; readonly table?: string; readonly rules?: unknown; readonly more?: string }

const cases: Readonly<Record<string, Case>> = {
  'no rule': { code: 'WHRUL', says: /no rules/, rules: [] },
  'rules that are no array': { code: 'WHRUL', says: /array/, rules: insert },
  'a rule that is no object': { code: 'WHRUL', says: /object/, rules: ['x'] },
  'a rule with an unknown field': { code: 'WHRUL', says: /'wen' is not known/, rules: [{ ...insert, wen: 'true' }] },
  'a rule without an event': { code: 'WHRUL', says: /"event" is missing/, rules: [{ on: 'insert' }] },
  'an unknown on': { code: 'WHRUL', says: /insert, update or delete/, rules: [{ ...insert, on: 'truncate' }] },
  'a when that is no string': { code: 'WHRUL', says: /"when" is a string/, rules: [{ ...insert, when: true }] },
  'changed without update': { code: 'WHRUL', says: /updates only/, rules: [{ ...insert, changed: ['status'] }] },
  'changed that is no list': { code: 'WHRUL', says: /list of column names/, rules: [{ ...update, changed: 'status' }] },
  'changed that is empty': { code: 'WHRUL', says: /list of column names/, rules: [{ ...update, changed: [] }] },
  'an event in capitals': { code: 'WHEVT', says: /'Sale.Created' is not the name/, rules: [{ ...insert, event: 'Sale.Created' }] },
  'an event without a dot': { code: 'WHEVT', says: /'sale' is not the name/, rules: [{ ...insert, event: 'sale' }] },
  'an event with a star': { code: 'WHEVT', says: /sale\.\*/, rules: [{ ...insert, event: 'sale.*' }] },
  'an event of 200 characters': { code: 'WHEVT', says: /128 characters/, rules: [{ ...insert, event: `a.${'b'.repeat(198)}` }] },

  'a missing tenant column': { code: 'WHCOL', says: /no column 'shop'.*tenant.*tenant => null/s, more: `, tenant => 'shop'` },
  'a missing key column': { code: 'WHCOL', says: /no column 'number'.*key/s, more: `, key => '{id,number}'` },
  'a missing column': { code: 'WHCOL', says: /no column 'price'.*columns/s, more: `, columns => '{id,price}'` },
  'a missing excluded column': { code: 'WHCOL', says: /no column 'price'.*exclude/s, more: `, exclude => '{price}'` },
  'a missing changed column': { code: 'WHCOL', says: /no column 'state'.*changed/s, rules: [{ ...update, changed: ['state'] }] },
  'a payload of nothing': { code: 'WHCOL', says: /Nothing .* is left/, more: `, exclude => '{id,tenant_id,status,total}'` },
  'a resource without a name': { code: 'WHRUL', says: /have no name/, resource: '' },
  'a resource with too long a name': { code: 'WHRUL', says: /255 characters/, resource: 'x'.repeat(256) },
  'a table without a primary key': { code: 'WHKEY', says: /no primary key/, table: 'loose' },

  'a view': { code: 'WHREL', says: /Only tables/, table: 'seen' },
  'an index': { code: 'WHREL', says: /Only tables/, table: 'sales_pkey' },
  'a table of ours': { code: 'WHREL', says: /belongs to Rowhook/, table: 'webhooks.events' },
  'a table of PostgreSQL': { code: 'WHREL', says: /belongs to/, table: 'pg_catalog.pg_class' },
  'a number that is no table': { code: 'WHREL', says: /no table with the number 999999/, table: '999999' },
  'a column called new_rows': { code: 'WHREL', says: /named old_rows or new_rows/, table: 'wide' },

  'a condition that is not SQL': { code: 'WHCND', says: /syntax error/, rules: [{ ...insert, when: 'new.status ==' }] },
  'a condition over a missing column': { code: 'WHCND', says: /column .*state/, rules: [{ ...insert, when: `new.state = 'x'` }] },
  'a condition that is not boolean': { code: 'WHCND', says: /boolean/, rules: [{ ...insert, when: 'new.id + 1' }] },
  'a condition over old of an insert': { code: 'WHCND', says: /old/, rules: [{ ...insert, when: 'old.id = 1' }] },
  'a condition over new of a delete': { code: 'WHCND', says: /new/, rules: [{ event: 'sale.deleted', on: 'delete', when: 'new.id = 1' }] },
  'a condition over a bare column': { code: 'WHCND', says: /status/, rules: [{ ...insert, when: `status = 'x'` }] },
  'a condition with a sub-query': { code: 'WHCND', says: /sub-query/, rules: [{ ...insert, when: 'exists (select from public.others)' }] },
  'a condition with a sub-query of its own table': { code: 'WHCND', says: /sub-query/, rules: [{ ...insert, when: '(select count(*) from public.sales) > 0' }] },
  'a condition with an aggregate': { code: 'WHCND', says: /aggregate/, rules: [{ ...insert, when: 'count(*) > 0' }] },
  'a condition with a set': { code: 'WHCND', says: /set/, rules: [{ ...insert, when: 'generate_series(1, new.id) > 0' }] },
  'a condition with a parameter': { code: 'WHCND', says: /\$1/, rules: [{ ...insert, when: '$1 is not null' }] },
  'a condition that ends the statement': { code: 'WHCND', says: /./, rules: [{ ...insert, when: 'true); drop table sales; select (true' }] },
  'a condition that ends the function': { code: 'WHCND', says: /./, rules: [{ ...insert, when: 'true); end; drop table sales; --' }] },
  'a condition that adds a query': { code: 'WHCND', says: /./, rules: [{ ...insert, when: 'true) union select (true' }] },
  'a condition that adds a column': { code: 'WHCND', says: /./, rules: [{ ...insert, when: 'true), (true' }] },
  'a condition with an open comment': { code: 'WHCND', says: /comment/, rules: [{ ...insert, when: 'true /* ' }] },
  'a condition of the trigger\'s own variables': { code: 'WHCND', says: /tg_op/, rules: [{ ...insert, when: `tg_op = 'INSERT'` }] },

  'a payload function that is missing': { code: 'WHPAY', says: /no payload function 'public.none'/, rules: [{ ...insert, payload: 'public.none' }] },
  'a payload function without its schema': { code: 'WHPAY', says: /search path/, rules: [{ ...insert, payload: 'takes_text' }] },
  'a payload function of two': { code: 'WHPAY', says: /more than one/, rules: [{ ...insert, payload: 'public.twice' }] },
  'a payload function of other arguments': { code: 'WHPAY', says: /f\(public\.sales\)/, more: `, payload => 'takes_text(text)'` },
  'a payload function of another result': { code: 'WHPAY', says: /json or jsonb/, more: `, payload => 'gives_text(sales)'` },
  'a payload function of many results': { code: 'WHPAY', says: /json or jsonb/, more: `, payload => 'gives_rows(sales)'` },
}

const refusals = suite('watch refuses')
refusals.after(() => db.drop())

const listed = new Set(readFileSync(new URL('../../docs/errors.md', import.meta.url), 'utf8').match(/(?<=^\| `)WH\w{3}/gm))

for (const [name, { code, says, table = 'sales', resource = 'sale', rules = [insert], more = '' }] of Object.entries(cases)) {
  refusals(name, async () => {
    const error = await refusal(db.pool, `select from webhooks.watch('${table}', '${resource}', $1${more})`, [JSON.stringify(rules)])
    assert.is(error.code, code, error.message)
    assert.match(`${error.message}\n${error.detail}\n${error.hint}`, says)
    assert.ok(error.detail.length > 0 && error.hint.length > 0)
    assert.ok(listed.has(code))
  })
}

refusals('a caller who may not create triggers on the table', async () => {
  await db.pool.query(`create role capture_stranger in role rowhook_dba`).catch(() => undefined)
  const client = await db.connect('capture_stranger')
  for (const sql of [`select from webhooks.watch('sales', 'sale', '[{"event":"a.b","on":"insert"}]')`, `select webhooks.unwatch('sales')`]) {
    const { code, hint } = await refusal(client, sql)
    assert.is(code, 'WHGRT')
    assert.match(hint, 'grant trigger on public.sales to capture_stranger')
  }
  await db.pool.query('grant trigger on sales to capture_stranger')
  await client.query(`select from webhooks.watch('sales', 'sale', '[{"event":"a.b","on":"insert"},{"event":"a.c","on":"delete"}]')`)
  await client.query(`select from webhooks.watch('sales', 'sale', '[{"event":"a.b","on":"insert"}]')`)
  const { rows } = await client.query(`select webhooks.unwatch('sales') as unwatched`)
  assert.equal(rows, [{ unwatched: true }])
  await client.end()
  await db.pool.query(`drop owned by capture_stranger; drop role capture_stranger`)
})

refusals('a caller who is no DBA', async () => {
  await db.pool.query(`create role capture_nobody; grant create, usage on schema public to capture_nobody; grant usage on schema webhooks to capture_nobody`)
  const client = await db.connect('capture_nobody')
  await client.query('create table nobodys (id integer primary key, tenant_id text)')
  const { code } = await refusal(client, `select from webhooks.watch('nobodys', 'n', '[{"event":"a.b","on":"insert"}]')`)
  assert.is(code, '42501')
  await client.end()
  await db.pool.query(`drop owned by capture_nobody; drop role capture_nobody`)
})

refusals('without leaving anything behind', async () => {
  const { rows } = await db.pool.query(`
    select proname as name from pg_proc where proname ~ '__capture_|rowhook_condition'
     union all select event from webhooks.capture_rules
     union all select tgname from pg_trigger where tgrelid = 'sales'::regclass`)
  assert.equal(rows, [])
})

refusals.run()
