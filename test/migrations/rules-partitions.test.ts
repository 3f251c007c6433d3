/** The weekly partitions: a row always has a place, also when no worker has run for a year. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { createTestDatabase } from '../support/database.ts'
import { createEndpoint, wakeUpsWaiting } from '../support/endpoints.ts'

const db = await createTestDatabase({ template: 'core' })
const { pool } = db

const names = async (parent: string) => {
  const { rows } = await pool.query<{ name: string }>(
    `select c.relname as name from pg_inherits as i join pg_class as c on c.oid = i.inhrelid where i.inhparent = $1::regclass order by 1`,
    [`webhooks.${parent}`],
  )
  return rows.map(({ name }) => name)
}
/** An event whose key has the time of now plus `interval`, with its delivery, as the trigger makes it, and an attempt. */
const eventIn = async (interval: string) => {
  const { rows } = await pool.query<{ id: string }>(
    `insert into webhooks.events (id, type)
     values ((left(webhooks_private.least_id(now() + $1::interval)::text, 14) || '7' || right(gen_random_uuid()::text, 21))::uuid, 'test.event') returning id`,
    [interval],
  )
  await pool.query(
    `insert into webhooks.attempts (delivery_id, number, tenant_id, started_at, duration_ms) select id, 1, tenant_id, now(), 1 from webhooks.deliveries where event_id = $1`,
    [rows[0]!.id],
  )
  return rows[0]!.id
}
/** Where the event, its delivery and its attempt lie. */
const placesOf = async (id: string) => {
  const { rows } = await pool.query<{ place: string }>(
    `select tableoid::regclass::text as place from webhooks.events where id = $1
      union all select tableoid::regclass::text from webhooks.deliveries where event_id = $1
      union all select a.tableoid::regclass::text from webhooks.attempts as a join webhooks.deliveries as d on d.id = a.delivery_id where d.event_id = $1`,
    [id],
  )
  return rows.map(({ place }) => place.replace('webhooks_private.', ''))
}
const counts = async () => (await pool.query(`select (select count(*) from webhooks.events) as e, (select count(*) from webhooks.deliveries) as d, (select count(*) from webhooks.attempts) as a`)).rows[0]
const make = async (interval: string): Promise<string[]> => {
  const { rows } = await pool.query<{ name: string }>(`select name from webhooks_private.make_partitions(now() + $1::interval) as m (name)`, [interval])
  return rows.map(({ name }) => name)
}

const partitions = suite('partitions')
partitions.after(() => db.drop())

const later = ['events_later', 'deliveries_later', 'attempts_later']

partitions('there are nine weeks and an open end at first, and making them again makes none', async () => {
  for (const parent of ['events', 'deliveries', 'attempts']) assert.is((await names(parent)).length, 10)
  assert.equal(await make('0'), [])
})

partitions('domain writes succeed a year without a worker, and a year of partitions takes the rows in', async () => {
  await createEndpoint(pool)
  const [soon, month, year] = [await eventIn('1 day'), await eventIn('100 days'), await eventIn('1 year')]
  assert.equal([await placesOf(month), await placesOf(year)], [later, later])
  const [before, woken] = [await counts(), (await wakeUpsWaiting(pool)).length]

  const made = await make('1 year')
  assert.ok(made.length > 3 * 50)
  assert.equal(await counts(), before)
  assert.is((await wakeUpsWaiting(pool)).length, woken, 'rows that move are not new')
  for (const id of [soon, month, year]) {
    const places = await placesOf(id)
    assert.ok(places.every((place) => /_\d{8}$/.test(place)), places.join())
    assert.is(new Set(places.map((place) => place.slice(-8))).size, 1, 'event, delivery and attempt lie in the same week')
  }
  assert.equal(await make('1 year'), [])
})

partitions('the week of a row is that of its time', async () => {
  const id = await eventIn('2 weeks')
  const { rows } = await pool.query<{ week: string }>(`select to_char(date_trunc('week', webhooks.occurred_at($1) at time zone 'utc'), 'YYYYMMDD') as week`, [id])
  assert.equal(await placesOf(id), ['events', 'deliveries', 'attempts'].map((parent) => `${parent}_${rows[0]!.week}`))
})

partitions('the edge of two weeks belongs to the later one', async () => {
  const { rows } = await pool.query<{ place: string }>(
    `insert into webhooks.events (id, type) values (webhooks_private.least_id(date_trunc('week', now() at time zone 'utc') at time zone 'utc' + interval '7 days'), 'test.event')
     returning tableoid::regclass::text || to_char(date_trunc('week', now() at time zone 'utc') + interval '7 days', ' YYYYMMDD') as place`,
  )
  const [place, week] = rows[0]!.place.split(' ')
  assert.is(place, `webhooks_private.events_${week}`)
})

partitions('new ones have the row security, indexes and open end of the others', async () => {
  const { rows } = await pool.query(
    `select count(distinct (c.relrowsecurity and c.relforcerowsecurity))::integer as securities,
            count(distinct (select count(*) from pg_index as x where x.indrelid = c.oid))::integer as index_counts,
            count(distinct (select count(*) from pg_policy as y where y.polrelid = c.oid))::integer as policy_counts
       from pg_inherits as i join pg_class as c on c.oid = i.inhrelid where i.inhparent = 'webhooks.deliveries'::regclass`,
  )
  assert.equal(rows, [{ securities: 1, index_counts: 1, policy_counts: 1 }])
  assert.ok((await names('events')).includes('events_later'))
})

partitions('a key of any other kind has a place too', async () => {
  const { rowCount } = await pool.query(`insert into webhooks.events (id, type) values ('ffffffff-ffff-4fff-bfff-ffffffffffff', 'test.event'), ('00000000-0000-0000-0000-000000000000', 'test.event')`)
  assert.is(rowCount, 2)
})

partitions('the time inside a key is its milliseconds and their fraction, from 1970 to the last that a key can hold', async () => {
  const { rows } = await pool.query<{ at: string }>(
    `select to_char(webhooks.occurred_at(id) at time zone 'utc', 'YYYY-MM-DD HH24:MI:SS.US') as at
       from unnest($1::uuid[]) with ordinality as k (id, position) order by position`,
    [['00000000-0000-7000-8000-000000000000', '019a0b5c-1d2e-7800-b233-5b92d3935f29', '019a0b5c-1d2e-7fff-8000-000000000000', 'ffffffff-ffff-ffff-ffff-ffffffffffff']],
  )
  assert.equal(rows.map(({ at }) => at), ['1970-01-01 00:00:00.000000', '2025-10-22 09:59:37.518500', '2025-10-22 09:59:37.519000', '10889-08-02 05:31:50.656000'])
})

partitions.run()
