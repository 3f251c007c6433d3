/** webhooks.explain: why each endpoint did or did not get an event, and what happens next. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { createTestDatabase } from '../support/database.ts'
import { createEndpoint, createEvents, deliveriesOf, endDelivery, refusal, type EndpointColumns } from '../support/endpoints.ts'

const db = await createTestDatabase({ template: 'core' })
const { pool } = db

type Row = { endpoint_id: string; endpoint: string; outcome: string; because: string; next: string }
const explain = async (event: string): Promise<Row[]> => (await pool.query<Row>('select * from webhooks.explain($1)', [event])).rows

let tenants = 0
/** An endpoint of a tenant of its own, then an event of that tenant, then what explain says. */
const arrange = async (columns: EndpointColumns = {}, data?: string) => {
  const tenant = `tenant ${++tenants}`
  const endpoint = await createEndpoint(pool, { tenant_id: tenant, ...columns })
  const { rows } = await pool.query<{ id: string }>(
    `insert into webhooks.events (tenant_id, type, data) values ($1, 'test.event', $2) returning id`,
    [tenant, data ?? '{"n":1}'],
  )
  const event = rows[0]!.id
  const [delivery] = await deliveriesOf(pool, endpoint)
  return { tenant, endpoint, event, delivery: delivery?.id ?? '', now: async () => (await explain(event))[0]! }
}
const says = (row: Row, outcome: string, because: RegExp, next: RegExp) => {
  assert.is(row.outcome, outcome)
  assert.match(row.because, because)
  assert.match(row.next, next)
}

const unsent = suite('why an event was not sent')

unsent('no pattern matches', async () => says(await (await arrange({ events: ['delivery.*'] })).now(), 'not sent', /asks for delivery\.\*, which test\.event does not match/, /replay/))

unsent('the filter says no', async () => says(await (await arrange({ filter: '$.data.n > 5' })).now(), 'not sent', /is not true for this event/, /replay/))

unsent('the filter yields nothing', async () => says(await (await arrange({ filter: '$.data.m' })).now(), 'not sent', /yields nothing/, /replay/))

