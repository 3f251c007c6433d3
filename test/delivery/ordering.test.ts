/** Deliveries in order, where an endpoint asks for it: one after the other, whatever becomes of each, and nobody else waits. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { Answer, ReceivedRequest } from '../support/receiver.ts'
import { deliveriesOf } from '../support/endpoints.ts'
import { waitFor } from '../support/wait.ts'
import { startEngine, type Hook } from './support/engine.ts'

const engine = await startEngine()
const { db } = engine

const ordering = suite('ordering')
ordering.after(() => engine.close())

type Seen = { readonly resource: string | null; readonly n: number }

const seen = ({ body }: ReceivedRequest): Seen => {
  const { resource, data } = JSON.parse(body.toString()) as { resource: { id: string } | null; data: { n: number } }
  return { resource: resource?.id ?? null, n: data.n }
}

/**
 * An endpoint whose receiver takes a few milliseconds for each request and notes what overlapped.
 * @param by what may not overlap with itself
 */
const watched = async (columns: Record<string, unknown>, by: (event: Seen) => string | null, answer: (event: Seen, nth: number) => number = () => 200) => {
  const underWay = new Map<string | null, number>()
  const overlaps: Seen[] = []
  let most = 0
  let inAll = 0
  const times = new Map<string, number>()
  const hook = await engine.hook(columns, async (request): Promise<Answer> => {
    const event = seen(request)
    const turn = by(event)
    const name = `${event.resource} ${event.n}`
    times.set(name, (times.get(name) ?? 0) + 1)
    underWay.set(turn, (underWay.get(turn) ?? 0) + 1)
    most = Math.max(most, ++inAll)
    if (turn !== null && underWay.get(turn)! > 1) overlaps.push(event)
    await new Promise((resolve) => setTimeout(resolve, 3 + (event.n % 3) * 4))
    underWay.set(turn, underWay.get(turn)! - 1)
    inAll -= 1
    return { status: answer(event, times.get(name)!) }
  })
  const sequence = (resource?: string | null) => hook.requests().map(seen).filter((each) => resource === undefined || each.resource === resource).map(({ n }) => n)
  return { hook, overlaps, sequence, most: () => most }
}

/** `count` events for each resource in turn, in one statement each. */
const publishAll = async (hook: Hook, resources: readonly (string | null)[], from: number, to: number) => {
  for (let n = from; n <= to; n++) {
    await db.pool.query(
      `insert into webhooks.events (tenant_id, type, resource_type, resource_id, data)
       select $1, 'test.event', case when r is not null then 'thing' end, r, json_build_object('n', $3::integer) from unnest($2::text[]) as r`,
      [hook.tenant, resources, n],
    )
  }
}

const haveEnded = (hook: Hook, count: number, deadlineMs = 10_000) =>
  waitFor(async () => (await deliveriesOf(db.pool, hook.endpointId)).filter(({ finished_at }) => finished_at !== null).length === count, { what: `${count} deliveries to have ended`, deadlineMs })

const upTo = (n: number) => Array.from({ length: n }, (_, i) => i + 1)

ordering('by resource: one after the other, while other resources go at the same time', async () => {
  const { hook, overlaps, sequence, most } = await watched({ ordering: 'resource' }, ({ resource }) => resource)
  await publishAll(hook, ['a', 'b', 'c', 'd'], 1, 15)
  await haveEnded(hook, 60)
  assert.equal(overlaps, [])
  for (const resource of ['a', 'b', 'c', 'd']) assert.equal(sequence(resource), upTo(15))
  assert.ok(most() > 1, 'resources do not wait for each other')
})

ordering('by resource: events without one are in no order', async () => {
  const { hook, most } = await watched({ ordering: 'resource' }, () => null)
  await publishAll(hook, Array.from({ length: 30 }, () => null), 1, 1)
  await haveEnded(hook, 30)
  assert.ok(most() > 1)
})

ordering('by endpoint: one after the other across resources', async () => {
  const { hook, overlaps, sequence } = await watched({ ordering: 'endpoint' }, () => 'all')
  await publishAll(hook, ['a'], 1, 10)
  await publishAll(hook, [null], 11, 20)
  await publishAll(hook, ['b'], 21, 30)
  await haveEnded(hook, 30)
  assert.equal(overlaps, [])
  assert.equal(sequence(), upTo(30))
})

ordering('retries keep their place, and one that fails for good lets the next go', async () => {
  // Each third is refused for good, each second fails once.
  const { hook, overlaps, sequence } = await watched({ ordering: 'resource' }, ({ resource }) => resource, ({ n }, nth) => (n % 3 === 0 ? 400 : n % 2 === 0 && nth === 1 ? 500 : 200))
  await publishAll(hook, ['a', 'b'], 1, 6)
  await haveEnded(hook, 12)
  assert.equal(overlaps, [])
  for (const resource of ['a', 'b']) assert.equal(sequence(resource), [1, 2, 2, 3, 4, 4, 5, 6])
  assert.equal((await deliveriesOf(db.pool, hook.endpointId)).filter(({ status }) => status === 'failed').length, 4)
})

