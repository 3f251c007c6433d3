/** What each answer of a receiver means for its delivery and its endpoint, end to end (the table "What an answer means"). */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { addressPolicy } from '../../src/core/address.ts'
import { createSender } from '../../src/http/sender.ts'
import { deliveriesOf } from '../support/endpoints.ts'
import { waitFor } from '../support/wait.ts'
import { startEngine } from './support/engine.ts'

const policy = addressPolicy({ allowHttp: true, allowNets: ['127.0.0.1'], allowPorts: 'any' })
const sender = createSender({
  policy,
  resolver: { resolve: (name) => (name === 'inner.test' ? Promise.resolve(['10.0.0.1']) : Promise.reject(Object.assign(new Error(name), { code: 'ENOTFOUND' }))) },
})
const engine = await startEngine({ sender })
const { db } = engine

/** Where redirects lead: a path that nobody may ask for. */
const elsewhere = new URL('/elsewhere', engine.receiver.url).href

const answers = suite('answers')
answers.after(async () => {
  await engine.close()
  await sender.close()
})

for (const status of [200, 201, 204, 299]) {
  answers(`${status} is a success`, async () => {
    const hook = await engine.hook({}, status)
    const { id } = await hook.publish()
    const done = await engine.waitForStatus(id, 'success')
    assert.equal([done.attempts, done.response_code, done.last_error], [1, status, null])
    assert.equal((await engine.attempts(id)).map((a) => [a.number, a.status, a.error_kind]), [[1, status, null]])
  })
}

for (const status of [400, 405, 413, 414, 415, 422, 431, 501, 505]) {
  answers(`${status} fails at once, since it will not change`, async () => {
    const hook = await engine.hook({}, { status, body: 'no' })
    const { id } = await hook.publish()
    const done = await engine.waitForStatus(id, 'failed')
    assert.equal([done.attempts, done.response_code, done.last_error], [1, status, `HTTP ${status}: will not be retried`])
    assert.equal((await engine.attempts(id)).map((a) => [a.status, a.error_kind, a.response_body]), [[status, 'rejected', 'no']])
    assert.is((await engine.endpoint(hook.endpointId))['is_active'], true)
  })
}

for (const status of [301, 307, 404, 408, 409, 418, 425, 429, 500, 502, 503, 504]) {
  answers(`${status} is tried again until the attempts are used up, and then failed`, async () => {
    const hook = await engine.hook({ max_attempts: 2 }, { status, headers: { location: elsewhere } })
    const { id } = await hook.publish()
    const done = await engine.waitForStatus(id, 'failed')
    assert.equal([done.attempts, done.response_code, done.last_error], [2, status, `HTTP ${status}`])
    assert.equal((await engine.attempts(id)).map(({ number }) => number), [1, 2])
    assert.is(hook.requests().length, 2, 'a redirect is not followed')
  })
}

answers('no redirect was followed', () => assert.not.ok(engine.receiver.requests.some(({ path }) => path === '/elsewhere')))

answers('a retry that is accepted is a success with every attempt in the log', async () => {
  let asked = 0
  const hook = await engine.hook({}, () => (++asked < 3 ? 500 : 200))
  const { id } = await hook.publish()
  const done = await engine.waitForStatus(id, 'success')
  assert.equal([done.attempts, done.last_error], [3, null])
  assert.equal((await engine.attempts(id)).map((a) => [a.number, a.status]), [[1, 500], [2, 500], [3, 200]])
})

answers('codes of the endpoint’s own take the place of the permanent ones', async () => {
  const hook = await engine.hook({ no_retry_codes: [404], max_attempts: 2 }, 404)
  const first = await hook.publish()
  assert.is((await engine.waitForStatus(first.id, 'failed')).attempts, 1)
  hook.respond(400)
  const second = await hook.publish()
  assert.is((await engine.waitForStatus(second.id, 'failed')).attempts, 2)
})

for (const status of [401, 403]) {
  answers(`${status} flags the endpoint for its owner until it is accepted again`, async () => {
    const hook = await engine.hook({}, (_, n) => (n > 0 && hook.requests().length > 1 ? 200 : status))
    const { id } = await hook.publish()
    await waitFor(async () => (await engine.health(hook.endpointId))['credentials_refused_at'] ?? (await engine.delivery(id)).status === 'success', { what: 'an answer' })
    assert.equal((await engine.attempts(id))[0]?.status, status)
    await engine.waitForStatus(id, 'success')
    assert.is((await engine.health(hook.endpointId))['credentials_refused_at'], null)
    hook.respond(status)
    const again = await hook.publish()
    await waitFor(async () => (await engine.delivery(again.id)).attempts > 0, { what: 'the second delivery to be tried' })
    assert.ok((await engine.health(hook.endpointId))['credentials_refused_at'] instanceof Date)
  })
}

answers('410 fails for good and disables the endpoint, whose other deliveries are cancelled', async () => {
  const hook = await engine.hook({ max_in_flight: 1 }, { status: 410, body: 'gone' })
  await db.pool.query(`insert into webhooks.events (tenant_id, type) select $1, 'test.event' from generate_series(1, 5)`, [hook.tenant])
  const [first] = await deliveriesOf(db.pool, hook.endpointId)
  const done = await engine.waitForStatus(first!.id, 'failed')
  assert.equal([done.attempts, done.last_error], [1, 'HTTP 410: gone'])
  assert.equal((await engine.attempts(done.id)).map((a) => [a.number, a.status, a.response_body]), [[1, 410, 'gone']])
  const endpoint = await waitFor(async () => {
    const row = await engine.endpoint(hook.endpointId)
    return row['is_active'] === false && row
  }, { what: 'the endpoint to be disabled' })
  assert.is(endpoint['disabled_reason'], 'gone')
  const rest = await waitFor(async () => {
    const all = await deliveriesOf(db.pool, hook.endpointId)
    return all.every(({ finished_at }) => finished_at !== null) && all
  }, { what: 'the rest to be cancelled' })
  assert.equal(rest.slice(1).map(({ status, attempts }) => [status, attempts]), Array.from({ length: 4 }, () => ['cancelled', 0]))
  assert.is(hook.requests().length, 1)
})

