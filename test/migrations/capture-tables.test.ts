/** Every kind of table under every kind of statement: the events are those of the rows that were written, no more and no less. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import pg from 'pg'
import { createTestDatabase } from '../support/database.ts'
import { brief, takeEvents } from '../support/events.ts'

const db = await createTestDatabase({ template: 'core' })
const quote = pg.escapeIdentifier

type Table = {
  readonly kind: string
  /** quoted, with its schema */
  readonly name: string
  readonly create: string
  /** column names, quoted: the key, a number that is not unique, and a text */
  readonly id?: string
  readonly qty?: string
  readonly note?: string
  /** further arguments of watch */
  readonly more?: string
  /** what stands before the number in the resource id */
  readonly prefix?: string
}

const plain = '(id integer primary key deferrable, qty integer not null default 1, note text, tenant_id text)'
const strange = `a"; drop table x; --`
const long = 'Ö'.repeat(31) + 'x' // 63 bytes

const tables: readonly Table[] = [
  { kind: 'a plain table', name: 'plain', create: `create table plain ${plain}` },
  { kind: 'a table in another schema', name: 'shop.items', create: `create schema shop; create table shop.items ${plain}` },
  { kind: 'a quoted name', name: '"Sale Items %s $$ $capture$ \\"', create: `create table "Sale Items %s $$ $capture$ \\" ${plain}` },
  { kind: 'a name that is an attack', name: quote(strange), create: `create table ${quote(strange)} ${plain}` },
  { kind: 'a name of 63 bytes', name: quote(long), create: `create table ${quote(long)} ${plain}` },
  { kind: 'a name that differs from the one of 63 bytes at its end', name: quote(long.slice(0, -1) + 'y'), create: `create table ${quote(long.slice(0, -1) + 'y')} ${plain}` },
  {
    kind: 'column names that are attacks',
    name: 'odd_columns',
    create: `create table odd_columns (${quote(strange)} integer primary key deferrable, "new" integer default 1, "e'; --" text, "Tenant Id" text)`,
    id: quote(strange),
    qty: '"new"',
    note: `"e'; --"`,
    more: `, tenant => 'Tenant Id'`,
  },
  {
    kind: 'generated columns',
    name: 'generated',
    create: `create table generated (id integer primary key deferrable, qty integer default 1, note text, tenant_id text, twice integer generated always as (qty * 2) stored)`,
  },
  {
    kind: 'dropped columns',
    name: 'with_dropped',
    create: `create table with_dropped (id integer primary key deferrable, gone text default 'gone', qty integer default 1, gone_too text, note text, tenant_id text);
      alter table with_dropped drop column gone, drop column gone_too`,
  },
  {
    kind: 'a composite key',
    name: 'composite',
    create: `create table composite (region text default 'eu', id integer, qty integer default 1, note text, tenant_id text, primary key (region, id) deferrable)`,
    prefix: 'eu,',
  },
  {
    kind: 'columns of types without equality, arrays, enums and domains',
    name: 'typed',
    create: `create type colour as enum ('red', 'blue'); create domain amount as numeric check (value > 0);
      create table typed (id integer primary key deferrable, qty integer default 1, note text, tenant_id colour default 'red', j json default '{"a": [1,  2]}', x xml, p point default '(1,2)',
                          c colour[] default '{blue}', a amount default 1.50)`,
  },
  { kind: 'no tenant column', name: 'no_tenant', create: 'create table no_tenant (id integer primary key deferrable, qty integer default 1, note text)', more: ', tenant => null' },
  { kind: 'a named key', name: 'no_key', create: 'create table no_key (id integer, qty integer default 1, note text, tenant_id text)', more: `, key => '{id}'` },
  {
    kind: 'a partitioned table',
    name: 'parted',
    create: `create table parted (id integer, qty integer default 1, note text, tenant_id text, primary key (id) deferrable) partition by range (id);
      create table parted_low  partition of parted for values from (0) to (2);
      create table parted_high partition of parted for values from (2) to (100)`,
  },
]

const statements: Readonly<Record<string, { readonly sql: (t: Required<Table>) => string; readonly events: readonly string[] }>> = {
  'insert … values': { sql: (t) => `insert into ${t.name} (${t.id}) values (3), (4)`, events: ['created 3', 'created 4'] },
  'insert … select': { sql: (t) => `insert into ${t.name} (${t.id}, ${t.qty}) select n, n from generate_series(3, 5) as n`, events: ['created 3', 'created 4', 'created 5'] },
  'insert of no row': { sql: (t) => `insert into ${t.name} (${t.id}) select 1 where false`, events: [] },
  copy: { sql: (t) => `copy ${t.name} (${t.id}, ${t.note}) from program 'printf "3\\ta\\n4\\tb\\n"'`, events: ['created 3', 'created 4'] },
  update: { sql: (t) => `update ${t.name} set ${t.note} = 'new'`, events: ['updated 1', 'updated 2'] },
  'update of one row of two': { sql: (t) => `update ${t.name} set ${t.note} = 'new' where ${t.id} = 2`, events: ['updated 2'] },
  'update of no row': { sql: (t) => `update ${t.name} set ${t.note} = 'new' where false`, events: [] },
  'update that changes nothing': { sql: (t) => `update ${t.name} set ${t.qty} = ${t.qty}`, events: [] },
  'update that swaps keys': { sql: (t) => `update ${t.name} set ${t.id} = 3 - ${t.id}`, events: ['updated 1', 'updated 2'] },
  delete: { sql: (t) => `delete from ${t.name}`, events: ['deleted 1', 'deleted 2'] },
  merge: {
    sql: (t) => `merge into ${t.name} as t using (values (1), (2), (3)) as v (n) on t.${t.id} = v.n
                  when matched and v.n = 1 then delete
                  when matched             then update set ${t.note} = 'merged'
                  when not matched         then insert (${t.id}) values (v.n)`,
    events: ['created 3', 'deleted 1', 'updated 2'],
  },
  'one statement that does all three': {
    sql: (t) => `with gone as (delete from ${t.name} where ${t.id} = 1 returning ${t.id}), changed as (update ${t.name} set ${t.note} = 'c' where ${t.id} = 2)
                 insert into ${t.name} (${t.id}) select ${t.id} + 2 from gone`,
    events: ['created 3', 'deleted 1', 'updated 2'],
  },
  truncate: { sql: (t) => `truncate ${t.name}`, events: [] },
}

