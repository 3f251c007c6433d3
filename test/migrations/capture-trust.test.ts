/** Whose code may run inside capture, with the rights of rowhook_owner. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { createTestDatabase } from '../support/database.ts'
import { takeEvents } from '../support/events.ts'
import { refusal } from '../support/refusal.ts'

const db = await createTestDatabase({ template: 'core' })
const trust = suite('watch trusts')
// Roles belong to the cluster, so their names are this database's.
const stranger = `${db.name}_stranger`
const dba = `${db.name}_dba`
trust.after(async () => {
  await db.pool.query(`drop owned by ${stranger}, ${dba} cascade; drop role ${stranger}, ${dba}`)
  await db.drop()
})

trust.before(async () => {
  await db.pool.query(`
    create role ${stranger};
    create role ${dba} in role rowhook_dba;
    create schema shop;
    grant usage, create on schema shop, public to ${stranger}, ${dba};
    create table sales (id integer primary key, tenant_id text, note text);
    alter table sales owner to ${dba}`)
})

const when = (condition: string) => [JSON.stringify([{ event: 'sale.created', on: 'insert', when: condition }])]
const watchSales = `select from webhooks.watch('sales', 'sale', $1)`
const plain = [JSON.stringify([{ event: 'sale.created', on: 'insert' }])]

/** A function of an owner, and `shop.===` by means of it. */
const makeFunction = async (owner: string, name: string) => {
  await db.pool.query(`
    create function public.${name}(text) returns boolean language plpgsql as $$ begin return $1 = current_user; end $$;
    alter function public.${name}(text) owner to ${owner}`)
}

trust('functions of a member of rowhook_dba and of a superuser, which run as rowhook_owner', async () => {
  await makeFunction(dba, 'of_dba')
  await makeFunction('current_user', 'of_superuser')
  const client = await db.connect(dba)
  for (const name of ['of_dba', 'of_superuser']) {
    await db.pool.query(`grant execute on function public.${name} to public`)
    await client.query(watchSales, when(`public.${name}(new.note)`))
    await client.query(`truncate sales; insert into sales values (1, 'a', 'rowhook_owner'), (2, 'a', '${dba}')`)
    assert.equal((await takeEvents(db.pool)).map(({ id }) => id), ['1'])
  }
  await client.end()
})

trust('no condition that ends the statement it is tried in: nothing of it is run, neither by watch nor by who asks again', async () => {
  await db.pool.query('create sequence public.ran')
  const behind = `select nextval('public.ran'); create or replace function pg_temp.tail() returns boolean begin atomic select (true`
  const conditions = [
    `true); end; ${behind}`, `$$'$$ = ''); end; ${behind.replaceAll(`'`, '$q$')}`, `/* ' */ true); end; ${behind} /* ' */`, `true -- '\n); end; ${behind}`,
    `E'\\'' = ''); end; ${behind}`, `"it's" = ''); end; ${behind}`,
  ]
  for (const condition of conditions) assert.is((await refusal(db.pool, watchSales, when(condition))).code, 'WHCND', condition)
  await db.pool.query(watchSales, when(`new.note = 'a;b'`))
  await db.pool.query('update webhooks.capture_rules set condition = $1', [conditions[0]])
  const { rows } = await db.pool.query('select problem from webhooks.capture_problems()')
  assert.match(rows[0].problem, 'cannot be used')
  await db.pool.query('select webhooks.unwatch(\'sales\')')
  assert.equal((await db.pool.query('select is_called from public.ran')).rows, [{ is_called: false }])
})

trust('no function of anybody else, and names it', async () => {
  await makeFunction(stranger, 'of_stranger')
  const { code, message } = await refusal(db.pool, watchSales, when(`length(new.note) > 0 and public.of_stranger(new.note)`))
  assert.is(code, 'WHTRU')
  assert.match(message, `function public.of_stranger(text) of ${stranger}`)
})

trust('no operator whose function is anybody else\'s', async () => {
  await db.pool.query(`
    create function public.like_stranger(text, text) returns boolean language sql as 'select true';
    alter function public.like_stranger owner to ${stranger};
    create operator public.=== (leftarg = text, rightarg = text, function = public.like_stranger)`)
  const { code, message } = await refusal(db.pool, watchSales, when(`new.note operator(public.===) 'x'`))
  assert.is(code, 'WHTRU')
  assert.match(message, 'operator public.===')
})

trust('no domain of anybody else, whose check is his code', async () => {
  await db.pool.query(`create domain public.checked as text; alter domain public.checked owner to ${stranger}`)
  const { code, message } = await refusal(db.pool, watchSales, when(`new.note::public.checked = 'x'`))
  assert.is(code, 'WHTRU')
  assert.match(message, 'type public.checked')
})

trust('no payload function of anybody else', async () => {
  await db.pool.query(`create function public.payload(sales) returns json language sql as $$ select '{}'::json $$; alter function public.payload owner to ${stranger}`)
  const { code, message } = await refusal(db.pool, `select from webhooks.watch('sales', 'sale', $1, payload => 'public.payload(sales)')`, plain)
  assert.is(code, 'WHTRU')
  assert.match(message, stranger)
})

