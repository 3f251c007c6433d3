/** Fills the log with rows that came to be earlier, without sending any of them. */
import type pg from 'pg'

const BATCH = 100_000

/** By batches, in a session that fires no trigger. @param statement takes the first and the last number */
const fillBy = async (pool: pg.Pool, count: number, statement: string): Promise<void> => {
  const client = await pool.connect()
  try {
    await client.query('set session_replication_role = replica')
    await client.query('set synchronous_commit = off')
    for (let n = 1; n <= count; n += BATCH) await client.query(statement, [n, Math.min(count, n + BATCH - 1)])
    await client.query('reset session_replication_role')
    await client.query('reset synchronous_commit')
    await client.query('vacuum (analyze) webhooks.events, webhooks.deliveries, webhooks.attempts') // as autovacuum has long done with a log of days
  } finally {
    client.release()
  }
}

/** A key of version 7 from `numbers` seconds ago, unlike any other. */
const keyOf = (seconds: string) => `(left(webhooks_private.least_id(now() - ${seconds} * interval '1 second')::text, 14) || '7' || right(gen_random_uuid()::text, 21))::uuid`

/** An endpoint named `waiting` that is paused, with so many open deliveries. */
export const addWaiting = async (pool: pg.Pool, count: number): Promise<void> => {
  await pool.query(`insert into webhooks.endpoints (tenant_id, name, url, events, paused_at) values ('waiting', 'waiting', 'http://127.0.0.1:9/', '{*}', now())`)
  await fillBy(
    pool,
    count,
    `insert into webhooks.deliveries (id, event_id, endpoint_id, tenant_id, event_type, max_attempts)
     select ${keyOf('n / 1e4')}, '00000000-0000-7000-8000-000000000000', p.id, p.tenant_id, 'test.event', 5
       from generate_series($1::integer, $2::integer) as n, webhooks.endpoints as p where p.name = 'waiting'`,
  )
}

const HISTORY_ENDPOINTS = 200

/** Two hundred paused endpoints named `history` of 20 tenants, with so many ended deliveries of the last days: 95 of 100 succeeded, 2 are dead letters. */
export const addHistory = async (pool: pg.Pool, count: number): Promise<void> => {
  await pool.query(
    `insert into webhooks.endpoints (tenant_id, name, url, events, paused_at)
     select 'history ' || n % 20, 'history', 'http://127.0.0.1:9/' || n, '{*}', now() from generate_series(1, $1::integer) as n`,
    [HISTORY_ENDPOINTS],
  )
  await pool.query(`insert into webhooks.endpoint_stats (endpoint_id, tenant_id) select id, tenant_id from webhooks.endpoints on conflict do nothing`)
  await fillBy(
    pool,
    count,
    `with numbered as (select id, tenant_id, row_number() over (order by id) - 1 as place from webhooks.endpoints where name = 'history'),
     made as materialized (
       select ${keyOf(`n * 86400.0 / ${count}`)} as event_id, p.id as endpoint_id, p.tenant_id, n, abs(hashint4(n)) % 100 as share
         from generate_series($1::integer, $2::integer) as n join numbered as p on p.place = n % ${HISTORY_ENDPOINTS}),
     events as (
       insert into webhooks.events (id, tenant_id, type, resource_type, resource_id, data, context)
       select event_id, tenant_id, 'test.event', 'thing', n::text, json_build_object('n', n, 'text', repeat('x', 200)), '{}' from made),
     deliveries as (
       insert into webhooks.deliveries (id, event_id, endpoint_id, tenant_id, event_type, resource_type, resource_id, status, attempts, max_attempts, next_retry_at, delivered_at, finished_at)
       select webhooks_private.delivery_id(event_id, endpoint_id), event_id, endpoint_id, tenant_id, 'test.event', 'thing', n::text,
              case when share < 95 then 'success' when share < 97 then 'failed' else 'cancelled' end, 1, 5, null, case when share < 95 then now() end, now()
         from made)
     insert into webhooks.attempts (delivery_id, number, tenant_id, started_at, duration_ms, status, response_body)
     select webhooks_private.delivery_id(event_id, endpoint_id), 1, tenant_id, now(), 12, 200, 'ok' from made`,
  )
}

/** A tenant `outage` with two endpoints, and so many events of the last day: dead letters of the endpoint `down`, unknown to the endpoint `late`. */
export const addOutage = async (pool: pg.Pool, count: number): Promise<void> => {
  await pool.query(
    `insert into webhooks.endpoints (tenant_id, name, url, events, paused_at)
     select 'outage', name, 'http://127.0.0.1:9/', '{test.event}', now() from unnest('{down,late}'::text[]) as name`,
  )
  await fillBy(
    pool,
    count,
    `with made as materialized (select ${keyOf(`n * 86400.0 / ${count}`)} as event_id, n from generate_series($1::integer, $2::integer) as n),
     events as (
       insert into webhooks.events (id, tenant_id, type, resource_type, resource_id, data, context)
       select event_id, 'outage', 'test.event', 'thing', n::text, json_build_object('n', n, 'text', repeat('x', 200)), '{}' from made)
     insert into webhooks.deliveries (id, event_id, endpoint_id, tenant_id, event_type, resource_type, resource_id, status, attempts, max_attempts, next_retry_at, finished_at)
     select webhooks_private.delivery_id(event_id, p.id), event_id, p.id, p.tenant_id, 'test.event', 'thing', n::text, 'failed', 5, 5, null, now()
       from made, webhooks.endpoints as p where p.name = 'down'`,
  )
}

/** Milliseconds of a query: the median of five. */
export const timeOf = async (pool: pg.Pool, sql: string): Promise<number> => {
  const times: number[] = []
  for (let run = 0; run < 5; run++) {
    const startedMs = performance.now()
    await pool.query(sql)
    times.push(performance.now() - startedMs)
  }
  return times.toSorted((a, b) => a - b)[2]!
}
