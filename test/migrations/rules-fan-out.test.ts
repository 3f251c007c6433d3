/** From an event to its deliveries: which endpoints get it. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { createTestDatabase } from '../support/database.ts'
import { createEndpoint, createEvents, deliveriesOf, forgetWakeUps, refusal, wakeUpsWaiting } from '../support/endpoints.ts'

const db = await createTestDatabase({ template: 'core' })
const { pool } = db
await pool.query(`insert into webhooks.event_types (name) values ('sale.created'), ('sale.line.added'), ('sale_line.added'), ('order.created')`)

let tenants = 0
const newTenant = () => `tenant ${++tenants}`
/** The types out of `types` that an endpoint with these patterns gets. */
const gets = async (events: string[], types: string[]) => {
  const tenant = newTenant()
  const endpoint = await createEndpoint(pool, { tenant_id: tenant, events })
  for (const type of types) await createEvents(pool, { tenant, type })
  const { rows } = await pool.query<{ type: string }>('select event_type as type from webhooks.deliveries where endpoint_id = $1 order by id', [endpoint])
  return rows.map(({ type }) => type)
}
/** Whether an endpoint with this filter gets an event with this data. */
const accepts = async (filter: string, data: string) => {
  const tenant = newTenant()
  const endpoint = await createEndpoint(pool, { tenant_id: tenant, filter })
  await pool.query(`insert into webhooks.events (tenant_id, type, resource_type, data) values ($1, 'sale.created', 'sale', $2)`, [tenant, data])
  return (await deliveriesOf(pool, endpoint)).length === 1
}

const all = ['sale.created', 'sale.line.added', 'sale_line.added', 'order.created']
const patterns = suite('patterns')

for (const [events, expected] of [
  [['sale.created'], ['sale.created']],
  [['sale.*'], ['sale.created', 'sale.line.added']],
  [['sale.line.*'], ['sale.line.added']],
  [['*'], all],
  [['sale.created', 'sale.*', '*'], all],
  [['order.created', 'sale_line.*'], ['sale_line.added', 'order.created']],
] as const) {
  patterns(`${events.join(', ')} gets ${expected.join(', ')}`, async () => assert.equal(await gets([...events], all), expected))
}
patterns.run()

const filters = suite('filters')

for (const [filter, data, expected] of [
  ['$.data.amount > 100', '{"amount":101}', true],
  ['$.data.amount > 100', '{"amount":100}', false],
  ['$.data.amount ? (@ > 100)', '{"amount":101}', true],
  ['$.data.amount ? (@ > 100)', '{"amount":99}', false],
  ['$.data.amount ? (@ > 100)', '{}', false],
  ['$.data.paid', '{"paid":true}', true],
  ['$.data.paid', '{"paid":false}', false],
  ['$.data.paid', '{"paid":null}', false],
  ['$.data.paid', '{"paid":0}', true],
  ['$.type == "sale.created"', '{}', true],
  ['$.resource.type == "sale"', '{}', true],
  ['$.tenant_id == "somebody else"', '{}', false],
  ['strict $.data.missing.deeper', '{}', false],
  ['$.data.amount > 100', '{"amount":"much"}', false],
  // These raise an error in silent mode too, inside the transaction of whoever writes.
  ['$.data.at.datetime() < "2024-01-01".datetime()', '{"at":"2024-01-01T10:00:00+00:00"}', false],
  ['$.data.at.datetime("HH24:MI foo")', '{"at":"12:00"}', false],
  ['$.data.text == "x"', '{"text":"x","other":"\\u0000"}', false],
  ['$.data.n > 0', '{"n":1e400000}', false],
] as const) {
  filters(`${filter} ${expected ? 'accepts' : 'leaves out'} ${data}`, async () => assert.is(await accepts(filter, data), expected))
}
filters('a filter that cannot be tried does not refuse the event', async () => {
  const tenant = newTenant()
  const [filtered, plain] = [await createEndpoint(pool, { tenant_id: tenant, filter: '$.data.x' }), await createEndpoint(pool, { tenant_id: tenant })]
  await pool.query(`insert into webhooks.events (tenant_id, type, data) values ($1, 'sale.created', '{"x":"\\u0000"}')`, [tenant])
  assert.equal([(await deliveriesOf(pool, filtered)).length, (await deliveriesOf(pool, plain)).length], [0, 1])
})
filters.run()

