/** Every kind of alert, provoked, received by a real mail server and a Slack-like receiver, and resolved again. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { evaluateAlerts, noteTold, pendingNotices, proveAll, setAlerts } from '../../src/database/alerts.ts'
import { holdLane } from '../../src/database/lanes.ts'
import { maintainPartitions } from '../../src/database/retention.ts'
import { addTraffic } from '../../src/database/traffic.ts'
import { DURATION_BOUNDS_MS } from '../../src/delivery/counters.ts'
import { tellAlerts } from '../../src/delivery/alerting.ts'
import { alertChannels } from '../../src/wiring/alert-channels.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'
import { createEndpoint, createEvents, deliveriesOf, endDelivery } from '../support/endpoints.ts'
import { createReceiver } from '../support/receiver.ts'
import { waitFor } from '../support/wait.ts'
import { startTestWorker } from '../support/worker.ts'
import { createMailServer } from './mail-server.ts'
import { daysAfter, logAt, openAlerts } from './support.ts'

const databases: TestDatabase[] = []
const mail = await createMailServer()
const slack = await createReceiver()
const log = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined }

const start = async () => {
  const db = await createTestDatabase({ template: 'core' })
  databases.push(db)
  const { pool } = db
  const tell = () =>
    tellAlerts({
      evaluate: () => evaluateAlerts(pool),
      pending: (channel) => pendingNotices(pool, channel),
      noteTold: (channel, ids) => noteTold(pool, channel, ids),
      channels: alertChannels({ smtpUrl: mail.url, slackWebhookUrl: slack.url }),
      log,
    })
  return { db, pool, tell }
}
/** Attempts whose results are as given, each of so many milliseconds. */
const traffic = (pool: TestDatabase['pool'], sums: { succeeded?: number; failed?: number; retried?: number }, ms = 20) => {
  const { succeeded = 0, failed = 0, retried = 0 } = sums
  const attempts = succeeded + failed + retried
  const place = DURATION_BOUNDS_MS.findIndex((bound) => ms <= bound)
  return addTraffic(pool, { attempts, retried, succeeded, failed, durations: [...DURATION_BOUNDS_MS, 0].map((_, at) => (at === place ? attempts : 0)) })
}
const texts = () => slack.requests.map(({ body }) => (JSON.parse(body.toString()) as { text: string }).text).join('\n')

type Kind = { readonly kind: string; readonly provoke: (db: TestDatabase) => Promise<unknown>; readonly repair: (db: TestDatabase) => Promise<unknown> }

/** An endpoint with `count` dead letters, which ended so long ago. */
const deadLetters = async ({ pool }: Pick<TestDatabase, 'pool'>, count: number, ago: string) => {
  const endpointId = await createEndpoint(pool)
  await createEvents(pool, { count })
  await recovered({ pool })
  for (const { id } of await deliveriesOf(pool, endpointId)) await endDelivery(pool, id, 'failed')
  await pool.query('update webhooks.deliveries set finished_at = now() - $1::interval', [ago])
}
const recovered = ({ pool }: Pick<TestDatabase, 'pool'>) => pool.query(`update webhooks.deliveries set status = 'success', delivered_at = now(), next_retry_at = null, finished_at = now()`)
const forgotten = ({ pool }: TestDatabase) => pool.query('delete from webhooks_private.traffic')