unsent('the filter fails', async () => says(await (await arrange({ filter: 'strict $.data.m.k' })).now(), 'not sent', /fails on this event \(/, /replay/))

unsent('the event cannot become jsonb', async () =>
  says(await (await arrange({ filter: '$.data.n' }, String.raw`{"n":"\u0000"}`)).now(), 'not sent', /what jsonb cannot/, /replay/))

unsent('the endpoint is disabled', async () => says(await (await arrange({ is_active: false, disabled_reason: 'gone' })).now(), 'not sent', /disabled \(gone\)/, /Enable/))

unsent('the endpoint was deleted', async () => {
  const { endpoint, tenant } = await arrange()
  await pool.query('select webhooks.delete_endpoint($1)', [endpoint])
  const [event] = await createEvents(pool, { tenant })
  says((await explain(event!))[0]!, 'not sent', /was deleted at/, /^Nothing\.$/)
})

unsent('the endpoint was made later', async () => {
  const { tenant, event } = await arrange()
  await createEndpoint(pool, { tenant_id: tenant, name: 'newcomer' })
  says((await explain(event)).find((row) => row.endpoint === 'newcomer')!, 'not sent', /after the event/, /replay/)
})

unsent('the event type is disabled', async () => {
  await pool.query(`update webhooks.event_types set enabled = false where name = 'test.event'`)
  const { now } = await arrange()
  await pool.query('select 1')
  says(await now(), 'not sent', /type test\.event is disabled/, /replay/)
  await pool.query(`update webhooks.event_types set enabled = true where name = 'test.event'`)
})

unsent('the event was a test of another endpoint', async () => {
  const { tenant, endpoint } = await arrange()
  await createEndpoint(pool, { tenant_id: tenant, name: 'other' })
  const { rows } = await pool.query<{ id: string }>('select webhooks.send_test($1) as id', [endpoint])
  const answers = await explain(rows[0]!.id)
  says(answers.find((row) => row.endpoint === 'other')!, 'not sent', /another endpoint alone/, /^Nothing\.$/)
  says(answers.find((row) => row.endpoint_id === endpoint)!, 'pending', /this endpoint alone/, /due/)
})

unsent('the endpoint has changed since', async () => {
  const { endpoint, now } = await arrange({ events: ['delivery.*'] })
  await pool.query(`update webhooks.endpoints set events = '{*}' where id = $1`, [endpoint])
  says(await now(), 'not sent', /matches as it is now, but did not when/, /replay/)
})

unsent.run()

const sent = suite('what happens next')
sent.after(() => db.drop())

sent('nothing after a success', async () => {
  const { delivery, now } = await arrange()
  await endDelivery(pool, delivery, 'success', 2)
  await pool.query('update webhooks.deliveries set response_code = 204 where id = $1', [delivery])
  says(await now(), 'success', /asks for \*\. Delivered at .*, attempt 2, HTTP 204/, /done/)
})

sent('a retry by hand after a failure', async () => {
  const { delivery, now } = await arrange()
  await endDelivery(pool, delivery, 'failed')
  await pool.query(`update webhooks.deliveries set last_error = 'It answered 500.' where id = $1`, [delivery])
  says(await now(), 'failed', /after 5 attempts: It answered 500\./, /retry_delivery/)
})

for (const status of ['cancelled', 'expired'] as const) {
  sent(`a retry by hand when it was ${status}`, async () => {
    const { delivery, now } = await arrange()
    await endDelivery(pool, delivery, status)
    says(await now(), status, new RegExp(status, 'i'), /retry_delivery/)
  })
}

sent('the next attempt', async () => {
  const { delivery, now } = await arrange()
  await pool.query(`update webhooks.deliveries set status = 'retrying', attempts = 2, next_retry_at = now() + interval '1 hour', last_error = 'It answered 500.' where id = $1`, [delivery])
  says(await now(), 'retrying', /2 attempts failed so far: It answered 500/, /^Attempt 3 of 5 at /)
})

sent('a worker, if one is running', async () => {
  const { endpoint, now } = await arrange()
  says(await now(), 'pending', /asks for \*/, /no worker is running/)
  await pool.query(`insert into webhooks_private.workers (id, host, pid, version) values (webhooks_private.new_id(), 'a', 1, '0')`)
  says(await now(), 'pending', /asks for \*/, /a worker takes it/)
  const worker = await db.connect()
  await worker.query('select pg_advisory_lock(webhooks_private.lane_lock($1))', [endpoint])
  says(await now(), 'pending', /asks for \*/, /a worker serves the endpoint/)
  await worker.end()
})

sent('the endpoint is paused', async () => {
  const { endpoint, now } = await arrange()
  await pool.query('select webhooks.pause_endpoint($1)', [endpoint])
  says(await now(), 'pending', /./, /paused since/)
})

for (const [reason, sentence] of [['retry-after', /Retry-After/], ['circuit open', /circuit is open/]] as const) {
  sent(`the lane is held: ${reason}`, async () => {
    const { endpoint, now } = await arrange()
    await pool.query(`insert into webhooks_private.lanes (endpoint_id, held_until, held_reason) values ($1, now() + interval '1 hour', $2)`, [endpoint, reason])
    says(await now(), 'pending', /./, sentence)
  })
}

sent('an earlier delivery comes first', async () => {
  const { tenant, endpoint } = await arrange({ ordering: 'endpoint' })
  const [second] = await createEvents(pool, { tenant })
  const [head] = await deliveriesOf(pool, endpoint)
  says((await explain(second!))[0]!, 'pending', /./, new RegExp(`waits for delivery ${head!.id}`))
})

sent('the rate is used up', async () => {
  const { endpoint, now } = await arrange()
  await pool.query(`insert into webhooks_private.lanes (endpoint_id, pace_used_until) values ($1, now() + interval '1 minute')`, [endpoint])
  says(await now(), 'pending', /./, /rate of 100 a minute/)
})

sent('sending is switched off', async () => {
  const { tenant, now } = await arrange()
  await pool.query('insert into webhooks.tenant_settings (tenant_id, sending) values ($1, false)', [tenant])
  says(await now(), 'pending', /./, /switched off for this tenant/)
  await pool.query('update webhooks.settings set sending = false')
  says(await now(), 'pending', /./, /switched off for everybody/)
  await pool.query('update webhooks.settings set sending = true')
})

sent('keeps roles to their tenant', async () => {
  const { event, tenant } = await arrange()
  const viewer = await db.connect('rowhook_viewer')
  const ask = () => viewer.query('select * from webhooks.explain($1)', [event])
  assert.is((await refusal(ask())).code, 'WHNOF')
  await viewer.query(`select set_config('rowhook.tenant_id', $1, false)`, [tenant])
  assert.is((await ask()).rowCount, 1)
  await viewer.end()
})

sent.run()
