/** Switches stop sending or capture, and lose only what they say. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { createTestDatabase } from '../support/database.ts'
import { createEndpoint, createEvents, deliveriesOf } from '../support/endpoints.ts'
import { createReceiver } from '../support/receiver.ts'
import { waitFor } from '../support/wait.ts'
import { startTestWorker } from '../support/worker.ts'

const db = await createTestDatabase({ template: 'store' })
const { pool } = db
const receiver = await createReceiver()
const worker = await startTestWorker(db.url)

/** An endpoint of a tenant of its own, and what has come to its path. */
const hook = async (tenant: string) => {
  const endpointId = await createEndpoint(pool, { tenant_id: tenant, url: new URL(tenant, receiver.url).href })
  return { endpointId, arrived: () => receiver.requests.filter(({ path }) => path === `/${tenant}`).length }
}
const statuses = async (endpointId: string) => (await deliveriesOf(pool, endpointId)).map(({ status }) => status)
/** Another tenant's event arrives: the worker has seen the switch, and has had its chance. */
const control = async (tenant: string) => {
  const { arrived } = await hook(tenant)
  await createEvents(pool, { tenant })
  await waitFor(() => arrived() === 1, { what: 'the control to arrive' })
}

const switches = suite('switches')

switches('settings.sending stops everything within a second, and lets it go on without a loss', async () => {
  const { endpointId, arrived } = await hook('everybody')
  await pool.query('update webhooks.settings set sending = false')
  await createEvents(pool, { tenant: 'everybody', count: 3 })
  // Its state may have been read a second ago at most; what it does after that it would do for ever.
  await waitFor(async () => (await pool.query(`select from graphile_worker.jobs where task_identifier = 'deliver'`)).rowCount === 0, { what: 'the wake-up to be answered' })
  assert.equal([arrived(), await statuses(endpointId)], [0, ['pending', 'pending', 'pending']])
  await pool.query('update webhooks.settings set sending = true')
  await waitFor(() => arrived() === 3, { what: 'all three', deadlineMs: 10_000 })
})

switches('OUTBOUND_WEBHOOKS_ENABLED=false: a worker records and sends nothing, and loses nothing', async () => {
  const other = await createTestDatabase({ template: 'core' })
  const silent = await startTestWorker(other.url, { outboundEnabled: false })
  const endpointId = await createEndpoint(other.pool, { url: new URL('outbound', receiver.url).href })
  await createEvents(other.pool, { count: 2 })
  await waitFor(async () => (await other.pool.query(`select from graphile_worker.jobs where task_identifier = 'deliver'`)).rowCount === 0, { what: 'the wake-up to be answered' })
  assert.equal((await deliveriesOf(other.pool, endpointId)).map(({ status, attempts }) => [status, attempts]), [['pending', 0], ['pending', 0]])
  await silent.stop(0)
  const speaking = await startTestWorker(other.url)
  await waitFor(() => receiver.requests.filter(({ path }) => path === '/outbound').length === 2, { what: 'both' })
  await speaking.stop(0)
  await other.drop()
})

switches('tenant_settings.sending stops one tenant alone', async () => {
  const { endpointId, arrived } = await hook('quiet')
  await pool.query(`insert into webhooks.tenant_settings (tenant_id, sending) values ('quiet', false)`)
  await createEvents(pool, { tenant: 'quiet' })
  await control('loud')
  assert.equal([arrived(), await statuses(endpointId)], [0, ['pending']])
  await pool.query(`update webhooks.tenant_settings set sending = true`)
  await waitFor(() => arrived() === 1, { what: 'it to arrive', deadlineMs: 10_000 })
})

switches('a disabled event type is recorded, delivered to nobody, and can be replayed', async () => {
  const { endpointId, arrived } = await hook('typed')
  await pool.query(`update webhooks.event_types set enabled = false where name = 'sale.created'`)
  const [id] = await createEvents(pool, { tenant: 'typed', type: 'sale.created' })
  assert.equal([await statuses(endpointId), (await pool.query('select from webhooks.events where id = $1', [id])).rowCount], [[], 1])
  await pool.query(`update webhooks.event_types set enabled = true`)
  await pool.query(`select webhooks.replay($1, now() - interval '1 hour')`, [endpointId])
  await waitFor(() => arrived() === 1, { what: 'the replayed event' })
})

switches('rowhook.mute keeps the writes of a transaction from making events, and no others', async () => {
  const events = async () => (await pool.query(`select from webhooks.events where type like 'tenant.%'`)).rowCount
  const before = await events()
  await pool.query(`begin; set local rowhook.mute = 'on'; insert into public.tenants (name) values ('muted'); commit`)
  assert.is(await events(), before)
  await pool.query(`insert into public.tenants (name) values ('heard')`)
  assert.is(await events(), before! + 1)
})

switches('settings.capture turns capture off', async () => {
  const events = async () => (await pool.query(`select from webhooks.events where type like 'tenant.%'`)).rowCount
  const before = await events()
  await pool.query('update webhooks.settings set capture = false')
  await pool.query(`insert into public.tenants (name) values ('unseen')`)
  await pool.query('update webhooks.settings set capture = true')
  assert.is(await events(), before)
})

switches.after(async () => {
  await worker.stop(0)
  await receiver.close()
  await db.drop()
})
switches.run()
