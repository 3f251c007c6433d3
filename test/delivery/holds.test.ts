/** `Retry-After` holds a whole lane, and only that: what waits spends no attempt, others flow, and the hold outlives its worker. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { deliveriesOf } from '../support/endpoints.ts'
import { waitFor } from '../support/wait.ts'
import { startEngine, type Hook } from './support/engine.ts'

const engine = await startEngine()
const { db } = engine

const holds = suite('holds by Retry-After')
holds.after(() => engine.close())

const secondsUntil = (date: unknown): number => ((date as Date).getTime() - Date.now()) / 1000

/** Publishes one event and waits for its first answer. */
const tryOnce = async (hook: Hook) => {
  const { id } = await hook.publish()
  return waitFor(async () => {
    const row = await engine.delivery(id)
    return row.attempts > 0 && row
  }, { what: 'an attempt' })
}

const held = (hook: Hook) =>
  waitFor(async () => {
    const health = await engine.health(hook.endpointId)
    return health['state'] === 'held' && health
  }, { what: 'the lane to be held' })

for (const status of [429, 503]) {
  holds(`${status} with seconds holds the lane, and the delivery is due no earlier`, async () => {
    const hook = await engine.hook({}, { status, headers: { 'retry-after': '600' } })
    const tried = await tryOnce(hook)
    assert.equal([tried.status, tried.attempts], ['retrying', 1])
    const wait = secondsUntil(tried.next_retry_at)
    assert.ok(wait > 595 && wait <= 600.5, String(wait))
    const health = await held(hook)
    assert.is(health['reason'], 'retry-after')
    assert.ok(secondsUntil(health['held_until']) > 595)
  })
}

holds('an HTTP date counts as well', async () => {
  const hook = await engine.hook({}, () => ({ status: 503, headers: { 'retry-after': new Date(Date.now() + 120_000).toUTCString() } }))
  const wait = secondsUntil((await tryOnce(hook)).next_retry_at)
  assert.ok(wait > 115 && wait <= 121, String(wait))
})

holds('a day is the most that a receiver can ask for', async () => {
  const hook = await engine.hook({}, { status: 429, headers: { 'retry-after': '9999999' } })
  const wait = secondsUntil((await tryOnce(hook)).next_retry_at)
  assert.ok(wait > 86_390 && wait <= 86_401, String(wait))
})

for (const [status, retryAfter] of [[500, '600'], [429, 'soon'], [503, '0'], [429, 'Mon, 01 Jan 2001 00:00:00 GMT']] as const) {
  holds(`${status} with Retry-After: ${retryAfter} holds nothing`, async () => {
    let asked = 0
    const hook = await engine.hook({}, () => (++asked === 1 ? { status, headers: { 'retry-after': retryAfter } } : 200))
    const { id } = await hook.publish()
    assert.is((await engine.waitForStatus(id, 'success')).attempts, 2)
  })
}

holds('what waits behind a hold spends no attempt, others flow, another worker keeps it, and its end lets all go', async () => {
  const first = engine.worker()
  let asked = 0
  const hook = await engine.hook({ max_in_flight: 1 }, () => (++asked === 1 ? { status: 429, headers: { 'retry-after': '3600' } } : 200))
  await tryOnce(hook)
  await held(hook)
  await db.pool.query(`insert into webhooks.events (tenant_id, type) select $1, 'test.event' from generate_series(1, 20)`, [hook.tenant])
  const other = await engine.hook({ tenant_id: hook.tenant })
  await engine.waitForStatus((await other.publish()).id, 'success')

  await first.stop()
  await engine.launch()
  await engine.waitForStatus((await other.publish()).id, 'success')
  assert.is(hook.requests().length, 1)
  const waiting = await deliveriesOf(db.pool, hook.endpointId)
  assert.equal(waiting.slice(1).map(({ status, attempts }) => `${status} ${attempts}`), Array.from({ length: 22 }, () => 'pending 0'))

  // As if the hour were over; the sweeper finds the lane.
  await db.pool.query(`update webhooks_private.lanes set held_until = now() where endpoint_id = $1`, [hook.endpointId])
  await hook.waitForRequest(23)
  await waitFor(async () => (await deliveriesOf(db.pool, hook.endpointId)).slice(1).every(({ status }) => status === 'success'), { what: 'all to arrive' })
  assert.is((await engine.delivery(waiting[0]!.id)).attempts, 1, 'the one that was refused still waits for its hour')
})

holds('a short hold ends by itself, not a moment early', async () => {
  let asked = 0
  const hook = await engine.hook({ max_in_flight: 1 }, () => (++asked === 1 ? { status: 503, headers: { 'retry-after': '1' } } : 200))
  const { id } = await hook.publish()
  const [before, after] = [await hook.waitForRequest(1), await hook.waitForRequest(2)]
  const wait = after.receivedAtMs - before.receivedAtMs
  assert.ok(wait >= 1_000 && wait < 2_500, String(wait))
  assert.is((await engine.waitForStatus(id, 'success')).attempts, 2)
})

holds('an abort of the message can hold the lane for the others', async () => {
  const hook = await engine.hook({}, { status: 429, headers: { 'retry-after': '600', 'webhook-delivery': 'abort-message' } })
  const { id } = await hook.publish()
  await engine.waitForStatus(id, 'failed')
  assert.is((await held(hook))['reason'], 'retry-after')
})

holds.run()
