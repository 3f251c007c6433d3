/** Slow and dead endpoints keep to their share: of a process's places, of their tenant's, and of their own. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { createTestDatabase } from '../support/database.ts'
import { createReceiver, type ReceivedRequest } from '../support/receiver.ts'
import { waitFor } from '../support/wait.ts'
import { startTestWorker } from '../support/worker.ts'

const fairness = suite('fairness')

const db = await createTestDatabase({ template: 'core' })
const receiver = await createReceiver()
/** Requests that are waiting for their answer, by path. */
const waiting = new Map<string, Set<() => void>>()
const most = new Map<string, number>()
const isHung = (path: string) => path.startsWith('/hang')

receiver.respond(async ({ path }: ReceivedRequest) => {
  if (!isHung(path)) return 200
  const hung = waiting.get(path) ?? new Set()
  waiting.set(path, hung)
  await new Promise<void>((resolve) => {
    hung.add(resolve)
    most.set(path, Math.max(most.get(path) ?? 0, hung.size))
  })
  return 200
})

const letGo = () => {
  for (const hung of waiting.values()) {
    for (const answer of hung) answer()
    hung.clear()
  }
}
const hanging = () => [...waiting.values()].reduce((sum, hung) => sum + hung.size, 0)

const makeEndpoint = async (tenant: string, path: string, maxInFlight = 10): Promise<void> => {
  await db.pool.query(
    `insert into webhooks.endpoints (tenant_id, url, events, rate_limit, max_in_flight, timeout_ms) values ($1, $2, '{*}', null, $3, 20000)`,
    [tenant, `${receiver.url}${path}`, maxInFlight],
  )
}
const unlimited = (tenant: string) => db.pool.query('insert into webhooks.tenant_settings (tenant_id, rate_limit) values ($1, null)', [tenant])
const publish = (tenant: string, count: number) =>
  db.pool.query(`insert into webhooks.events (tenant_id, type) select $1, 'test.event' from generate_series(1, $2::integer)`, [tenant, count])
const receivedBy = (path: string) => receiver.requests.filter((request) => request.path === `/${path}`).length

const worker = await startTestWorker(db.url, { concurrency: 20 })

fairness('endpoints that hang hold at most half of the places, and the others flow', async () => {
  for (const tenant of ['hanging', 'healthy']) await unlimited(tenant)
  for (let i = 0; i < 5; i += 1) await makeEndpoint('hanging', `hang${i}`)
  await makeEndpoint('healthy', 'healthy')
  await publish('hanging', 50)
  await waitFor(() => hanging() >= 10, { what: 'hung requests' })
  await publish('healthy', 200)
  await waitFor(() => receivedBy('healthy') === 200, { what: 'the healthy endpoint' })
  assert.ok(hanging() <= 10, `${hanging()} of 20 places`)
  letGo()
})

fairness('an endpoint has no more requests under way than max_in_flight', async () => {
  await waitFor(() => {
    letGo()
    return receiver.requests.filter(({ path }) => isHung(path)).length === 250 && worker.vitals().inFlight === 0
  }, { deadlineMs: 20_000, what: 'the hung ones to end' })
  await unlimited('narrow')
  await makeEndpoint('narrow', 'hang-narrow', 3)
  await publish('narrow', 30)
  await waitFor(() => {
    letGo()
    return receivedBy('hang-narrow') === 30
  }, { deadlineMs: 10_000, what: 'all of the narrow endpoint' })
  assert.ok(most.get('/hang-narrow')! <= 3, `${most.get('/hang-narrow')} at once`)
})

fairness('a tenant has no more requests under way than its share, and other tenants flow', async () => {
  await waitFor(() => {
    letGo()
    return worker.vitals().inFlight === 0
  }, { what: 'an idle worker' })
  await db.pool.query('update webhooks.settings set tenant_max_in_flight = 4')
  await unlimited('wide')
  for (let i = 0; i < 4; i += 1) await makeEndpoint('wide', `hang-wide${i}`)
  const before = receivedBy('healthy')
  await publish('wide', 5)
  await waitFor(() => hanging() === 4, { what: 'the share to be used' })
  await publish('healthy', 50)
  await waitFor(() => receivedBy('healthy') === before + 50, { what: 'the healthy tenant' })
  assert.is(hanging(), 4)
  await waitFor(() => {
    letGo()
    return [0, 1, 2, 3].every((i) => receivedBy(`hang-wide${i}`) === 5)
  }, { deadlineMs: 10_000, what: 'the wide tenant to get everything' })
})

fairness.after(async () => {
  letGo()
  await worker.stop(200)
  await receiver.close()
  await db.drop()
})

fairness.run()
