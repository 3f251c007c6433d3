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
/** Paths that hang at times. */
const hangs = new Map<string, () => boolean>()
const isHung = (path: string) => path.startsWith('/hang') || hangs.get(path)?.() === true

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

const makeEndpoint = async (tenant: string, path: string, { maxInFlight = 10, events = '*' } = {}): Promise<void> => {
  await db.pool.query(
    `insert into webhooks.endpoints (tenant_id, url, events, rate_limit, max_in_flight, timeout_ms) values ($1, $2, array[$4], null, $3, 20000)`,
    [tenant, `${receiver.url}${path}`, maxInFlight, events],
  )
}
const unlimited = (tenant: string) => db.pool.query('insert into webhooks.tenant_settings (tenant_id, rate_limit) values ($1, null)', [tenant])
const publish = (tenant: string, count: number, type = 'test.event') =>
  db.pool.query(`insert into webhooks.events (tenant_id, type) select $1, $3 from generate_series(1, $2::integer)`, [tenant, count, type])
const receivedBy = (path: string) => receiver.requests.filter((request) => request.path === `/${path}`).length

let worker = await startTestWorker(db.url, { concurrency: 20 })

const letAllGo = (until: () => boolean, what: string) =>
  waitFor(() => {
    letGo()
    return until()
  }, { deadlineMs: 20_000, what })

/** Fifty deliveries a second reach a healthy endpoint, and those that hang hold ten places; for longer than it takes to be known as slow. */
const flowsFor = async (tenant: string, path: string, seconds: number): Promise<void> => {
  for (let second = 1; second <= seconds; second += 1) {
    await publish(tenant, 50)
    await waitFor(() => receivedBy(path) === 50 * second, { what: 'the healthy endpoint' })
    assert.ok(hanging() <= 10, `${hanging()} of 20 places`)
    const nextMs = performance.now() + 1_000
    await waitFor(() => performance.now() > nextMs, { what: 'a second to pass' })
  }
}

/** A tenant of twenty places: four endpoints for one type of event, one for another. */
const makeCrowd = async (tenant: string, isHanging: () => boolean): Promise<void> => {
  await unlimited(tenant)
  for (let i = 0; i < 4; i += 1) {
    hangs.set(`/${tenant}-${i}`, isHanging)
    await makeEndpoint(tenant, `${tenant}-${i}`, { events: 'crowd.event' })
  }
  await makeEndpoint(tenant, `${tenant}-healthy`, { events: 'test.event' })
}

fairness('endpoints that hang hold at most half of the places, and the others flow', async () => {
  for (const tenant of ['hanging', 'healthy']) await unlimited(tenant)
  for (let i = 0; i < 5; i += 1) await makeEndpoint('hanging', `hang${i}`)
  await makeEndpoint('healthy', 'healthy')
  await publish('hanging', 50)
  await waitFor(() => hanging() >= 10, { what: 'hung requests' })
  await flowsFor('healthy', 'healthy', 4)
  letGo()
})

fairness('an endpoint has no more requests under way than max_in_flight', async () => {
  await letAllGo(() => receiver.requests.filter(({ path }) => isHung(path)).length === 250 && worker.vitals().inFlight === 0, 'the hung ones to end')
  await unlimited('narrow')
  await makeEndpoint('narrow', 'hang-narrow', { maxInFlight: 3 })
  await publish('narrow', 30)
  await letAllGo(() => receivedBy('hang-narrow') === 30, 'all of the narrow endpoint')
  assert.ok(most.get('/hang-narrow')! <= 3, `${most.get('/hang-narrow')} at once`)
})

fairness('a tenant has no more requests under way than its share, and other tenants flow', async () => {
  await letAllGo(() => worker.vitals().inFlight === 0, 'an idle worker')
  await db.pool.query('update webhooks.settings set tenant_max_in_flight = 4')
  await unlimited('wide')
  let isHanging = false
  for (let i = 0; i < 4; i += 1) {
    hangs.set(`/wide${i}`, () => isHanging)
    await makeEndpoint('wide', `wide${i}`)
  }
  // Endpoints that have answered once may use all of it.
  await publish('wide', 1)
  await waitFor(() => [0, 1, 2, 3].every((i) => receivedBy(`wide${i}`) === 1), { what: 'the wide tenant to answer' })
  isHanging = true
  const before = receivedBy('healthy')
  await publish('wide', 5)
  await waitFor(() => hanging() === 4, { what: 'the share to be used' })
  await publish('healthy', 50)
  await waitFor(() => receivedBy('healthy') === before + 50, { what: 'the healthy tenant' })
  assert.is(hanging(), 4)
  await letAllGo(() => [0, 1, 2, 3].every((i) => receivedBy(`wide${i}`) === 6), 'the wide tenant to get everything')
})

fairness('endpoints that hang hold at most half of their tenant\'s places, and its others flow', async () => {
  await letAllGo(() => worker.vitals().inFlight === 0, 'an idle worker')
  await worker.stop(0)
  await db.pool.query('update webhooks.settings set tenant_max_in_flight = 20')
  await db.pool.query(`insert into webhooks.event_types (name) values ('crowd.event')`)
  worker = await startTestWorker(db.url, { concurrency: 200 })
  await makeCrowd('crowd', () => true)
  await publish('crowd', 40, 'crowd.event')
  await waitFor(() => hanging() >= 8, { what: 'hung requests' })
  await flowsFor('crowd', 'crowd-healthy', 4)
  await letAllGo(() => [0, 1, 2, 3].every((i) => receivedBy(`crowd-${i}`) === 40), 'the crowd to get everything')
})

fairness('endpoints that have answered, and hang all at once, leave places to the others of their tenant', async () => {
  let isHanging = false
  await makeCrowd('sudden', () => isHanging)
  await publish('sudden', 1)
  await publish('sudden', 10, 'crowd.event')
  await waitFor(() => [0, 1, 2, 3].every((i) => receivedBy(`sudden-${i}`) === 10) && receivedBy('sudden-healthy') === 1, { what: 'all to have answered' })
  isHanging = true
  await publish('sudden', 2, 'crowd.event')
  await waitFor(() => hanging() === 8, { what: 'each to have two requests under way' })
  await publish('sudden', 40, 'crowd.event')
  await waitFor(() => hanging() === 18, { what: 'all places but the last eighth to be taken' })
  await publish('sudden', 100)
  await waitFor(() => receivedBy('sudden-healthy') === 101, { what: 'the healthy endpoint' })
  assert.is(hanging(), 18)
  await letAllGo(() => [0, 1, 2, 3].every((i) => receivedBy(`sudden-${i}`) === 52), 'the others to get everything')
})

fairness.after(async () => {
  letGo()
  await worker.stop(200)
  await receiver.close()
  await db.drop()
})

fairness.run()
