/** Retention: the log keeps its size, nothing open is lost, and writers do not notice. Time is a parameter. */
import type pg from 'pg'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { listPartitions, maintainPartitions as maintain } from '../../src/database/retention.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'
import { createEndpoint, createEvents, deliveriesOf, endDelivery } from '../support/endpoints.ts'
import { DAY_MS, daysAfter, logAt, openAlerts } from './support.ts'

const databases: TestDatabase[] = []
/** Without breaths, since nobody writes meanwhile. */
const maintainPartitions = (client: pg.Client, options: { asOf?: Date; tries?: number } = {}) => maintain(client, { ...options, breathMs: 0 })
/** A database, an endpoint that collects nothing by itself, and a connection as the owner. */
const start = async () => {
  const db = await createTestDatabase({ template: 'core' })
  databases.push(db)
  const owner = await db.connect('rowhook_owner')
  const endpointId = await createEndpoint(db.pool, { events: ['endpoint.disabled'] })
  return { db, owner, endpointId, pool: db.pool }
}
const now = new Date()
const statusOf = async (db: TestDatabase, id: string) => (await db.pool.query<{ status: string }>('select status from webhooks.deliveries where id = $1', [id])).rows[0]?.status
const countOf = async (db: TestDatabase, table: string) => (await db.pool.query<{ count: number }>(`select count(*)::integer as count from ${table}`)).rows[0]!.count

const retention = suite('retention')
const dropAll = async () => void (await Promise.all(databases.splice(0).map((db) => db.drop())))
retention.after(dropAll)

retention('over 60 simulated days the log keeps 30 to 37 of them, and partitions 8 weeks ahead', async () => {
  const { db, owner, endpointId, pool } = await start()
  for (let day = 0; day <= 60; day += 3) {
    const today = daysAfter(now, day)
    await logAt(pool, endpointId, today, { count: 15 })
    const { postponed } = await maintainPartitions(owner, { asOf: today })
    assert.equal(postponed, [])
  }
  const today = daysAfter(now, 60)
  const { rows } = await pool.query<{ days: number }>('select extract(epoch from max($1::timestamptz - webhooks.occurred_at(id)))::double precision / 86400 as days from webhooks.events', [today])
  assert.ok(rows[0]!.days >= 29.9 && rows[0]!.days <= 37, `${rows[0]!.days} days`)
  const kept = [await countOf(db, 'webhooks.events'), await countOf(db, 'webhooks.deliveries'), await countOf(db, 'webhooks.attempts')]
  assert.ok(kept.every((rows) => rows >= 30 * 5 && rows <= 39 * 5), kept.join())
  assert.is(new Set(kept).size, 1, 'events, deliveries and attempts go together')
  const partitions = (await listPartitions(owner, today)).filter(({ parent }) => parent === 'deliveries')
  assert.ok(partitions.length >= 14 && partitions.length <= 17, `${partitions.length} partitions`)
  assert.equal([partitions[0]!.name, partitions.at(-1)!.name], ['deliveries_earlier', 'deliveries_later'])
  assert.ok(partitions.at(-2)!.ends!.getTime() >= today.getTime() + 8 * 7 * DAY_MS)
})

retention('a second run at the same time does nothing', async () => {
  const { owner } = await start()
  const asOf = daysAfter(now, 50)
  assert.ok((await maintainPartitions(owner, { asOf })).dropped.length > 0)
  assert.equal(await maintainPartitions(owner, { asOf }), { made: [], dropped: [], postponed: [], expiredOpen: 0, expiredDeadLetters: 0, pruned: {} })
})

