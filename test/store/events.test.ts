/** Every event type of the store is made by a write to its table: this one event, with these data, and one delivery of it. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { createTestDatabase } from '../support/database.ts'
import { cases } from './cases.ts'
import { runCase } from './run-case.ts'

const db = await createTestDatabase({ template: 'store' })

/** Events of a tenant since the endpoint was made, which was right before the write. */
const eventsSince = async (tenantId: string, endpointId: string) => {
  const { rows } = await db.pool.query(
    `select e.tenant_id, e.type, e.resource_type, e.resource_id, e.data
       from webhooks.events as e
      where e.tenant_id = $1 and e.id > $2
      order by e.id`,
    [tenantId, endpointId],
  )
  return rows
}

const deliveriesTo = async (endpointId: string) => {
  const { rows } = await db.pool.query(
    'select tenant_id, event_type as type, resource_type, resource_id, status from webhooks.deliveries where endpoint_id = $1',
    [endpointId],
  )
  return rows
}

const events = suite('a write to the store')

events.after(() => db.drop())

for (const each of cases) {
  events(`makes ${each.type}, and nothing else`, async () => {
    const { tenantId, endpointId, event } = await runCase(db.pool, each, 'https://example.com/')
    const { data: _, ...delivered } = event
    assert.equal(await eventsSince(tenantId, endpointId), [event])
    assert.equal(await deliveriesTo(endpointId), [{ ...delivered, status: 'pending' }])
  })
}

events('has a case for every event that watch was told of', async () => {
  const { rows } = await db.pool.query<{ event: string }>('select distinct event from webhooks.capture_rules')
  assert.equal(cases.map(({ type }) => type).toSorted(), rows.map(({ event }) => event).toSorted())
})

events.run()