for (const table of tables) {
  const test = suite(table.kind)
  const t: Required<Table> = { id: 'id', qty: 'qty', note: 'note', more: '', prefix: '', ...table }
  test.before(async () => {
    await db.pool.query(t.create)
    const rules = ['insert', 'update', 'delete'].map((on, index) => ({ event: `thing.${['created', 'updated', 'deleted'][index]}`, on }))
    await db.pool.query(`select from webhooks.watch($1, 'thing', $2${t.more})`, [t.name, JSON.stringify(rules)])
  })
  test.before.each(async () => {
    await db.pool.query(`begin; set local rowhook.mute = 'on'; truncate ${t.name}; insert into ${t.name} (${t.id}) values (1), (2); commit`)
  })
  for (const [name, { sql, events }] of Object.entries(statements)) {
    test(name, async () => {
      await db.pool.query(sql(t))
      const taken = await takeEvents(db.pool)
      assert.equal(
        brief(taken).toSorted(),
        events.map((event) => `thing.${event.replace(' ', ` ${t.prefix}`)}`),
      )
      for (const { data, omitted } of taken) assert.equal([omitted, typeof JSON.parse(data)], [null, 'object'])
    })
  }
  test('insert … on conflict do update', async () => {
    if (t.name === 'no_key') return
    // A deferrable key cannot arbitrate; an index can.
    const { rows } = await db.pool.query<{ name: string }>(`select quote_ident(conname) as name from pg_constraint where conrelid = $1::regclass and contype = 'p'`, [t.name])
    await db.pool.query(`alter table ${t.name} drop constraint ${rows[0]?.name}; create unique index on ${t.name} (${t.id})`)
    await db.pool.query(`insert into ${t.name} (${t.id}) values (2), (3) on conflict (${t.id}) do update set ${t.note} = 'again'`)
    assert.equal(brief(await takeEvents(db.pool)).toSorted(), [`thing.created ${t.prefix}3`, `thing.updated ${t.prefix}2`])
  })
  test.run()
}

const kept = suite('a watched table')
kept('has generated columns in data', async () => {
  await db.pool.query('insert into generated (id, qty) values (9, 21)')
  assert.match((await takeEvents(db.pool))[0]!.data, '"twice":42')
})
kept('has virtual generated columns in data and previous', async () => {
  const { rows } = await db.pool.query<{ virtual: boolean }>(`select current_setting('server_version_num')::integer >= 180000 as virtual`)
  if (!rows[0]?.virtual) return
  await db.pool.query(`create table virtual (id integer primary key, qty integer, twice integer generated always as (qty * 2) virtual);
    select from webhooks.watch('virtual', 'v', '[{"event":"v.created","on":"insert","when":"new.twice > 2"},{"event":"v.updated","on":"update","changed":["twice"]}]', null)`)
  await db.pool.query('insert into virtual values (1, 1), (2, 2)')
  await db.pool.query('update virtual set qty = 5 where id = 1')
  assert.equal(
    (await takeEvents(db.pool)).map(({ type, data, previous }) => [type, data, previous]),
    [
      ['v.created', '{"id":2,"qty":2,"twice":4}', null],
      ['v.updated', '{"id":1,"qty":5,"twice":10}', '{"qty":1,"twice":2}'],
    ],
  )
})
kept('whose columns were dropped and added has each value under its name', async () => {
  await db.pool.query(`alter table with_dropped add column late text default 'late'; insert into with_dropped (id, qty, note, tenant_id) values (9, 8, 'n', 't');
    update with_dropped set note = 'm', late = 'later' where id = 9`)
  assert.equal(
    (await takeEvents(db.pool)).map(({ data, previous }) => [data, previous]),
    [
      ['{"id":9,"qty":8,"note":"n","tenant_id":"t","late":"late"}', null],
      ['{"id":9,"qty":8,"note":"m","tenant_id":"t","late":"later"}', '{"note":"n","late":"late"}'],
    ],
  )
})
kept('keeps the text of json, arrays, enums and domains', async () => {
  await db.pool.query(`insert into typed (id) values (9)`)
  const [event] = await takeEvents(db.pool)
  assert.is(event?.data, '{"id":9,"qty":1,"note":null,"tenant_id":"red","j":{"a": [1,  2]},"x":null,"p":"(1,2)","c":["blue"],"a":1.50}')
  assert.is(event?.tenant, 'red')
})
kept.after(() => db.drop())
kept.run()