const kinds: readonly Kind[] = [
  { kind: 'dead_letters', provoke: (db) => deadLetters(db, 11, '1 hour'), repair: recovered },
  { kind: 'dead_letter_age', provoke: (db) => deadLetters(db, 1, '25 hours'), repair: recovered },
  { kind: 'retry_rate', provoke: ({ pool }) => traffic(pool, { succeeded: 88, retried: 12 }), repair: forgotten },
  { kind: 'error_rate', provoke: ({ pool }) => traffic(pool, { succeeded: 48, failed: 1 }), repair: forgotten },
  { kind: 'p95_latency', provoke: async ({ pool }) => {
    await traffic(pool, { succeeded: 90 })
    await traffic(pool, { succeeded: 10 }, 4_000)
  }, repair: forgotten },
  { kind: 'availability', provoke: async ({ pool }) => {
    await traffic(pool, { succeeded: 998, failed: 2 })
    await pool.query(`update webhooks_private.traffic set minute = minute - interval '3 hours'`)
  }, repair: forgotten },
  { kind: 'backlog_age', provoke: async ({ pool }) => {
    await createEndpoint(pool)
    await createEvents(pool)
    await pool.query(`update webhooks.deliveries set next_retry_at = now() - interval '2 minutes' where status = 'pending'`)
  }, repair: recovered },
  { kind: 'worker_lost', provoke: ({ pool }) => pool.query(`insert into webhooks_private.workers (id, host, pid, version, ended_at, ended_how) values (gen_random_uuid(), 'host-7', 1, '1', now(), 'died')`), repair: ({ pool }) => pool.query(`update webhooks_private.workers set ended_at = now() - interval '16 minutes'`) },
  { kind: 'quarantined', provoke: async (db) => {
    await deadLetters(db, 1, '23 hours')
    await db.pool.query(`update webhooks.deliveries set last_error = 'quarantined: it was answered with HTTP 418, and PostgreSQL refuses to record that (23514)' where status = 'failed'`)
  }, repair: recovered },
  { kind: 'sealed_endpoint', provoke: async ({ pool }) => {
    const endpointId = await createEndpoint(pool)
    await holdLane(pool, endpointId, 5_000, 'sealed')
  }, repair: ({ pool }) => pool.query(`update webhooks_private.lanes set held_until = now() - interval '61 seconds' where held_reason = 'sealed'`) },
  { kind: 'circle', provoke: async ({ pool }) => {
    const { id } = (await pool.query<{ id: string }>(`select id from webhooks.events limit 1`)).rows[0]!
    await pool.query('select webhooks_private.tell_of_circle($1, $2, null, $3)', ['rate', id, 'Endpoint 1 gets the same again and again.'])
  }, repair: ({ pool }) => pool.query(`delete from webhooks.events where type = 'circle.stopped'`) },
  { kind: 'capture_failed', provoke: async ({ pool }) => {
    await pool.query(`create table public.crates (id bigint primary key, tenant_id text, size text)`)
    await pool.query(`select webhooks.watch('public.crates', 'crate', '[{"event": "crate.sized", "on": "insert", "columns": ["size"]}]')`)
    await pool.query(`alter table public.crates drop column size`)
    await pool.query(`insert into public.crates values (1)`)
  }, repair: ({ pool }) => pool.query('drop table public.crates') },
  { kind: 'audit_chain', provoke: async ({ pool }) => {
    await pool.query(`update webhooks.settings set alert_p95_ms = 2001; select webhooks_private.chain_audit_log()`)
    await pool.query(`begin; set local session_replication_role = replica; update webhooks.audit_log set actor = 'nobody'; commit`)
    await proveAll(pool)
  }, repair: async ({ pool }) => {
    await pool.query(`select webhooks.restart_audit_chain(); select webhooks_private.chain_audit_log()`)
    await proveAll(pool)
  } },
  { kind: 'missing_deliveries', provoke: async ({ pool }) => {
    const endpointId = await createEndpoint(pool)
    await createEvents(pool)
    await pool.query(`begin; set local session_replication_role = replica; update webhooks.endpoints set updated_at = now() - interval '1 hour'; delete from webhooks.deliveries where endpoint_id = '${endpointId}'; commit`)
    await pool.query(`select webhooks_private.prove_deliveries(now() + interval '2 minutes')`)
  }, repair: async ({ pool }) => {
    await pool.query(`select webhooks.replay(id, now() - interval '1 hour') from webhooks.endpoints`)
    await recovered({ pool })
    await pool.query(`select webhooks_private.prove_deliveries(now() + interval '2 minutes')`)
  } },
  { kind: 'unserved_lane', provoke: ({ pool }) => setAlerts(pool, 'unserved_lane', [{ subject: 'lane-7', summary: 'No worker serves lane 7.', details: {} }]), repair: ({ pool }) => setAlerts(pool, 'unserved_lane', []) }, // by a sweeper: test/worker/sweeping.test.ts
  { kind: 'expiring_deliveries', provoke: async (db) => {
    await logAt(db.pool, await createEndpoint(db.pool), new Date(), { status: 'pending' })
    const owner = await db.connect('rowhook_owner')
    await maintainPartitions(owner, { asOf: daysAfter(new Date(), 37) })
    await owner.end()
  }, repair: async (db) => {
    await recovered(db)
    const owner = await db.connect('rowhook_owner')
    await maintainPartitions(owner)
    await owner.end()
  } },
  { kind: 'partitions_ahead', provoke: ({ pool }) => pool.query(`do $$ declare n text; begin for n in select name from webhooks_private.log_partitions() where parent = 'attempts' and ends > now() + interval '2 weeks' loop execute format('drop table webhooks_private.%I', n); end loop; end $$`), repair: ({ pool }) => pool.query('select webhooks_private.make_partitions()') },
]