trust('no cast to json or text by a function of anybody else', async () => {
  await db.pool.query(`
    create type public.mood as enum ('glad'); alter type public.mood owner to ${stranger};
    create table moody (id integer primary key, tenant_id text, moods public.mood[]);
    create function public.mood_json(public.mood) returns json language sql as $$ select '1'::json $$;
    alter function public.mood_json owner to ${stranger};
    create cast (public.mood as json) with function public.mood_json(public.mood)`)
  const { code, message } = await refusal(db.pool, `select from webhooks.watch('moody', 'm', $1)`, plain)
  assert.is(code, 'WHTRU')
  assert.match(message, 'cast from public.mood to json')
})

trust('functions that rowhook_owner may call, and says which grant is missing', async () => {
  await db.pool.query(`
    create table shop.items (id integer primary key, tenant_id text);
    create function shop.item_payload(shop.items) returns json language sql as $$ select '[1]'::json $$;
    create function shop.is_fine(shop.items) returns boolean language sql as 'select true';
    revoke execute on all functions in schema shop from public`)
  const withPayload = `select from webhooks.watch('shop.items', 'item', $1, payload => 'shop.item_payload(shop.items)')`
  for (const [sql, values] of [[withPayload, plain], [`select from webhooks.watch('shop.items', 'item', $1)`, when('shop.is_fine(new)')]] as const) {
    const { code, hint } = await refusal(db.pool, sql, values)
    assert.is(code, 'WHGRT')
    assert.match(hint, 'grant usage on schema shop to rowhook_owner; grant execute on function shop.')
  }
  await db.pool.query('grant usage on schema shop to rowhook_owner; grant execute on all functions in schema shop to rowhook_owner')
  await db.pool.query(withPayload, when('shop.is_fine(new)'))
  await db.pool.query(`insert into shop.items values (1, 'a')`)
  assert.equal((await takeEvents(db.pool)).map(({ data }) => data), ['[1]'])
  await db.pool.query(`drop schema shop cascade`)
})

trust('no name that stands in pg_temp or in the caller\'s search path', async () => {
  const client = await db.connect()
  await client.query(watchSales, when(`lower(new.note) = 'x'`))
  await client.query(`create function pg_temp.lower(text) returns text language sql as $$ select 'x' $$; create temp table new_rows (id integer); set search_path = pg_temp, public`)
  await client.query(`truncate sales; insert into sales values (1, 'a', 'y'), (2, 'a', 'X')`)
  assert.equal((await takeEvents(db.pool)).map(({ id }) => id), ['2'])
  await client.end()
})

trust('writers who may do nothing but write', async () => {
  await db.pool.query(`create table theirs (id integer primary key, tenant_id text, state text); alter table theirs owner to ${stranger}`)
  await db.pool.query(`select from webhooks.watch('theirs', 'theirs', $1)`, [
    JSON.stringify([
      { event: 'their.created', on: 'insert', when: `lower(new.state) = 'new'` },
      { event: 'their.updated', on: 'update' },
      { event: 'their.deleted', on: 'delete' },
    ]),
  ])
  const client = await db.connect(stranger)
  await client.query(`insert into theirs values (1, 'a', 'NEW'); update theirs set state = 'x'; delete from theirs`)
  assert.is((await refusal(client, 'select from webhooks.events')).code, '42501')
  assert.equal((await takeEvents(db.pool)).map(({ type }) => type), ['their.created', 'their.updated', 'their.deleted'])
  await client.end()
})

trust('tables in a schema that rowhook_owner may not see', async () => {
  await db.pool.query(`
    create schema hidden;
    create type hidden.state as enum ('new', 'done');
    create table hidden.things (id integer primary key, tenant_id text, state hidden.state, gone integer, n integer);
    alter table hidden.things drop column gone`)
  await db.pool.query(`select from webhooks.watch('hidden.things', 'thing', $1)`, [
    JSON.stringify([
      { event: 'thing.created', on: 'insert', when: `new.state = 'new'` },
      { event: 'thing.odd', on: 'insert', when: '10 / new.n > 3' },
      { event: 'thing.done', on: 'update', changed: ['state'], when: `new.state = 'done' and old.n % 2 = 1` },
    ]),
  ])
  await db.pool.query(`insert into hidden.things values (1, 'a', 'new', 1), (2, 'a', 'done', 9); update hidden.things set state = 'done'`)
  assert.equal((await takeEvents(db.pool)).map(({ type, data }) => [type, data]), [
    ['thing.created', '{"id":1,"tenant_id":"a","state":"new","n":1}'],
    ['thing.odd', '{"id":1,"tenant_id":"a","state":"new","n":1}'],
    ['thing.done', '{"id":1,"tenant_id":"a","state":"done","n":1}'],
  ])
  const named = await refusal(db.pool, `select from webhooks.watch('hidden.things', 'thing', $1)`, when(`new.state = 'new'::hidden.state`))
  assert.is(named.code, 'WHGRT')
})

trust.run()
