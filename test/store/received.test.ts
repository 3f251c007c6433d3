/** Every event type of the store arrives over HTTP, signed so that the official library and a hand computation accept it. */
import { createHmac } from 'node:crypto'
import { Webhook } from 'standardwebhooks'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { createTestDatabase } from '../support/database.ts'
import { createReceiver, type ReceivedRequest } from '../support/receiver.ts'
import { waitFor } from '../support/wait.ts'
import { startTestWorker } from '../support/worker.ts'
import { cases } from './cases.ts'
import { runCase } from './run-case.ts'

const db = await createTestDatabase({ template: 'store' })
const receiver = await createReceiver()
const worker = await startTestWorker(db.url)

const requestsTo = (path: string) => receiver.requests.filter((request) => request.path === path)

const secretOf = async (endpointId: string): Promise<string> => {
  const { rows } = await db.pool.query<{ secret: string }>('select secret from webhooks_private.endpoint_secrets where endpoint_id = $1', [endpointId])
  return rows[0]!.secret
}

/** The body, if the official library accepts it; it throws otherwise. */
const verified = ({ body, headers }: ReceivedRequest, secret: string) =>
  new Webhook(secret).verify(body.toString(), headers as Record<string, string>) as Record<string, unknown>

const received = suite('a write to the store is received')

received.after(async () => {
  await worker.stop()
  await receiver.close()
  await db.drop()
})

for (const each of cases) {
  received(`as a signed ${each.type}`, async () => {
    const path = `/${each.type}`
    const { endpointId, event } = await runCase(db.pool, each, `${receiver.url}${each.type}`)
    const request = await waitFor(() => requestsTo(path)[0], { what: `${each.type} to arrive` })
    const secret = await secretOf(endpointId)

    const { id, timestamp, previous: _, ...body } = verified(request, secret)
    assert.equal(body, {
      type: event.type,
      tenant_id: event.tenant_id,
      resource: { type: event.resource_type, id: event.resource_id },
      data: event.data,
    })
    assert.is(request.headers['webhook-id'], id)
    assert.is(request.headers['x-event'], each.type)
    assert.match(timestamp as string, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
    assert.is(request.headers['x-signature'], `sha256=${createHmac('sha256', secret).update(request.body).digest('hex')}`)
  })
}

received('once each', async () => {
  const { rows } = await waitFor(
    async () => {
      const counted = await db.pool.query<{ open: number; successes: number }>(
        `select count(*) filter (where finished_at is null)::integer as open, count(*) filter (where status = 'success')::integer as successes from webhooks.deliveries`,
      )
      return counted.rows[0]!.open === 0 && counted
    },
    { what: 'all deliveries to end' },
  )
  assert.is(rows[0]!.successes, receiver.requests.length)
  const repeated = cases.filter(({ type }) => new Set(requestsTo(`/${type}`).map(({ headers }) => headers['webhook-id'])).size !== requestsTo(`/${type}`).length)
  assert.equal(repeated, [])
})

received.run()
