/** Pause, resume, disable, enable, delete and the switches, under load: what stops at once, what is kept, and what comes back. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { deliveriesOf } from '../support/endpoints.ts'
import { waitFor } from '../support/wait.ts'
import { startEngine, type Hook } from './support/engine.ts'

const engine = await startEngine()
const { db } = engine

const pause = suite('pause and disable')
pause.after(() => engine.close())

const publishMany = (hook: Hook, count: number) =>
  db.pool.query(`insert into webhooks.events (tenant_id, type, data) select $1, 'test.event', json_build_object('n', n) from generate_series(1, $2::integer) as n`, [hook.tenant, count])

const act = (what: string, hook: Hook) => db.pool.query(`select webhooks.${what}($1)`, [hook.endpointId])

const statuses = async (hook: Hook) => {
  const counts: Record<string, number> = {}
  for (const { status } of await deliveriesOf(db.pool, hook.endpointId)) counts[status] = (counts[status] ?? 0) + 1
  return counts
}

/** No lane is read any more: each is given back, or rests until it is called. */
const isQuiet = () => engine.worker().vitals().lanes === 0

/** A lane in full swing: ten requests of 20 ms at once, with thousands waiting. */
const inFullSwing = async (columns = {}) => {
  const hook = await engine.hook({ max_in_flight: 10, ...columns }, { delayMs: 20 })
  await publishMany(hook, 1_500)
  await hook.waitForRequest(50)
  return hook
}

/** Waits until the worker has let go, and gives how long after the commit the last request came, in milliseconds. */
const lastRequestAfter = async (hook: Hook, committedMs: number) => {
  await waitFor(isQuiet, { what: 'the lane to be given back' })
  return hook.requests().at(-1)!.receivedAtMs - committedMs
}

for (const [what, statement] of [
  ['a pause', `update webhooks.endpoints set paused_at = now() where id = $1`],
  ['a disable', `update webhooks.endpoints set is_active = false where id = $1`],
  ['a delete', `update webhooks.endpoints set deleted_at = now() where id = $1`],
] as const) {
  pause(`no request starts later than a second after ${what}`, async () => {
    const hook = await inFullSwing()
    await db.pool.query(statement, [hook.endpointId])
    const committedMs = performance.now()
    // Open ones of a disabled endpoint are cancelled; deleted endpoints have no lane any more.
    if (what === 'a delete') await waitFor(async () => (await deliveriesOf(db.pool, hook.endpointId)).every(({ finished_at }) => finished_at !== null) && engine.worker().vitals().lanes === 0, { what: 'the lane to be given back' })
    const after = what === 'a delete' ? hook.requests().at(-1)!.receivedAtMs - committedMs : await lastRequestAfter(hook, committedMs)
    assert.ok(after < 1_000, `the last request came ${Math.round(after)} ms after the commit`)
    assert.ok(hook.requests().length < 1_500)
  })
}

pause('nothing starts on a state that is more than a second old', async () => {
  const hook = await inFullSwing()
  const blocker = await db.connect()
  await blocker.query('begin; lock table webhooks_private.lanes in access exclusive mode') // what is read with the state of an endpoint
  const lockedMs = performance.now()
  const last = () => hook.requests().at(-1)!.receivedAtMs
  try {
    await waitFor(() => performance.now() - last() > 500, { what: 'the requests to end' })
    assert.ok(last() - lockedMs < 1_200, `the last request came ${Math.round(last() - lockedMs)} ms after the lock`)
  } finally {
    await blocker.query('rollback')
  }
  await hook.waitForRequest(hook.requests().length + 20)
  await act('disable_endpoint', hook)
})

for (const [what, off, on] of [
  ['for everybody', `update webhooks.settings set sending = false`, `update webhooks.settings set sending = true`],
  ['for a tenant', `insert into webhooks.tenant_settings (tenant_id, sending, rate_limit) values ($1, false, null)`, `update webhooks.tenant_settings set sending = true where tenant_id = $1`],
] as const) {
  pause(`sending can be switched off and on again ${what}, and the sweeper keeps quiet meanwhile`, async () => {
    const hook = await engine.hook({ max_in_flight: 10 }, { delayMs: 10 })
    await publishMany(hook, 500)
    await hook.waitForRequest(20)
    const values = off.includes('$1') ? [hook.tenant] : []
    await db.pool.query(off, values)
    const after = await lastRequestAfter(hook, performance.now())
    assert.ok(after < 1_000, String(after))
    assert.is((await engine.health(hook.endpointId))['state'], 'switched off')
    const { rows } = await db.pool.query('select * from webhooks_private.sweep() where endpoint_id = $1', [hook.endpointId])
    assert.equal(rows, [])
    await db.pool.query(on, values)
    await hook.waitForRequest(500, 10_000)
  })
}