retention('an open delivery keeps its week, expires three days after an alert, and only then the week goes', async () => {
  const { db, owner, endpointId, pool } = await start()
  const [id] = await logAt(pool, endpointId, now, { status: 'pending' })
  const week = (await listPartitions(owner)).find(({ parent, ends }) => parent === 'deliveries' && ends! > now)!
  const dropAt = week.dropAt!

  await maintainPartitions(owner, { asOf: daysAfter(dropAt, -4) })
  assert.equal(await openAlerts(pool, 'expiring_deliveries'), [])
  await maintainPartitions(owner, { asOf: daysAfter(dropAt, 1) }) // nobody ran when the alert should have come
  assert.equal(await openAlerts(pool, 'expiring_deliveries'), [`expiring_deliveries ${week.name}`])
  assert.is(await statusOf(db, id!), 'pending')
  const early = await maintainPartitions(owner, { asOf: daysAfter(dropAt, 3.9) })
  assert.equal([early.expiredOpen, early.dropped.filter((name) => name === week.name || name.startsWith('events'))], [0, []])
  const due = await maintainPartitions(owner, { asOf: daysAfter(dropAt, 4.1) })
  assert.is(due.expiredOpen, 1)
  assert.ok(due.dropped.includes(week.name) && due.dropped.some((name) => name.startsWith('events_')))
  assert.is(await statusOf(db, id!), undefined)
  assert.equal(await openAlerts(pool, 'expiring_deliveries'), [])
})

retention('a dead letter expires after seven days, and recover still takes it', async () => {
  const { db, owner, endpointId, pool } = await start()
  const [old] = await logAt(pool, endpointId, daysAfter(now, -8), { status: 'failed' })
  const [young] = await logAt(pool, endpointId, daysAfter(now, -6), { status: 'failed' })
  const [recent] = await logAt(pool, endpointId, daysAfter(now, -20), { status: 'failed' })
  await pool.query('update webhooks.deliveries set finished_at = now() where id = $1', [recent]) // recovered, and failed again
  assert.is((await maintainPartitions(owner)).expiredDeadLetters, 1)
  assert.equal([await statusOf(db, old!), await statusOf(db, young!), await statusOf(db, recent!)], ['expired', 'failed', 'failed'])
  const { rows } = await pool.query<{ recovered: number }>(`select recovered::integer from webhooks.recover($1, now() - interval '9 days', now() - interval '7 days')`, [endpointId])
  assert.equal(rows, [{ recovered: 1 }])
})

retention('attempts may go before their deliveries, and a late one still has a place', async () => {
  const { db, owner, endpointId, pool } = await start()
  await pool.query(`update webhooks.settings set attempt_retention = '1 day', event_retention = '60 days'`)
  const [id] = await logAt(pool, endpointId, now)
  await maintainPartitions(owner, { asOf: daysAfter(now, 20) })
  assert.equal([await statusOf(db, id!), await countOf(db, 'webhooks.attempts')], ['success', 0])
  await pool.query(`insert into webhooks.attempts (delivery_id, number, tenant_id, started_at, duration_ms) values ($1, 2, 'default', now(), 1)`, [id])
  await maintainPartitions(owner, { asOf: daysAfter(now, 40) })
  assert.is(await countOf(db, 'webhooks.attempts'), 0)
})

retention('writers never queue for long behind a drop that has to wait, and it succeeds when the table is free', async () => {
  const { db, owner, endpointId, pool } = await start()
  const holder = await db.connect()
  await holder.query('begin; select from webhooks.deliveries limit 0')
  const asOf = daysAfter(now, 50)
  const maintaining = maintainPartitions(owner, { asOf, tries: 3 })
  let slowestMs = 0
  let isOver = false
  const watching = maintaining.finally(() => (isOver = true))
  while (!isOver) {
    const startedMs = performance.now()
    await createEvents(pool, { type: 'endpoint.disabled' })
    slowestMs = Math.max(slowestMs, performance.now() - startedMs)
  }
  const first = await watching
  assert.ok(slowestMs < 1_000, `${slowestMs} ms`)
  assert.ok(first.postponed.includes('deliveries'))
  assert.equal(first.dropped.filter((name) => name.startsWith('deliveries')), [])
  await holder.query('commit')
  for (const { id } of await deliveriesOf(pool, endpointId)) await endDelivery(pool, id, 'success')
  const second = await maintainPartitions(owner, { asOf })
  assert.equal(second.postponed, [])
  assert.ok(second.dropped.some((name) => name.startsWith('deliveries')))
})