const fanOut = suite('fan-out')

fanOut('reaches the endpoints of the event\'s tenant only', async () => {
  const [mine, other] = [newTenant(), newTenant()]
  const [a, b] = [await createEndpoint(pool, { tenant_id: mine }), await createEndpoint(pool, { tenant_id: other })]
  await createEvents(pool, { tenant: mine })
  await createEvents(pool, { tenant: 'rowhook', type: 'worker.died' })
  assert.equal([(await deliveriesOf(pool, a)).length, (await deliveriesOf(pool, b)).length], [1, 0])
})

fanOut('leaves out what is disabled or deleted, and keeps the event', async () => {
  const tenant = newTenant()
  const off = await createEndpoint(pool, { tenant_id: tenant, is_active: false })
  const gone = await createEndpoint(pool, { tenant_id: tenant })
  await pool.query('select webhooks.delete_endpoint($1)', [gone])
  const [event] = await createEvents(pool, { tenant })
  assert.equal([...(await deliveriesOf(pool, off)), ...(await deliveriesOf(pool, gone))], [])
  assert.is((await pool.query('select from webhooks.events where id = $1', [event])).rowCount, 1)
})

fanOut('a paused endpoint collects and is not woken', async () => {
  const tenant = newTenant()
  const endpoint = await createEndpoint(pool, { tenant_id: tenant, paused_at: new Date() })
  await forgetWakeUps(pool)
  await createEvents(pool, { tenant })
  assert.equal([(await deliveriesOf(pool, endpoint)).length, await wakeUpsWaiting(pool)], [1, []])
})

fanOut('a wake-up that was given up, by hand or after all its tries, does not stand for one to come', async () => {
  const tenant = newTenant()
  const endpoint = await createEndpoint(pool, { tenant_id: tenant })
  await forgetWakeUps(pool)
  await createEvents(pool, { tenant })
  await createEvents(pool, { tenant })
  assert.equal(await wakeUpsWaiting(pool), [endpoint])
  await pool.query('select graphile_worker.permanently_fail_jobs(array(select id from graphile_worker.jobs))')
  await createEvents(pool, { tenant })
  assert.equal(await wakeUpsWaiting(pool), [endpoint, endpoint])
})

fanOut('an event for one endpoint reaches it whatever it asks for, and only within the tenant', async () => {
  const tenant = newTenant()
  const [aim, other] = [await createEndpoint(pool, { tenant_id: tenant, events: ['order.*'], filter: '$.data.never' }), await createEndpoint(pool, { tenant_id: tenant })]
  const aimed = (whose: string) => pool.query(`insert into webhooks.events (tenant_id, type, endpoint_id) values ($1, 'sale.created', $2)`, [whose, aim])
  await aimed(tenant)
  await aimed(newTenant())
  assert.equal([(await deliveriesOf(pool, aim)).length, (await deliveriesOf(pool, other)).length], [1, 0])
})

fanOut('events of a disabled type are recorded and delivered to nobody', async () => {
  const tenant = newTenant()
  const endpoint = await createEndpoint(pool, { tenant_id: tenant })
  await pool.query(`update webhooks.event_types set enabled = false where name = 'order.created'`)
  await createEvents(pool, { tenant, type: 'order.created' })
  await pool.query(`update webhooks.event_types set enabled = true where name = 'order.created'`)
  assert.equal(await deliveriesOf(pool, endpoint), [])
})

fanOut('deliver_at is when the deliveries are due', async () => {
  const tenant = newTenant()
  const endpoint = await createEndpoint(pool, { tenant_id: tenant })
  await pool.query(`insert into webhooks.events (tenant_id, type, deliver_at) values ($1, 'sale.created', '2100-01-01 00:00Z')`, [tenant])
  assert.is((await deliveriesOf(pool, endpoint))[0]!.next_retry_at!.toISOString(), '2100-01-01T00:00:00.000Z')
})

