/**
 * What the views for DBAs cost on a million deliveries, time and plan of each; and what a batch of 10,000 by hand takes.
 * Run by hand: `node bench/dba-views.ts [deliveries] [--plans]` (about a minute; the server is the one of the tests).
 */
import type pg from 'pg'
import { createTestDatabase } from '../test/support/database.ts'

const total = Number(process.argv.find((argument) => /^\d+$/.test(argument)) ?? 1_000_000)
const showPlans = process.argv.includes('--plans')
const endpoints = 200
const tenants = 20

/**
 * Nine weeks of deliveries to 200 endpoints of 20 tenants: 90 % success, 5 % open, 2 % dead letters, 3 % cancelled;
 * the newest endpoint has a backlog of a fifth of the open ones.
 */
const fill = async (client: pg.Client) => {
  await client.query(`insert into webhooks.endpoints (tenant_id, name, url, events)
    select 'tenant ' || n % ${tenants}, 'endpoint ' || n, 'https://receiver.test/' || n, '{*}' from generate_series(1, ${endpoints}) as n`)
  await client.query(`set session_replication_role = replica`) // the rows are there already: no fan-out, no wake-up
  await client.query(`create temporary table source as
    with numbered as (select id, tenant_id, row_number() over (order by id) - 1 as place from webhooks.endpoints)
    select (left(webhooks_private.least_id(now() + n * interval '62 days' / ${total})::text, 14) || '7' || right(gen_random_uuid()::text, 21))::uuid as event_id,
           p.id as endpoint_id, p.tenant_id, n, abs(hashint4(n)) % 100 as share
      from generate_series(1, ${total}) as n
      join numbered as p on p.place = case when n % 100 = 1 then ${endpoints - 1} else n % ${endpoints} end`)
  await client.query(`insert into webhooks.events (id, tenant_id, type, resource_type, resource_id, data, context)
    select event_id, tenant_id, 'test.event', 'thing', n::text, json_build_object('n', n, 'text', repeat('x', 200)), '{}' from source`)
  await client.query(`insert into webhooks.deliveries (id, event_id, endpoint_id, tenant_id, event_type, resource_type, resource_id, status, attempts,
                                  max_attempts, next_retry_at, delivered_at, finished_at)
    select webhooks_private.delivery_id(event_id, endpoint_id), event_id, endpoint_id, tenant_id, 'test.event', 'thing', n::text,
           status, case status when 'pending' then 0 when 'retrying' then 1 when 'success' then 1 else 5 end, 5,
           case status when 'pending' then now() - n * interval '1 ms' when 'retrying' then now() + n * interval '1 ms' end,
           case when status = 'success' then now() end,
           case when status not in ('pending', 'retrying') then now() end
      from (select *, case when n % 100 = 1 then 'pending' when share < 90 then 'success' when share < 93 then 'pending'
                           when share < 95 then 'retrying' when share < 97 then 'failed' else 'cancelled' end as status from source) as s`)
  await client.query(`insert into webhooks.attempts (delivery_id, number, tenant_id, started_at, duration_ms, status, response_body)
    select id, attempts, tenant_id, now(), 12, 200, 'ok' from webhooks.deliveries where attempts > 0`)
  await client.query('reset session_replication_role')
  await client.query('vacuum analyze')
}

const db = await createTestDatabase({ template: 'core' })
const client = await db.connect()
const startedAt = performance.now()
await fill(client)
console.log(`${total.toLocaleString('en')} deliveries in ${Math.round((performance.now() - startedAt) / 1000)} s`)

const { rows: samples } = await client.query<{ id: string; endpoint_id: string; tenant_id: string; event_id: string }>(
  `select id, endpoint_id, tenant_id, event_id from webhooks.deliveries order by id offset ${Math.floor(total / 2)} limit 1`,
)
const sample = samples[0]!