const alerts = suite('alerts')
const shared = await start()

alerts('that somebody looks after are not told again until they are over', async () => {
  const { pool, tell } = shared
  const acknowledge = (note: string | null) => pool.query(`select acknowledged_by, acknowledgement from webhooks.acknowledge_alert((select id from webhooks.alerts where kind = 'unserved_lane' and resolved_at is null), $1)`, [note])
  await setAlerts(pool, 'unserved_lane', [{ subject: 'lane-9', summary: 'No worker serves lane 9.', details: {} }])
  await tell()
  const later = () => pool.query(`update webhooks_private.alert_notices set told_at = told_at - interval '5 hours'`)
  await later()
  assert.equal((await pendingNotices(pool, 'slack')).map(({ what }) => what), ['still open'])
  assert.equal((await acknowledge(' the host is being replaced ')).rows, [{ acknowledged_by: 'postgres', acknowledgement: 'the host is being replaced' }])
  assert.equal(await pendingNotices(pool, 'slack'), [])
  assert.equal((await pendingNotices(pool, 'a channel that has heard nothing yet')).map(({ what }) => what), ['fired'])
  const { rows: [entry] } = await pool.query(`select actor, subject, after from webhooks.audit_log where action = 'alert.acknowledged' order by id desc limit 1`)
  assert.equal(entry, { actor: 'postgres', subject: 'alert', after: { kind: 'unserved_lane', subject: 'lane-9', note: 'the host is being replaced' } })
  assert.equal((await acknowledge(null)).rows, [{ acknowledged_by: 'postgres', acknowledgement: '' }], 'the latest holds')
  await setAlerts(pool, 'unserved_lane', [])
  assert.equal((await pendingNotices(pool, 'slack')).map(({ what }) => what), ['resolved'])
  await tell()
  await setAlerts(pool, 'unserved_lane', [{ subject: 'lane-9', summary: 'No worker serves lane 9.', details: {} }])
  assert.equal((await pendingNotices(pool, 'slack')).map(({ what }) => what), ['fired'], 'the next one is told')
  await setAlerts(pool, 'unserved_lane', [])
  await tell()
})

for (const { kind, provoke, repair } of kinds) {
  alerts(`${kind} fires, is told once by chat and mail, and resolves itself`, async () => {
    const { db, pool, tell } = shared
    await tell()
    assert.equal(await openAlerts(pool), [], 'nothing is wrong at first')
    const [before, mailsBefore] = [slack.requests.length, mail.mails.length]
    await provoke(db)
    await tell()
    await tell()
    assert.equal((await openAlerts(pool)).map((each) => each.split(' ')[0]), [kind])
    assert.equal([slack.requests.length - before, mail.mails.length - mailsBefore], [1, 1])
    assert.match(texts().split('\n').at(-1)!, `ALERT ${kind}: `)
    assert.match(mail.mails.at(-1)!, new RegExp(`^To: oncall@shop\\.test[^]*ALERT ${kind}: `, 'm'))
    await repair(db)
    await tell()
    await tell()
    assert.equal(await openAlerts(pool), [])
    assert.match(texts().split('\n').at(-1)!, `RESOLVED ${kind}: `)
    assert.equal([slack.requests.length - before, mail.mails.length - mailsBefore], [2, 2])
  })
}

