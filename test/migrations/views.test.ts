/** The views that DBAs read: the log, the dead letters, and the health of endpoints and of the whole. */
import type pg from 'pg'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { createTestDatabase } from '../support/database.ts'
import { createEndpoint, createEvents, deliveriesOf, endDelivery, refusal } from '../support/endpoints.ts'

const db = await createTestDatabase({ template: 'core' })
const { pool } = db

let tenants = 0
const newTenant = () => `tenant ${++tenants}`
const read = async (sql: string, parameters: unknown[] = [], client: Pick<pg.Client, 'query'> = pool) =>
  (await client.query<Record<string, unknown>>(sql, parameters)).rows
const asTenant = async (role: string, tenant: string) => {
  const client = await db.connect(role)
  await client.query(`select set_config('rowhook.tenant_id', $1, false)`, [tenant])
  return client
}

const log = suite('delivery_log and dead_letters')

log('shows a delivery with its event, endpoint, payload and last answer', async () => {
  const tenant = newTenant()
  const endpoint = await createEndpoint(pool, { tenant_id: tenant, name: 'ledger' })
  const [event] = await createEvents(pool, { tenant, resource: '7' })
  const [{ id } = { id: '' }] = await deliveriesOf(pool, endpoint)
  await endDelivery(pool, id, 'failed', 2)
  await pool.query(
    `insert into webhooks.attempts (delivery_id, number, tenant_id, started_at, duration_ms, status, response_body, error_kind)
     values ($1, 1, $2, now(), 5, 500, 'first', 'rejected'), ($1, 2, $2, now(), 7, 503, 'second', 'rejected')`,
    [id, tenant],
  )
  const [row] = await read(
    `select endpoint_name, endpoint_url, attempts, answer_status, answer_body, last_duration_ms, error_kind, resource_id,
            payload = webhooks.envelope((select e from webhooks.events as e where e.id = $2)) as exact,
            occurred_at = webhooks.occurred_at($2) as on_time
       from webhooks.delivery_log where id = $1`,
    [id, event],
  )
  assert.equal(row, {
    endpoint_name: 'ledger', endpoint_url: 'https://receiver.test/hook', attempts: 2, answer_status: 503, answer_body: 'second',
    last_duration_ms: 7, error_kind: 'rejected', resource_id: '7', exact: true, on_time: true,
  })
  assert.equal(await read('select id, answer_body from webhooks.dead_letters where tenant_id = $1', [tenant]), [{ id, answer_body: 'second' }])
})