ordering('what waits behind a retry of an hour spends nothing, and others are not held up', async () => {
  const { hook, sequence } = await watched({ ordering: 'resource', retry_schedule: '{1 hour}' }, ({ resource }) => resource, ({ resource }) => (resource === 'stuck' ? 503 : 200))
  await publishAll(hook, ['stuck', 'free'], 1, 5)
  await haveEnded(hook, 5)
  assert.equal(sequence('free'), upTo(5))
  assert.equal(sequence('stuck'), [1])
  const stuck = (await deliveriesOf(db.pool, hook.endpointId)).filter(({ finished_at }) => finished_at === null)
  assert.equal(stuck.map(({ attempts }) => attempts), [1, 0, 0, 0, 0])
})

ordering('is kept while workers come and go', async () => {
  const { hook, overlaps, sequence } = await watched({ ordering: 'resource' }, ({ resource }) => resource)
  const first = engine.worker()
  await engine.launch()
  const publishing = publishAll(hook, ['a', 'b', 'c'], 1, 40)
  await hook.waitForRequest(20)
  await first.stop()
  await publishing
  await haveEnded(hook, 120)
  assert.equal(overlaps, [])
  for (const resource of ['a', 'b', 'c']) assert.equal(sequence(resource), upTo(40))
})

ordering('an earlier one that is retried by hand waits for the one under way, and goes before the rest', async () => {
  let answerSecond: () => void = () => undefined
  const hook = await engine.hook({ ordering: 'endpoint' }, (request) => {
    const { n } = seen(request)
    if (n === 2) return new Promise<number>((resolve) => (answerSecond = () => resolve(200)))
    return n === 1 && hook.requests().length === 1 ? 400 : 200
  })
  const first = await hook.publish('{"n":1}')
  await engine.waitForStatus(first.id, 'failed')
  await hook.publish('{"n":2}')
  const third = await hook.publish('{"n":3}')
  await hook.waitForRequest(2)
  await db.pool.query('select webhooks.retry_delivery($1)', [first.id])
  // Longer than any pause between two reads of a lane that is busy.
  const witness = await engine.hook({ retry_schedule: '{300 milliseconds}' }, () => (witness.requests().length === 1 ? 500 : 200))
  await engine.waitForStatus((await witness.publish()).id, 'success')
  assert.is(hook.requests().length, 2)
  answerSecond()
  await engine.waitForStatus(third.id, 'success')
  assert.equal(hook.requests().map((request) => seen(request).n), [1, 2, 1, 3])
})

ordering('the next waits for the answer of one that is cancelled while under way', async () => {
  let answer: () => void = () => undefined
  const hook = await engine.hook({ ordering: 'resource' }, () => (hook.requests().length === 1 ? new Promise<number>((resolve) => (answer = () => resolve(500))) : 200))
  const first = await hook.publish('{"n":1}', 'a')
  const second = await hook.publish('{"n":2}', 'a')
  await hook.waitForRequest(1)
  await db.pool.query('select webhooks.cancel_delivery($1)', [first.id])
  const other = await hook.publish('{"n":3}', 'b')
  await engine.waitForStatus(other.id, 'success')
  assert.equal(hook.requests().map((request) => seen(request).n), [1, 3])
  answer()
  await engine.waitForStatus(second.id, 'success')
})

ordering('asked for later, it holds for what waits already', async () => {
  const { hook, overlaps, sequence } = await watched({ max_in_flight: 10 }, ({ resource }) => resource)
  await db.pool.query('select webhooks.pause_endpoint($1)', [hook.endpointId])
  await publishAll(hook, ['a', 'b'], 1, 10)
  await db.pool.query(`update webhooks.endpoints set ordering = 'resource' where id = $1`, [hook.endpointId])
  await publishAll(hook, ['a', 'b'], 11, 15)
  await db.pool.query('select webhooks.resume_endpoint($1)', [hook.endpointId])
  await haveEnded(hook, 30)
  assert.equal(overlaps, [])
  for (const resource of ['a', 'b']) assert.equal(sequence(resource), upTo(15))
})

ordering('given up later, nothing waits for the one that is stuck', async () => {
  const { hook } = await watched({ ordering: 'endpoint', retry_schedule: '{1 hour}' }, () => null, ({ n }) => (n === 1 ? 500 : 200))
  await publishAll(hook, ['a'], 1, 10)
  await hook.waitForRequest(1)
  await db.pool.query(`update webhooks.endpoints set ordering = 'none' where id = $1`, [hook.endpointId])
  await haveEnded(hook, 9)
})

ordering.run()