alerts('that stay open are told again after settings.alert_repeat', async () => {
  const { db, pool, tell } = await start()
  await deadLetters(db, 11, '1 hour')
  await tell()
  await pool.query(`update webhooks_private.alert_notices set told_at = now() - interval '4 hours'`)
  const before = slack.requests.length
  await tell()
  await tell()
  assert.is(slack.requests.length, before + 1)
  assert.match(texts().split('\n').at(-1)!, 'STILL OPEN dead_letters')
})

alerts('are not lost by a channel that fails, and reach the others meanwhile', async () => {
  const { db, tell } = await start()
  mail.refuse(true)
  const [before, mailsBefore] = [slack.requests.length, mail.mails.length]
  await deadLetters(db, 11, '1 hour')
  await tell()
  assert.equal([slack.requests.length - before, mail.mails.length - mailsBefore], [1, 0])
  await recovered(db)
  await tell()
  mail.refuse(false)
  await tell()
  assert.equal([slack.requests.length - before, mail.mails.length - mailsBefore], [2, 1])
  assert.match(mail.mails.at(-1)!, 'RESOLVED dead_letters')
})

alerts('become operational events of tenant rowhook', async () => {
  const { db, pool, tell } = await start()
  const operators = await createEndpoint(pool, { tenant_id: 'rowhook', events: ['alert.*'] })
  await createEndpoint(pool, { tenant_id: 'acme' })
  await deadLetters(db, 11, '1 hour')
  await tell()
  await recovered(db)
  await tell()
  const { rows } = await pool.query<{ event_type: string }>(`select event_type from webhooks.deliveries where event_type like 'alert.%' order by id`)
  assert.equal(rows.map(({ event_type }) => event_type), ['alert.fired', 'alert.resolved'])
  assert.is((await deliveriesOf(pool, operators)).length, 2)
})

alerts('of a real worker come from its own traffic, by its cron task', async () => {
  const { db, pool } = await start()
  const worker = await startTestWorker(db.url, { slackWebhookUrl: slack.url })
  const receiver = await createReceiver()
  try {
    receiver.respond(400)
    const before = slack.requests.length
    const endpointId = await createEndpoint(pool, { url: receiver.url, rate_limit: null })
    await createEvents(pool, { count: 25 })
    await waitFor(async () => (await deliveriesOf(pool, endpointId)).every(({ status }) => status === 'failed'), { what: 'all to fail', deadlineMs: 10_000 })
    await pool.query(`select graphile_worker.add_job('alerts/tell')`)
    await waitFor(() => slack.requests.length > before, { what: 'the chat to hear of it', deadlineMs: 10_000 })
    await waitFor(async () => (await pool.query('select from webhooks_private.audit_chain')).rowCount, { what: 'the audit log to be chained' })
    await pool.query(`begin; set local session_replication_role = replica; update webhooks.audit_log set actor = 'nobody'; commit`)
    await pool.query(`select graphile_worker.add_job('alerts/prove')`)
    await waitFor(async () => (await openAlerts(pool)).includes('audit_chain'), { what: 'the chain to be found broken' })
    assert.match(texts().split('\n').slice(-4).join('\n'), /ALERT error_rate: 100\.0 %/)
    assert.ok((await openAlerts(pool)).includes('dead_letters'))
  } finally {
    await Promise.all([worker.stop(0), receiver.close()]) // else a failure would keep the file from ending
  }
})

alerts.run()

const sums = suite('the sums of traffic')

sums('count durations within the bounds that SQL knows', async () => {
  const { pool } = await start()
  const { rows } = await pool.query<{ bounds: number[] }>('select webhooks_private.traffic_bounds() as bounds')
  assert.equal(rows[0]!.bounds, [...DURATION_BOUNDS_MS])
  await traffic(pool, { succeeded: 100 }, 200)
  const { rows: since } = await pool.query<{ p95: number; attempts: number }>(`select p95_ms as p95, attempts::integer from webhooks_private.traffic_since(now() - interval '5 minutes', now())`)
  assert.is(since[0]!.attempts, 100)
  assert.ok(since[0]!.p95 > 200 && since[0]!.p95 <= 250, String(since[0]!.p95))
})

sums.after(async () => {
  await Promise.all([mail.close(), slack.close(), ...databases.map((db) => db.drop())])
})
sums.run()