retention('small tables are pruned, and what is young stays', async () => {
  const { owner, pool } = await start()
  await pool.query(`
    insert into webhooks_private.event_keys (tenant_id, idempotency_key, event_id, expires_at)
    select 'default', n::text, gen_random_uuid(), now() - interval '1 second' * case when n <= 6000 then 1 else -100 end from generate_series(1, 6001) as n;
    insert into webhooks_private.workers (id, host, pid, version, ended_at, ended_how) values (gen_random_uuid(), 'a', 1, '1', now() - interval '8 days', 'stopped'), (gen_random_uuid(), 'b', 1, '1', now() - interval '1 day', 'died');
    insert into webhooks.alerts (kind, subject, summary, fired_at, resolved_at) values ('x', 'old', '', now() - interval '101 days', now() - interval '100 days'), ('x', 'open', '', now() - interval '101 days', null);
    set session_replication_role = replica;
    delete from webhooks.audit_log;
    set session_replication_role = origin;
    insert into webhooks.audit_log (action, at) values ('first', now() - interval '500 days'), ('second', now() - interval '450 days'), ('third', now());
    insert into webhooks_private.tenant_pace values ('gone', now() - interval '2 days');
    insert into webhooks.endpoints (name, url, events, deleted_at) values ('gone', 'https://gone.test', '{*}', now() - interval '50 days'), ('just', 'https://just.test', '{*}', now() - interval '5 days')`)
  await pool.query('select webhooks_private.chain_audit_log()') // as a worker does once a second
  const { pruned } = await maintainPartitions(owner)
  assert.equal(pruned, { event_keys: 6000, workers: 1, alerts: 1, audit_log: 2, tenant_pace: 1, endpoints: 1 })
})

retention.run()

const forgetting = suite('forget_tenant')
forgetting.after(dropAll)

forgetting('deletes everything of a tenant in batches, nothing of another, and is audited', async () => {
  const { db, pool } = await start()
  for (const tenant of ['leaver', 'stayer']) {
    await createEndpoint(pool, { tenant_id: tenant })
    await createEvents(pool, { tenant, count: 7 })
    await pool.query(`select webhooks.emit('test.event', tenant_id => $1, idempotency_key => 'k')`, [tenant])
    await pool.query(`insert into webhooks.tenant_settings (tenant_id) values ($1)`, [tenant])
    await pool.query(`insert into webhooks.attempts (delivery_id, number, tenant_id, started_at, duration_ms) select id, 1, tenant_id, now(), 1 from webhooks.deliveries where tenant_id = $1`, [tenant])
  }
  const dba = await db.connect('rowhook_dba')
  let calls = 0
  for (let remaining = true; remaining; calls++) {
    remaining = (await dba.query<{ remaining: boolean }>(`select remaining from webhooks.forget_tenant('leaver', 5)`)).rows[0]!.remaining
  }
  assert.ok(calls >= 4, `${calls} calls`)
  for (const table of ['events', 'deliveries', 'attempts', 'endpoints', 'endpoint_stats', 'tenant_settings']) {
    const { rows } = await pool.query<{ tenant_id: string }>(`select distinct tenant_id from webhooks.${table} where tenant_id in ('leaver', 'stayer')`)
    assert.equal(rows, [{ tenant_id: 'stayer' }], table)
  }
  const { rows } = await pool.query(`select (select count(*) from webhooks_private.event_keys)::integer as keys, (select count(*) from webhooks.audit_log where action = 'tenant.forgotten' and subject_id = 'leaver')::integer as acts`)
  assert.equal(rows, [{ keys: 1, acts: calls }])
})

forgetting.run()