pause('a paused endpoint collects, and sends on resume what is due, in the order of due times', async () => {
  const hook = await engine.hook({ max_in_flight: 1 })
  await act('pause_endpoint', hook)
  for (let n = 0; n < 8; n++) await hook.publish(`{"n":${n}}`)
  const waiting = await deliveriesOf(db.pool, hook.endpointId)
  assert.equal(waiting.map(({ status, attempts }) => `${status} ${attempts}`), Array.from({ length: 8 }, () => 'pending 0'))
  // Due in the opposite order of their events; one is not due yet.
  for (const [n, { id }] of waiting.entries()) await db.pool.query(`update webhooks.deliveries set next_retry_at = now() - $2::integer * interval '1 second' where id = $1`, [id, n === 7 ? -3600 : n])
  await act('resume_endpoint', hook)
  await hook.waitForRequest(7)
  await waitFor(isQuiet, { what: 'the lane to be given back' })
  assert.equal(hook.requests().map(({ body }) => (JSON.parse(body.toString()) as { data: { n: number } }).data.n), [6, 5, 4, 3, 2, 1, 0])
})

pause('what commits while it is paused and resumed again and again is not forgotten', async () => {
  const hook = await engine.hook()
  const writers = Array.from({ length: 4 }, async () => {
    for (let n = 0; n < 25; n++) await hook.publish()
  })
  const switching = (async () => {
    for (let n = 0; n < 10; n++) {
      await act('pause_endpoint', hook)
      await act('resume_endpoint', hook)
    }
  })()
  await Promise.all([...writers, switching])
  await waitFor(async () => (await statuses(hook))['success'] === 100, { what: 'all hundred to arrive' })
  assert.is(new Set(hook.requests().map(({ headers }) => headers['webhook-id'])).size, 100)
})

pause('a disabled endpoint collects nothing, its open deliveries are cancelled, and recover brings them back', async () => {
  const hook = await inFullSwing()
  await act('disable_endpoint', hook)
  await waitFor(async () => (await deliveriesOf(db.pool, hook.endpointId)).every(({ finished_at }) => finished_at !== null), { what: 'all to have ended' })
  const before = await statuses(hook)
  assert.equal(Object.keys(before).toSorted(), ['cancelled', 'success'])
  assert.is((before['cancelled'] ?? 0) + (before['success'] ?? 0), 1_500)
  await publishMany(hook, 10)
  assert.is((await deliveriesOf(db.pool, hook.endpointId)).length, 1_500, 'the ten were not collected')

  await waitFor(isQuiet, { what: 'the lane to be given back' })
  hook.respond(200)
  await act('enable_endpoint', hook)
  await db.pool.query(`select webhooks.recover($1, now() - interval '1 hour')`, [hook.endpointId])
  await waitFor(async () => (await statuses(hook))['success'] === 1_500, { what: 'all to arrive', deadlineMs: 40_000 })
  const { rows } = await db.pool.query<{ replayed: string }>(`select replayed from webhooks.replay($1, now() - interval '1 hour')`, [hook.endpointId])
  assert.is(Number(rows[0]!.replayed), 10, 'replay brings what was not collected')
  await waitFor(async () => (await statuses(hook))['success'] === 1_510, { what: 'the ten to arrive' })
})

pause('a delivery that commits after the disable, since its transaction began before, is cancelled and not sent', async () => {
  const hook = await engine.hook()
  const writer = await db.connect()
  await writer.query('begin')
  await writer.query(`insert into webhooks.events (tenant_id, type) values ($1, 'test.event')`, [hook.tenant])
  await act('disable_endpoint', hook)
  await writer.query('commit')
  await waitFor(async () => (await statuses(hook))['cancelled'] === 1, { what: 'it to be cancelled' })
  assert.is(hook.requests().length, 0)
})

pause('the answer of a request that was under way at the disable changes nothing any more', async () => {
  let release: (status: number) => void = () => undefined
  const hook = await engine.hook({}, () => new Promise<number>((resolve) => (release = resolve)))
  const { id } = await hook.publish()
  await hook.waitForRequest(1)
  await act('disable_endpoint', hook)
  assert.is((await engine.waitForStatus(id, 'cancelled')).attempts, 0)
  release(200)
  await waitFor(() => engine.worker().vitals().inFlight === 0, { what: 'the answer' })
  assert.is((await engine.delivery(id)).status, 'cancelled')
  assert.equal(await engine.attempts(id), [])
})

pause.run()
