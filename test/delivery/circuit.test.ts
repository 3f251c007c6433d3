/** The circuit breaker of an endpoint: it opens, is seen, outlives workers, lets one probe through, and closes or doubles. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { deliveriesOf } from '../support/endpoints.ts'
import { waitFor } from '../support/wait.ts'
import { startEngine, type Hook } from './support/engine.ts'

const engine = await startEngine()
const { db } = engine
await db.pool.query(`update webhooks.settings set circuit_failures = 3, circuit_failure_rate = 0.5, circuit_open_min = '10 minutes', circuit_open_max = '15 minutes'`)

const circuit = suite('the circuit breaker')
circuit.after(() => engine.close())

const publishMany = (hook: Hook, count: number) =>
  db.pool.query(`insert into webhooks.events (tenant_id, type) select $1, 'test.event' from generate_series(1, $2::integer)`, [hook.tenant, count])

const waitForState = (hook: Hook, state: string) =>
  waitFor(async () => {
    const health = await engine.health(hook.endpointId)
    return health['state'] === state && health
  }, { what: `the endpoint to be ${state}` })

const attemptsInAll = async (hook: Hook) => (await deliveriesOf(db.pool, hook.endpointId)).reduce((sum, { attempts }) => sum + attempts, 0)

/** As if the pause were over: the sweeper finds the lane. */
const endPause = (hook: Hook) => db.pool.query('update webhooks_private.lanes set held_until = now() where endpoint_id = $1', [hook.endpointId])

const minutesUntil = (date: unknown): number => ((date as Date).getTime() - Date.now()) / 60_000

circuit('opens after consecutive failures, and what waits spends no attempt', async () => {
  const hook = await engine.hook({ max_in_flight: 1, retry_schedule: '{1 hour}' }, 500)
  await publishMany(hook, 10)
  const health = await waitForState(hook, 'circuit open')
  assert.is(health['reason'], 'circuit open')
  assert.ok(minutesUntil(health['held_until']) > 9.5 && minutesUntil(health['held_until']) <= 10)
  await waitFor(async () => (await attemptsInAll(hook)) >= 3, { what: 'the answers to be recorded, after the circuit' })
  assert.is(await attemptsInAll(hook), 3)
  assert.is(hook.requests().length, 3)
})

circuit('opens by the rate of failures among the last twenty answers', async () => {
  let asked = 0
  const hook = await engine.hook({ max_in_flight: 1, retry_schedule: '{1 hour}' }, () => (++asked % 2 === 0 ? 500 : 200))
  await publishMany(hook, 40)
  await waitForState(hook, 'circuit open')
  assert.is(hook.requests().length, 20)
})

circuit('stays closed while the receiver merely refuses messages', async () => {
  const hook = await engine.hook({ max_in_flight: 1 }, 400)
  await publishMany(hook, 30)
  await waitFor(async () => (await deliveriesOf(db.pool, hook.endpointId)).every(({ status }) => status === 'failed'), { what: 'all to be refused' })
  assert.is((await engine.health(hook.endpointId))['state'], 'failing')
})

circuit('is shared by all workers and survives them; one probe decides: doubled after a failure, closed after a success', async () => {
  const first = engine.worker()
  const hook = await engine.hook({ max_in_flight: 5, retry_schedule: '{1 hour}' }, 503)
  await publishMany(hook, 20)
  await waitForState(hook, 'circuit open')
  await first.stop() // so that what was under way when it opened is counted too
  const before = hook.requests().length
  assert.ok(before >= 3 && before <= 7, `${before} were sent before it was open`)
  await engine.launch()
  const witness = await engine.hook()
  await engine.waitForStatus((await witness.publish()).id, 'success')
  assert.is(hook.requests().length, before)

  let release: () => void = () => undefined
  hook.respond(() => new Promise((resolve) => (release = () => resolve(500))))
  await endPause(hook)
  await hook.waitForRequest(before + 1)
  await waitForState(hook, 'circuit half-open')
  await engine.waitForStatus((await witness.publish()).id, 'success')
  assert.is(hook.requests().length, before + 1, 'one probe, although five may be under way and many are due')
  release()
  const again = await waitForState(hook, 'circuit open')
  assert.ok(minutesUntil(again['held_until']) > 14.5, 'twice ten minutes, but fifteen at most')
  const { rows } = await db.pool.query('select circuit, circuit_openings from webhooks_private.lanes where endpoint_id = $1', [hook.endpointId])
  assert.equal(rows, [{ circuit: 'open', circuit_openings: 2 }])

  hook.respond(200)
  await endPause(hook)
  await waitForState(hook, 'ok')
  await waitFor(async () => (await deliveriesOf(db.pool, hook.endpointId)).filter(({ status }) => status === 'success').length === 20 - before - 1, { what: 'the rest to arrive' })
})

circuit('is forgotten when the endpoint is enabled again', async () => {
  const hook = await engine.hook({ max_in_flight: 1, retry_schedule: '{1 hour}' }, 500)
  await publishMany(hook, 5)
  await waitForState(hook, 'circuit open')
  await db.pool.query('select webhooks.disable_endpoint($1)', [hook.endpointId])
  hook.respond(200)
  await db.pool.query('select webhooks.enable_endpoint($1)', [hook.endpointId])
  const { id } = await hook.publish()
  await engine.waitForStatus(id, 'success')
  assert.is((await engine.health(hook.endpointId))['state'], 'ok')
})

const failingFor = (hook: Hook, interval: string) =>
  db.pool.query(`update webhooks.endpoint_stats set failing_since = now() - $2::interval, consecutive_failures = 9 where endpoint_id = $1`, [hook.endpointId, interval])

circuit('an endpoint with nothing but failures for five days is disabled, and can be brought back', async () => {
  // 404: no circuit opens, and yet nothing arrives.
  const hook = await engine.hook({ retry_schedule: '{1 hour}' }, 404)
  await failingFor(hook, '6 days')
  const first = await hook.publish()
  const reason = await waitFor(async () => (await engine.endpoint(hook.endpointId))['disabled_reason'], { what: 'the endpoint to be disabled' })
  assert.match(String(reason), /^nothing but failures since \d{4}-\d\d-\d\d \d\d:\d\d UTC$/)
  assert.is((await engine.waitForStatus(first.id, 'cancelled')).attempts, 1)

  hook.respond(200)
  await db.pool.query('select webhooks.enable_endpoint($1)', [hook.endpointId])
  await db.pool.query(`select webhooks.recover($1, now() - interval '1 day')`, [hook.endpointId])
  assert.is((await engine.waitForStatus(first.id, 'success')).attempts, 2)
})

circuit('one that failed for less, or not often enough, stays enabled', async () => {
  const brief = await engine.hook({ retry_schedule: '{1 hour}' }, 404)
  const seldom = await engine.hook({ retry_schedule: '{1 hour}' }, 404)
  await failingFor(brief, '4 days')
  await failingFor(seldom, '6 days')
  await db.pool.query('update webhooks.endpoint_stats set consecutive_failures = 1 where endpoint_id = $1', [seldom.endpointId])
  for (const hook of [brief, seldom]) {
    const { id } = await hook.publish()
    await engine.waitForStatus(id, 'retrying')
  }
  await db.pool.query('select webhooks_private.disable_failing()')
  for (const hook of [brief, seldom]) assert.is((await engine.endpoint(hook.endpointId))['is_active'], true)
})

circuit.run()