log('shows the legacy body of a legacy delivery', async () => {
  const tenant = newTenant()
  await createEndpoint(pool, { tenant_id: tenant, payload_format: 'legacy' })
  await createEvents(pool, { tenant })
  const [row] = await read('select payload from webhooks.delivery_log where tenant_id = $1', [tenant])
  assert.match(String(row!['payload']), /^\{"event":"test\.event"/)
})

log('gives the deliveries of an event', async () => {
  const tenant = newTenant()
  const ids = [await createEndpoint(pool, { tenant_id: tenant }), await createEndpoint(pool, { tenant_id: tenant })]
  const [event] = await createEvents(pool, { tenant, count: 3 })
  const rows = await read('select endpoint_id from webhooks.delivery_log where id in (select id from webhooks.deliveries_of($1))', [event])
  assert.equal(new Set(rows.map((row) => row['endpoint_id'])), new Set(ids))
})

log('keeps every role to its tenant', async () => {
  const [mine, other] = [newTenant(), newTenant()]
  for (const tenant of [mine, other]) {
    const endpoint = await createEndpoint(pool, { tenant_id: tenant })
    await createEvents(pool, { tenant })
    await endDelivery(pool, (await deliveriesOf(pool, endpoint))[0]!.id, 'failed')
  }
  const seen = async (role: string, view: string) => {
    const client = await asTenant(role, mine)
    const rows = await read(`select distinct tenant_id from webhooks.${view}`, [], client)
    await client.end()
    return rows.map((row) => row['tenant_id'])
  }
  for (const view of ['delivery_log', 'dead_letters', 'endpoint_health']) {
    for (const role of ['rowhook_viewer', 'rowhook_manager', 'rowhook_tenant_owner', 'rowhook_operator']) assert.equal(await seen(role, view), [mine], `${role} ${view}`)
    assert.ok((await seen('rowhook_dba', view)).length > 1)
  }
})

log.run()

const health = suite('endpoint_health and queue_health')
health.after(() => db.drop())

const healthOf = async (id: string) => (await read('select * from webhooks.endpoint_health where endpoint_id = $1', [id]))[0]!

health('names the state of an endpoint', async () => {
  const tenant = newTenant()
  const id = await createEndpoint(pool, { tenant_id: tenant })
  const lane = (columns: string, values: string) =>
    pool.query(`insert into webhooks_private.lanes as l (endpoint_id, ${columns}) values ($1, ${values})
                on conflict (endpoint_id) do update set (${columns}) = row(${columns.split(', ').map((name) => `excluded.${name}`).join(', ')})`, [id])
  const now = async () => {
    const { state, reason } = await healthOf(id)
    return [state, reason]
  }
  assert.equal(await now(), ['ok', null])
  await pool.query('update webhooks.endpoint_stats set failing_since = now() where endpoint_id = $1', [id])
  assert.equal(await now(), ['failing', null])
  await lane('held_until, held_reason', `now() + interval '1 minute', 'retry-after'`)
  assert.equal(await now(), ['held', 'retry-after'])
  await lane('held_until, held_reason', `now() - interval '1 second', 'retry-after'`)
  assert.equal(await now(), ['failing', null])
  await lane('circuit, held_until, held_reason', `'open', now() + interval '1 minute', 'circuit open'`)
  assert.equal(await now(), ['circuit open', 'circuit open'])
  await pool.query('insert into webhooks.tenant_settings (tenant_id, sending) values ($1, false)', [tenant])
  assert.equal(await now(), ['switched off', 'circuit open'])
  await pool.query('select webhooks.pause_endpoint($1)', [id])
  assert.is((await now())[0], 'paused')
  await pool.query(`select webhooks.disable_endpoint($1, 'moved')`, [id])
  assert.equal(await now(), ['disabled', 'moved'])
})

health('counts what is due, in order or not, and says since when', async () => {
  const tenant = newTenant()
  const [free, ordered] = [await createEndpoint(pool, { tenant_id: tenant }), await createEndpoint(pool, { tenant_id: tenant, ordering: 'endpoint' })]
  await createEvents(pool, { tenant, count: 3 })
  await pool.query(
    `update webhooks.deliveries as d set next_retry_at = now() + n * interval '1 hour'
       from (select id, row_number() over (partition by endpoint_id order by id) - 2 as n from webhooks.deliveries where tenant_id = $1) as numbered
      where d.id = numbered.id`,
    [tenant],
  )
  for (const id of [free, ordered]) {
    const { due, oldest_due_at: oldest } = await healthOf(id)
    assert.is(due, 2)
    assert.ok(Math.abs(Date.now() - 3_600_000 - (oldest as Date).getTime()) < 60_000)
  }
})

health('says which lanes a worker serves', async () => {
  const [served, free] = [await createEndpoint(pool, { tenant_id: newTenant() }), await createEndpoint(pool, { tenant_id: newTenant() })]
  const worker = await db.connect()
  await worker.query('select pg_advisory_lock(webhooks_private.lane_lock($1))', [served])
  assert.equal([(await healthOf(served))['served'], (await healthOf(free))['served']], [true, false])
  await worker.end()
})

health('leaves deleted endpoints out', async () => {
  const id = await createEndpoint(pool, { tenant_id: newTenant() })
  await pool.query('select webhooks.delete_endpoint($1)', [id])
  assert.is(await healthOf(id), undefined)
})

health('tells of the whole in one row', async () => {
  const tenant = newTenant()
  const endpoint = await createEndpoint(pool, { tenant_id: tenant })
  const dba = await db.connect('rowhook_dba')
  const whole = async () => (await read('select * from webhooks.queue_health', [], dba))[0]!
  const before = await whole()
  await createEvents(pool, { tenant, count: 4 })
  const [one, two] = await deliveriesOf(pool, endpoint)
  await endDelivery(pool, one!.id, 'failed')
  await pool.query(`update webhooks.deliveries set next_retry_at = now() + interval '1 hour' where id = $1`, [two!.id])
  await pool.query(
    `insert into webhooks_private.workers (id, host, pid, version, in_flight, heartbeat_at, ended_at, ended_how)
     values (webhooks_private.new_id(), 'a', 1, '0', 3, now(), null, null),
            (webhooks_private.new_id(), 'b', 1, '0', 0, now() - interval '1 minute', null, null),
            (webhooks_private.new_id(), 'c', 1, '0', 9, now(), now(), 'stopped')`,
  )
  await pool.query(`insert into webhooks_private.arming (fingerprints) values ('{here}')`)
  const after = await whole()
  const more = (column: string) => Number(after[column]) - Number(before[column])
  assert.equal([more('due'), more('scheduled'), more('dead_letters')], [2, 1, 1])
  assert.equal(
    [after['workers_alive'], after['workers_silent'], after['requests_under_way'], after['sending'], after['capture']],
    ['1', '1', '3', true, true],
  )
  assert.equal([before['armed'], after['armed'], after['disarmed_reason']], [false, true, null])
  assert.ok(after['oldest_due_at'] instanceof Date && after['oldest_dead_letter_at'] instanceof Date)
  await dba.end()
})

health('queue_health is for DBAs and operators', async () => {
  const client = await asTenant('rowhook_tenant_owner', 'mine')
  assert.is((await refusal(client.query('select from webhooks.queue_health'))).code, '42501')
  await client.end()
  const operator = await asTenant('rowhook_operator', '')
  assert.is((await read('select * from webhooks.queue_health', [], operator)).length, 1)
  await operator.end()
})

health('reads a large log by index, within its partitions', async () => {
  const dba = await db.connect('rowhook_dba')
  await dba.query('set enable_seqscan = off') // as a large table would have it; tests have small ones
  const plan = async (sql: string) => (await read(`explain (analyze, costs off, timing off, summary off) ${sql}`, [], dba)).map((row) => row['QUERY PLAN']).join('\n')
  for (const [sql, index] of [
    ['delivery_log order by id desc limit 5', /_pkey/],
    [`delivery_log where tenant_id = 'a' order by id desc limit 5`, /tenant_id_id_idx/],
    [`delivery_log where endpoint_id = '019aa7a2-3f00-7000-8000-000000000001' order by id desc limit 5`, /endpoint_id_id_idx/],
    [`dead_letters where tenant_id = 'a' order by id desc limit 5`, /tenant_id_id_idx/],
  ] as const) {
    const text = await plan(`select * from webhooks.${sql}`)
    assert.match(text, index)
    assert.not.match(text, /Sort\n/)
  }
  await dba.end()
})

health.run()