fanOut('order keys follow the endpoint\'s ordering', async () => {
  const tenant = newTenant()
  const keys = async (ordering: string) => {
    const endpoint = await createEndpoint(pool, { tenant_id: tenant, ordering })
    await createEvents(pool, { tenant, resource: '7' })
    await createEvents(pool, { tenant })
    return (await deliveriesOf(pool, endpoint)).map(({ order_key: key }) => key)
  }
  assert.equal([await keys('none'), await keys('resource'), await keys('endpoint')], [[null, null], ['thing:7', null], ['', '']])
})

fanOut('10,000 events of one statement make 10,000 deliveries and one wake-up an endpoint', async () => {
  const tenant = newTenant()
  const endpoints = [await createEndpoint(pool, { tenant_id: tenant }), await createEndpoint(pool, { tenant_id: tenant, filter: '$.data.n <= 10' })]
  await forgetWakeUps(pool)
  await createEvents(pool, { tenant, count: 10_000 })
  assert.equal(await Promise.all(endpoints.map(async (id) => (await deliveriesOf(pool, id)).length)), [10_000, 10])
  assert.equal(new Set(await wakeUpsWaiting(pool)), new Set(endpoints))
  assert.is((await wakeUpsWaiting(pool)).length, 2)
})

fanOut('a second delivery of an event to an endpoint cannot exist', async () => {
  const tenant = newTenant()
  const endpoint = await createEndpoint(pool, { tenant_id: tenant })
  await createEvents(pool, { tenant })
  const [{ id } = { id: '' }] = await deliveriesOf(pool, endpoint)
  const again = pool.query(
    `insert into webhooks.deliveries (id, event_id, endpoint_id, tenant_id, event_type, max_attempts)
     select id, event_id, endpoint_id, tenant_id, event_type, max_attempts from webhooks.deliveries where id = $1`, [id])
  assert.is((await refusal(again)).code, '23505')
  const { rows } = await pool.query(
    `select d.id = webhooks_private.delivery_id(d.event_id, d.endpoint_id) as derived, left(d.id::text, 18) = left(d.event_id::text, 18) as beside
       from webhooks.deliveries as d where d.id = $1`, [id])
  assert.equal(rows, [{ derived: true, beside: true }])
})

fanOut('an event cannot be changed', async () => {
  const [id] = await createEvents(pool)
  assert.is((await refusal(pool.query(`update webhooks.events set type = 'sale.created' where id = $1`, [id]))).code, 'WHIMM')
})

fanOut.run()

const schedule = suite('calculate_next_retry')
schedule.after(() => db.drop())

const minutes = async (call: string) => {
  const { rows } = await pool.query<{ m: number }>(`select extract(epoch from ${call} - now())::double precision / 60 as m`)
  return rows[0]!.m
}
for (const [attempts, expected] of [[0, 1], [1, 1], [2, 5], [3, 15], [4, 60], [5, 240], [6, 240], [1000, 240]] as const) {
  schedule(`after ${attempts} attempts: ${expected} minutes`, async () => {
    assert.is(await minutes(`webhooks.calculate_next_retry(${attempts})`), expected)
    assert.is(await minutes(`webhooks.calculate_next_retry(${attempts}, '{1 min,5 min,15 min,1 hour,4 hours}', 0)`), expected)
  })
}
schedule('an endpoint\'s schedule repeats its last wait', async () => assert.is(await minutes(`webhooks.calculate_next_retry(9, '{2 min,3 min}', 0)`), 3))
schedule('jitter varies a wait by its share, up and down', async () => {
  const { rows } = await pool.query<{ least: number; most: number }>(
    `select min(m)::double precision as least, max(m)::double precision as most
       from (select extract(epoch from webhooks.calculate_next_retry(1, '{100 min}', 0.1) - now()) / 60 as m from generate_series(1, 2000)) as tries`)
  const { least, most } = rows[0]!
  assert.ok(least >= 90 && least < 92 && most <= 110 && most > 108, `${least} ${most}`)
})
schedule.run()
