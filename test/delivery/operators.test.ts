/** What operators are told, through the engine itself: to the reserved tenant rowhook, to nobody else, and never in a loop. */
import { randomUUID } from 'node:crypto'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { waitFor } from '../support/wait.ts'
import { startEngine } from './support/engine.ts'

const engine = await startEngine()
const { db } = engine
const operators = await engine.hook({ tenant_id: 'rowhook', events: ['*'] })

const told = suite('operational events')
told.after(() => engine.close())

type Told = { readonly type: string; readonly tenant_id: string; readonly resource: { readonly type: string; readonly id: string }; readonly data: Record<string, unknown> }

const all = (): Told[] => operators.requests().map(({ body }) => JSON.parse(body.toString()) as Told)

/** Events of a type about one thing. */
const about = (type: string, id: string): Told[] => all().filter((each) => each.type === type && each.resource.id === id)

const waitForEvent = (type: string, id: string): Promise<Told> => waitFor(() => about(type, id)[0], { what: `${type} of ${id}` })

/** Events of tenant rowhook, delivered or not. */
const recorded = async (): Promise<number> => (await db.pool.query(`select from webhooks.events where tenant_id = 'rowhook'`)).rowCount ?? 0

told('delivery.failed for a dead letter, and delivery.recovered when it is accepted after all', async () => {
  let status = 400
  const hook = await engine.hook({}, () => status)
  const { id, event_id: eventId } = await hook.publish()
  const failed = await waitForEvent('delivery.failed', id)
  assert.is(failed.tenant_id, 'rowhook')
  assert.equal(failed.data, { delivery_id: id, event_id: eventId, endpoint_id: hook.endpointId, tenant_id: hook.tenant, event_type: 'test.event', attempts: 1, last_error: 'HTTP 400: will not be retried' })
  status = 200
  await db.pool.query('select webhooks.retry_delivery($1)', [id])
  const recovered = await waitForEvent('delivery.recovered', id)
  assert.equal([recovered.data['attempts'], recovered.data['last_error']], [2, null])
})

told('nothing of what goes well, or is merely sent again', async () => {
  const hook = await engine.hook()
  const { id } = await hook.publish()
  await engine.waitForStatus(id, 'success')
  await db.pool.query('select webhooks.retry_delivery($1, true)', [id])
  await hook.waitForRequest(2)
  await waitFor(async () => (await engine.delivery(id)).attempts === 2, { what: 'the second attempt' })
  assert.is((await db.pool.query(`select from webhooks.events where tenant_id = 'rowhook' and resource_id = $1`, [id])).rowCount, 0)
})

told('endpoint.failing once when the circuit opens, not for each probe that fails', async () => {
  await db.pool.query(`update webhooks.settings set circuit_failures = 2, circuit_open_min = '10 milliseconds', circuit_open_max = '10 milliseconds'`)
  const hook = await engine.hook({ max_in_flight: 1, max_attempts: 100 }, 500)
  await hook.publish()
  const event = await waitForEvent('endpoint.failing', hook.endpointId)
  assert.equal([event.data['tenant_id'], event.data['name']], [hook.tenant, ''])
  assert.ok(Number(event.data['consecutive_failures']) >= 2)
  await hook.waitForRequest(6)
  await db.pool.query('select webhooks.pause_endpoint($1)', [hook.endpointId])
  await db.pool.query(`update webhooks.settings set circuit_failures = 1000, circuit_open_min = '30 seconds', circuit_open_max = '15 minutes'`)
  assert.is(about('endpoint.failing', hook.endpointId).length, 1)
})

for (const [how, reason, act] of [
  ['by its receiver', 'gone', undefined],
  ['by hand', 'moved', (id: string) => db.pool.query(`select webhooks.disable_endpoint($1, 'moved')`, [id])],
] as const) {
  told(`endpoint.disabled when an endpoint is disabled ${how}`, async () => {
    const hook = await engine.hook({ name: 'ledger' }, 410)
    await (act === undefined ? hook.publish() : act(hook.endpointId))
    const event = await waitForEvent('endpoint.disabled', hook.endpointId)
    assert.equal(event.data, { endpoint_id: hook.endpointId, tenant_id: hook.tenant, name: 'ledger', reason })
  })
}

told('worker.died when the others declare a worker dead', async () => {
  const id = randomUUID()
  await db.pool.query(`insert into webhooks_private.workers (id, host, pid, version, heartbeat_at) values ($1, 'far-away', 1, '0', now() - interval '1 minute')`, [id])
  const event = await waitForEvent('worker.died', id)
  assert.equal([event.data['host'], event.data['how']], ['far-away', 'gone'])
  assert.ok(Date.now() - Date.parse(String(event.data['last_heartbeat_at'])) > 59_000)
})

told('no other tenant’s star gets them, and the star of rowhook gets no other tenant’s events', async () => {
  const hook = await engine.hook({ events: ['*'] })
  const failing = await engine.hook({ tenant_id: hook.tenant }, 400)
  const { id } = await failing.publish()
  await waitForEvent('delivery.failed', id)
  await hook.waitForRequest(1)
  assert.equal(hook.requests().map(({ headers }) => headers['x-event']), ['test.event'])
  assert.not.ok(all().some(({ type }) => type === 'test.event'))
})

told('what becomes of an operator’s own endpoint is told to nobody, so that nothing feeds itself', async () => {
  const deaf = await engine.hook({ tenant_id: 'rowhook', events: ['delivery.failed'] }, 410)
  const broken = await engine.hook({ tenant_id: 'rowhook', events: ['delivery.failed'] }, 400)
  const before = await recorded()
  const hook = await engine.hook({}, 400)
  const { id } = await hook.publish()
  await waitForEvent('delivery.failed', id)
  await waitFor(async () => (await engine.endpoint(deaf.endpointId))['is_active'] === false, { what: 'the deaf one to be disabled' })
  await waitFor(async () => (await db.pool.query(`select from webhooks.deliveries where endpoint_id = $1 and status = 'failed'`, [broken.endpointId])).rowCount === 1, { what: 'the broken one to fail' })
  assert.is(await recorded(), before + 1)
})

told('without an operator’s endpoint nothing is recorded at all', async () => {
  await db.pool.query(`update webhooks.endpoints set deleted_at = now() where tenant_id = 'rowhook' and deleted_at is null`)
  const before = await recorded()
  const hook = await engine.hook({}, 400)
  await engine.waitForStatus((await hook.publish()).id, 'failed')
  assert.is(await recorded(), before)
})

told.run()
