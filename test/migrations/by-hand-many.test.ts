/** Many deliveries by hand: recover and replay, in bounded batches. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { createTestDatabase } from '../support/database.ts'
import { createEndpoint, createEvents, deliveriesOf, endDelivery, forgetWakeUps, refusal, wakeUpsWaiting } from '../support/endpoints.ts'

const db = await createTestDatabase({ template: 'core' })
const { pool } = db

let tenants = 0
const newTenant = () => `tenant ${++tenants}`
type Recovered = { recovered: string; remaining: boolean }
type Replayed = { replayed: string; remaining: boolean; last_event: string | null }

const recover = async (endpoint: string, since = `now() - interval '1 hour'`, until = 'null', batch = 10_000): Promise<[number, boolean]> => {
  const { rows } = await pool.query<Recovered>(`select * from webhooks.recover($1, ${since}, ${until}, $2)`, [endpoint, batch])
  return [Number(rows[0]!.recovered), rows[0]!.remaining]
}
const replay = async (endpoint: string, more: { types?: string[]; batch?: number; resumeAfter?: string | null } = {}) => {
  const { rows } = await pool.query<Replayed>(
    `select * from webhooks.replay($1, now() - interval '1 hour', types => $2, batch => $3, resume_after => $4)`,
    [endpoint, more.types, more.batch, more.resumeAfter],
  )
  const { replayed, remaining, last_event } = rows[0]!
  return { replayed: Number(replayed), remaining, last_event }
}

const recovering = suite('recover')

recovering('reopens what failed, was cancelled or expired, with a fresh budget, and nothing else', async () => {
  const tenant = newTenant()
  const endpoint = await createEndpoint(pool, { tenant_id: tenant, max_attempts: 3 })
  await createEvents(pool, { tenant, count: 5 })
  const [failed, cancelled, expired, success] = await deliveriesOf(pool, endpoint)
  await endDelivery(pool, failed!.id, 'failed', 3)
  await endDelivery(pool, cancelled!.id, 'cancelled', 0)
  await endDelivery(pool, expired!.id, 'expired', 2)
  await endDelivery(pool, success!.id, 'success', 1)
  await forgetWakeUps(pool)
  assert.equal(await recover(endpoint), [3, false])
  assert.equal(
    (await deliveriesOf(pool, endpoint)).map((each) => [each.status, each.attempts, each.max_attempts]),
    [['retrying', 3, 6], ['pending', 0, 3], ['retrying', 2, 5], ['success', 1, 3], ['pending', 0, 3]],
  )
  assert.equal(await wakeUpsWaiting(pool), [endpoint])
  assert.equal(await recover(endpoint), [0, false])
})

recovering('takes the window by the time of the events', async () => {
  const tenant = newTenant()
  const endpoint = await createEndpoint(pool, { tenant_id: tenant })
  const [id] = await createEvents(pool, { tenant })
  await endDelivery(pool, (await deliveriesOf(pool, endpoint))[0]!.id, 'failed')
  const at = `webhooks.occurred_at('${id}')`
  assert.equal(await recover(endpoint, `${at} - interval '2 hours'`, `${at} - interval '1 ms'`), [0, false])
  assert.equal(await recover(endpoint, `${at} + interval '1 ms'`), [0, false])
  assert.equal(await recover(endpoint, `'-infinity'`, `${at} + interval '1 ms'`), [1, false])
})

recovering('does a batch a call, oldest first, until nothing remains', async () => {
  const tenant = newTenant()
  const endpoint = await createEndpoint(pool, { tenant_id: tenant })
  await createEvents(pool, { tenant, count: 25 })
  for (const { id } of await deliveriesOf(pool, endpoint)) await endDelivery(pool, id, 'failed')
  assert.equal(await recover(endpoint, undefined, undefined, 10), [10, true])
  assert.equal((await deliveriesOf(pool, endpoint)).slice(0, 11).map(({ status }) => status), [...Array(10).fill('retrying'), 'failed'])
  assert.equal(await recover(endpoint, undefined, undefined, 10), [10, true])
  assert.equal(await recover(endpoint, undefined, undefined, 10), [5, false])
})

recovering('two at once share the work and reopen each delivery once', async () => {
  const tenant = newTenant()
  const endpoint = await createEndpoint(pool, { tenant_id: tenant })
  await createEvents(pool, { tenant, count: 6 })
  for (const { id } of await deliveriesOf(pool, endpoint)) await endDelivery(pool, id, 'failed')
  const [one, two] = await Promise.all([db.connect(), db.connect()])
  const call = `select * from webhooks.recover('${endpoint}', now() - interval '1 hour', batch => 4)`
  await one.query('begin')
  const first = await one.query<Recovered>(call)
  const second = two.query<Recovered>(call)
  await one.query('commit')
  assert.equal([first.rows[0], (await second).rows[0]], [{ recovered: '4', remaining: true }, { recovered: '2', remaining: false }])
  await Promise.all([one.end(), two.end()])
})

recovering('works as a loop that commits each batch, as the documentation shows it', async () => {
  const tenant = newTenant()
  const endpoint = await createEndpoint(pool, { tenant_id: tenant })
  await createEvents(pool, { tenant, count: 30 })
  await pool.query('select webhooks.disable_endpoint($1)', [endpoint])
  await pool.query('select webhooks.enable_endpoint($1)', [endpoint])
  await pool.query(`
    do $$
    declare
      step record;
    begin
      loop
        step := webhooks.recover('${endpoint}', now() - interval '1 hour', batch => 7);
        commit;
        exit when not step.remaining;
      end loop;
    end
    $$`)
  assert.ok((await deliveriesOf(pool, endpoint)).every(({ status }) => status === 'pending'))
})

recovering('is refused for a disabled endpoint and for a window that ends before it begins', async () => {
  const endpoint = await createEndpoint(pool, { tenant_id: newTenant() })
  assert.is((await refusal(recover(endpoint, 'now()', `now() - interval '1 hour'`))).code, 'WHWIN')
  assert.is((await refusal(recover(endpoint, 'null'))).code, 'WHWIN')
  await pool.query('select webhooks.disable_endpoint($1)', [endpoint])
  assert.is((await refusal(recover(endpoint))).code, 'WHOFF')
})

recovering.run()

const replaying = suite('replay')
replaying.after(() => db.drop())

replaying('delivers the events that the endpoint never got', async () => {
  const tenant = newTenant()
  await createEvents(pool, { tenant, count: 3 })
  const endpoint = await createEndpoint(pool, { tenant_id: tenant })
  await createEvents(pool, { tenant })
  await forgetWakeUps(pool)
  const { replayed, remaining } = await replay(endpoint)
  assert.equal([replayed, remaining], [3, false])
  assert.equal((await deliveriesOf(pool, endpoint)).map(({ status }) => status), Array(4).fill('pending'))
  assert.equal(await wakeUpsWaiting(pool), [endpoint])
  assert.is((await replay(endpoint)).replayed, 0)
})

replaying('keeps to the patterns and the filter that the endpoint has now', async () => {
  const tenant = newTenant()
  await createEvents(pool, { tenant, count: 3 })
  await createEvents(pool, { tenant, type: 'delivery.failed' })
  const endpoint = await createEndpoint(pool, { tenant_id: tenant, events: ['test.*'], filter: '$.data.n > 1' })
  assert.is((await replay(endpoint)).replayed, 2)
})

replaying('takes some types only, and knows them', async () => {
  const tenant = newTenant()
  await createEvents(pool, { tenant })
  await createEvents(pool, { tenant, type: 'delivery.failed' })
  const endpoint = await createEndpoint(pool, { tenant_id: tenant })
  const error = await refusal(replay(endpoint, { types: ['delivery.fialed'] }))
  assert.is(error.code, 'WHTYP')
  assert.match(error.hint!, 'delivery.failed')
  assert.is((await replay(endpoint, { types: ['delivery.failed'] })).replayed, 1)
})

replaying('leaves out tests of other endpoints, other tenants and disabled types', async () => {
  const tenant = newTenant()
  const other = await createEndpoint(pool, { tenant_id: tenant })
  await pool.query('select webhooks.send_test($1)', [other])
  await createEvents(pool, { tenant: newTenant() })
  await createEvents(pool, { tenant, type: 'worker.died' })
  await pool.query(`update webhooks.event_types set enabled = false where name = 'worker.died'`)
  const endpoint = await createEndpoint(pool, { tenant_id: tenant })
  assert.is((await replay(endpoint)).replayed, 0)
  await pool.query(`update webhooks.event_types set enabled = true where name = 'worker.died'`)
  assert.is((await replay(endpoint)).replayed, 1)
})

replaying('looks at a batch of events a call and goes on where it stopped', async () => {
  const tenant = newTenant()
  await createEvents(pool, { tenant, count: 25 })
  const endpoint = await createEndpoint(pool, { tenant_id: tenant, filter: '$.data.n > 12' })
  const first = await replay(endpoint, { batch: 10 })
  assert.equal([first.replayed, first.remaining], [0, true])
  const second = await replay(endpoint, { batch: 10, resumeAfter: first.last_event })
  assert.equal([second.replayed, second.remaining], [8, true])
  const third = await replay(endpoint, { batch: 10, resumeAfter: second.last_event })
  assert.equal([third.replayed, third.remaining], [5, false])
})

replaying('keeps order keys, and the time that an event was scheduled for', async () => {
  const tenant = newTenant()
  await createEvents(pool, { tenant, resource: '7' })
  await pool.query(`insert into webhooks.events (tenant_id, type, deliver_at) values ($1, 'test.event', now() + interval '1 day')`, [tenant])
  const endpoint = await createEndpoint(pool, { tenant_id: tenant, ordering: 'resource', payload_format: 'legacy' })
  await replay(endpoint)
  const [first, later] = await deliveriesOf(pool, endpoint)
  assert.equal([first!.order_key, first!.payload_format], ['thing:7', 'legacy'])
  assert.ok(later!.next_retry_at! > new Date(Date.now() + 23 * 3_600_000))
})

replaying('both write what they did into the audit log', async () => {
  const tenant = newTenant()
  await createEvents(pool, { tenant, count: 2 })
  const endpoint = await createEndpoint(pool, { tenant_id: tenant })
  await replay(endpoint)
  for (const { id } of await deliveriesOf(pool, endpoint)) await endDelivery(pool, id, 'failed')
  await recover(endpoint)
  const { rows } = await pool.query(
    `select action, tenant_id, subject_id, after ->> 'deliveries' as deliveries from webhooks.audit_log where subject_id = $1 and action <> 'endpoint.created' order by id`,
    [endpoint],
  )
  const about = { tenant_id: tenant, subject_id: endpoint, deliveries: '2' }
  assert.equal(rows, [
    { action: 'endpoint.replayed', ...about },
    { action: 'endpoint.recovered', ...about },
  ])
})

replaying.run()