for (const [status, expected] of [[200, 'success'], [500, 'failed']] as const) {
  answers(`“webhook-delivery: disable” on a ${status} disables the endpoint`, async () => {
    const hook = await engine.hook({}, { status, headers: { 'webhook-delivery': 'Disable' } })
    const { id } = await hook.publish()
    assert.is((await engine.waitForStatus(id, expected)).attempts, 1)
    const reason = await waitFor(async () => (await engine.endpoint(hook.endpointId))['disabled_reason'], { what: 'the endpoint to be disabled' })
    assert.is(reason, 'receiver asked')
    assert.is((await engine.attempts(id)).length, 1)
  })
}

answers('“webhook-delivery: abort-message” ends this delivery alone', async () => {
  let asked = 0
  const hook = await engine.hook({}, () => (++asked === 1 ? { status: 503, headers: { 'webhook-delivery': 'abort-message' } } : 200))
  const { id } = await hook.publish()
  const done = await engine.waitForStatus(id, 'failed')
  assert.equal([done.attempts, done.last_error], [1, 'HTTP 503: the receiver aborted this message'])
  const next = await hook.publish()
  await engine.waitForStatus(next.id, 'success')
  assert.is((await engine.endpoint(hook.endpointId))['is_active'], true)
})

answers('what cannot be recorded at all is set aside after three requests, and what can goes on', async () => {
  await db.pool.query('alter table webhooks.attempts add constraint no_teapots check (status <> 418) not valid')
  const hook = await engine.hook({}, (request) => (JSON.parse(request.body.toString()).data.teapot === true ? 418 : 200))
  const { id } = await hook.publish('{"teapot":true}')
  await hook.waitForRequest(1)
  await engine.waitForStatus((await hook.publish('{}')).id, 'success')
  const done = await engine.waitForStatus(id, 'failed')
  await db.pool.query('alter table webhooks.attempts drop constraint no_teapots')
  assert.equal([done.attempts, done.last_error], [0, 'quarantined: it was answered with HTTP 418, and PostgreSQL refuses to record that (23514)'])
  assert.is(hook.requests().length, 4)
})

answers('a receiver that does not answer is given up at the deadline', async () => {
  const hook = await engine.hook({ timeout_ms: 1_000, max_attempts: 1 }, () => undefined)
  const { id } = await hook.publish()
  const done = await engine.waitForStatus(id, 'failed')
  assert.equal([done.response_code, done.last_error], [null, 'no answer before the deadline (ANSWER_TIMEOUT)'])
  const [attempt] = await engine.attempts(id)
  assert.is(attempt?.error_kind, 'timeout')
})

answers('a refused connection is tried again', async () => {
  const hook = await engine.hook({ url: 'http://127.0.0.1:1/', max_attempts: 2 })
  const { id } = await hook.publish()
  const done = await engine.waitForStatus(id, 'failed')
  assert.equal([done.attempts, done.last_error], [2, 'no connection (ECONNREFUSED)'])
  assert.equal((await engine.attempts(id)).map(({ error_kind }) => error_kind), ['connect', 'connect'])
})

answers('a literal address that is not allowed fails at once', async () => {
  const hook = await engine.hook({ url: 'http://10.0.0.1/' })
  const { id } = await hook.publish()
  const done = await engine.waitForStatus(id, 'failed')
  assert.is(done.attempts, 1)
  assert.match(done.last_error!, /^the address is not allowed/)
  assert.is((await engine.attempts(id))[0]?.error_kind, 'blocked')
})

answers('the wait before a retry follows the schedule, ten per cent up or down', async () => {
  const hook = await engine.hook({ retry_schedule: '{1 hour,2 hours}', max_attempts: 5 }, 500)
  const ids = await Promise.all(Array.from({ length: 15 }, () => hook.publish().then(({ id }) => id)))
  const waits: number[] = []
  for (const id of ids) {
    const row = await engine.waitForStatus(id, 'retrying')
    waits.push((row.next_retry_at!.getTime() - Date.now()) / 60_000)
  }
  assert.ok(waits.every((minutes) => minutes > 53.5 && minutes < 66.1), waits.join())
  assert.ok(Math.max(...waits) - Math.min(...waits) > 1, 'jitter spreads them')
  await db.pool.query(`update webhooks.deliveries set next_retry_at = now() where endpoint_id = $1`, [hook.endpointId])
  await db.pool.query(`select webhooks_private.wake($1::uuid[])`, [[hook.endpointId]])
  const second = await waitFor(async () => {
    const row = await engine.delivery(ids[0]!)
    return row.attempts === 2 && row
  }, { what: 'the second attempt' })
  const minutes = (second.next_retry_at!.getTime() - Date.now()) / 60_000
  assert.ok(minutes > 107 && minutes < 133, `${minutes}`)
})

for (const [kind, url, problem] of [
  ['does not resolve', 'http://nothing.test/', /^the host name did not resolve/],
  ['resolves to an address that is not allowed', 'http://inner.test/', /^the address is not allowed/],
] as const) {
  answers(`a name that ${kind} is tried again`, async () => {
    const hook = await engine.hook({ url, max_attempts: 2 })
    const { id } = await hook.publish()
    const done = await engine.waitForStatus(id, 'failed')
    assert.is(done.attempts, 2)
    assert.match(done.last_error!, problem)
  })
}

answers.run()