const readings: readonly (readonly [string, string, string?])[] = [
  ['delivery_log: one', `select * from webhooks.delivery_log where id = '${sample.id}'`],
  ['delivery_log: of an event', `select * from webhooks.delivery_log where id in (select id from webhooks.deliveries_of('${sample.event_id}'))`],
  ['delivery_log: newest 50', 'select * from webhooks.delivery_log order by id desc limit 50'],
  ['delivery_log: newest 50 of an endpoint', `select * from webhooks.delivery_log where endpoint_id = '${sample.endpoint_id}' order by id desc limit 50`],
  ['delivery_log: newest 50 of a tenant', `select * from webhooks.delivery_log where tenant_id = '${sample.tenant_id}' order by id desc limit 50`],
  ['delivery_log: newest 50, as a viewer', 'select * from webhooks.delivery_log order by id desc limit 50', 'rowhook_viewer'],
  ['dead_letters: newest 50', 'select * from webhooks.dead_letters order by id desc limit 50'],
  ['dead_letters: newest 50 of a tenant', `select * from webhooks.dead_letters where tenant_id = '${sample.tenant_id}' order by id desc limit 50`],
  ['dead_letters: newest 50 of an endpoint', `select * from webhooks.dead_letters where endpoint_id = '${sample.endpoint_id}' order by id desc limit 50`],
  ['dead_letters: how many', 'select count(*) from webhooks.dead_letters'],
  ['endpoint_health: all', 'select * from webhooks.endpoint_health'],
  ['endpoint_health: of a tenant', `select * from webhooks.endpoint_health where tenant_id = '${sample.tenant_id}'`],
  ['endpoint_health: as a viewer', 'select * from webhooks.endpoint_health', 'rowhook_viewer'],
  ['endpoint_health: one', `select * from webhooks.endpoint_health where endpoint_id = '${sample.endpoint_id}'`],
  ['queue_health', 'select * from webhooks.queue_health'],
]

for (const [name, sql, role = 'rowhook_dba'] of readings) {
  await client.query('begin')
  await client.query(`select set_config('rowhook.tenant_id', $1, true), set_config('role', $2, true)`, [sample.tenant_id, role])
  const times: number[] = []
  for (let run = 0; run < 7; run++) {
    const before = performance.now()
    await client.query(sql)
    times.push(performance.now() - before)
  }
  const { rows } = await client.query<{ 'QUERY PLAN': string }>(`explain (analyze, costs off, timing off, buffers) ${sql}`)
  await client.query('rollback')
  const plan = rows.map((row) => row['QUERY PLAN'])
  const scans = plan.filter((line) => /Seq Scan on (events|deliveries|attempts)_/.test(line) && !line.includes('never executed')).length
  console.log(`${name.padEnd(42)} ${times.toSorted((a, b) => a - b)[3]!.toFixed(1).padStart(8)} ms   ${scans} sequential scans of the log`)
  if (showPlans) console.log(plan.filter((line) => !line.includes('never executed')).map((line) => `    ${line}`).join('\n'))
}

const { rows: busiest } = await client.query<{ id: string }>(
  `select endpoint_id as id from webhooks.deliveries where status = 'pending' group by 1 order by count(*) desc limit 1`,
)
const busy = busiest[0]!.id
const acts: readonly (readonly [string, string])[] = [
  ['disable_endpoint with a backlog', `select webhooks.disable_endpoint('${busy}')`],
  ['enable_endpoint', `select webhooks.enable_endpoint('${busy}')`],
  ['recover, 10,000 a call', `select * from webhooks.recover('${busy}', '-infinity')`],
  ['change of ordering with a backlog', `update webhooks.endpoints set ordering = 'resource' where id = '${busy}'`],
  ['replay, 10,000 events looked at', `select * from webhooks.replay('${busy}', '-infinity')`],
  ['close_dead_lanes, endpoints just changed', 'select webhooks_private.close_dead_lanes()'],
  ['close_dead_lanes, nothing to do', 'delete from webhooks_private.unsettled_endpoints; select webhooks_private.close_dead_lanes()'],
]
for (const [name, sql] of acts) {
  const before = performance.now()
  await client.query(sql)
  console.log(`${name.padEnd(42)} ${(performance.now() - before).toFixed(1).padStart(8)} ms`)
}
await db.drop()
