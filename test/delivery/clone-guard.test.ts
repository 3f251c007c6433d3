/** A copy of the database delivers nothing until somebody arms it; a failover is no copy. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { EMBEDDED, arm, placeOf } from '../../src/database/arming.ts'
import { createCloneGuard } from '../../src/worker/clone-guard.ts'
import { withCluster, databaseUrl } from '../support/cluster.ts'
import { deliveriesOf } from '../support/endpoints.ts'
import { waitFor } from '../support/wait.ts'
import { startEngine, type Engine, type Hook } from './support/engine.ts'
import { createLogLines } from './support/log-lines.ts'

const guard = suite('the clone guard')

const engines: Engine[] = []
guard.after(async () => {
  for (const engine of engines) await engine.close()
})

const start = async (...settings: Parameters<typeof startEngine>) => {
  const engine = await startEngine(...settings)
  engines.push(engine)
  return engine
}

const arming = async ({ db }: Engine) => (await db.pool.query<Record<string, unknown>>('select * from webhooks_private.arming')).rows[0]!
const queueHealth = async ({ db }: Engine) => (await db.pool.query<Record<string, unknown>>('select armed, disarmed_reason from webhooks.queue_health')).rows[0]!

const complained = ({ lines }: Engine) => waitFor(() => lines.find(({ level, message }) => level === 'error' && /rowhook arm/.test(message)), { what: 'the worker to say so' })

/** Nothing goes out although it is due, the lane is free, and no worker is asked to take it. */
const staysSilent = async ({ db }: Engine, hook: Hook) => {
  const { id } = await hook.publish()
  await waitFor(async () => (await db.pool.query('select from graphile_worker.jobs')).rowCount === 0, { what: 'the wake-up to be used up' })
  const { rows } = await db.pool.query<{ owned: boolean }>('select owned from webhooks_private.lane_facts() where endpoint_id = $1', [hook.endpointId])
  assert.is(rows[0]!.owned, false)
  assert.is((await deliveriesOf(db.pool, hook.endpointId)).find((each) => each.id === id)!.attempts, 0)
  return id
}

/** One delivery that was tried and is due again. */
const tryOnce = async (engine: Engine, hook: Hook) => {
  const { id } = await hook.publish()
  await waitFor(async () => (await engine.delivery(id)).attempts > 0, { what: 'an attempt' })
}

guard('the first worker arms a fresh database, and writes the pulse', async () => {
  const engine = await start()
  const hook = await engine.hook()
  await engine.waitForStatus((await hook.publish()).id, 'success')
  const row = await arming(engine)
  assert.is(row['armed_by'], 'the first worker')
  assert.is(row['disarmed_reason'], null)
  assert.match(String(row['fingerprints']), new RegExp(`^database ${engine.db.name} \\(oid \\d+\\) of system \\d+ at ${new URL(engine.db.url).host}, deployment unnamed$`))
  assert.is(row['pulse_timeline'], 1)
  assert.ok(Date.now() - (row['pulse_at'] as Date).getTime() < 15_000)
  assert.equal(await queueHealth(engine), { armed: true, disarmed_reason: null })
})

for (const [what, settings] of [
  ['another host or port', { place: 'db.example:5432' }],
  ['another deployment', { deployment: 'staging' }],
] as const) {
  guard(`${what} delivers nothing, says so, and begins when it is armed`, async () => {
    const engine = await start()
    await engine.worker().stop()
    // The last worker stopped a minute ago.
    await engine.db.pool.query(`update webhooks_private.arming set pulse_at = now() - interval '1 minute'`)
    await engine.launch(settings)
    const hook = await engine.hook()
    await complained(engine)
    const id = await staysSilent(engine, hook)
    assert.is(hook.requests().length, 0)
    const health = await queueHealth(engine)
    assert.is(health['armed'], false)
    assert.match(String(health['disarmed_reason']), /^it is armed as database .+, and this is database .+/)
    assert.match(String((await engine.health(hook.endpointId))['state']), /switched off/)

    const owner = await engine.db.connect('rowhook_owner')
    const whereabouts = { place: placeOf(engine.db.url), deployment: undefined, ...settings }
    assert.is((await arm(owner, whereabouts, true)).length, 2, 'added to the one before')
    assert.is((await arm(owner, whereabouts, false)).length, 1)
    await engine.waitForStatus(id, 'success')
    assert.equal(await queueHealth(engine), { armed: true, disarmed_reason: null })
    assert.is((await engine.db.pool.query(`select from webhooks.audit_log where action = 'database.armed'`)).rowCount, 2)
  })
}

guard('one worker that names the place differently leaves the others alone', async () => {
  const engine = await start()
  await engine.launch({ place: 'elsewhere:1' })
  await complained(engine)
  const hook = await engine.hook()
  for (let n = 0; n < 10; n++) await hook.publish()
  await waitFor(async () => (await deliveriesOf(engine.db.pool, hook.endpointId)).every(({ status }) => status === 'success'), { what: 'all to arrive' })
  assert.equal(await queueHealth(engine), { armed: true, disarmed_reason: null })
})

guard('a database that was cloned on its server delivers nothing; the original goes on', async () => {
  const original = await start()
  const hook = await original.hook({}, 500)
  await tryOnce(original, hook)
  await original.worker().stop()
  const name = `${original.db.name}_copy`
  await original.db.pool.query(`update webhooks_private.arming set pulse_at = now() - interval '1 minute'`)
  await withCluster(async (client) => {
    await client.query(`select pg_terminate_backend(pid) from pg_stat_activity where datname = $1`, [original.db.name])
    await client.query(`drop database if exists ${name} with (force)`)
    await client.query(`create database ${name} template ${original.db.name}`)
  })
  hook.respond(200)
  const before = hook.requests().length
  const copy = await original.launch({ databaseUrl: await databaseUrl(name) })
  await complained(original)
  await waitFor(() => copy.vitals().workerId, { what: 'the worker of the copy' })
  assert.is(hook.requests().length, before)
  await copy.stop()
  await original.launch()
  await waitFor(() => hook.requests().length > before, { what: 'the original to deliver' })
  await withCluster((client) => client.query(`drop database ${name} with (force)`))
})

guard('another timeline with an old pulse is a restore; with a young one it is a failover', async () => {
  const engine = await start()
  const hook = await engine.hook()
  const onAnotherTimeline = async (pulseAge: string) => {
    await engine.worker().stop()
    await engine.db.pool.query(`update webhooks_private.arming set pulse_timeline = 7, pulse_at = now() - $1::interval`, [pulseAge])
    await engine.launch()
  }
  await onAnotherTimeline('9 minutes')
  await engine.waitForStatus((await hook.publish()).id, 'success')
  assert.is((await arming(engine))['pulse_timeline'], 1, 'the new timeline is the one to compare with')

  await onAnotherTimeline('11 minutes')
  await complained(engine)
  await staysSilent(engine, hook)
  assert.match(String((await queueHealth(engine))['disarmed_reason']), /^its log is on timeline 1, and when it last delivered, .+ it was on timeline 7: it has been restored$/)
})

guard('a worker asks again before it takes lanes over a new connection', async () => {
  const engine = await start()
  const hook = await engine.hook()
  await engine.waitForStatus((await hook.publish()).id, 'success')
  await arm(await engine.db.connect('rowhook_owner'), { place: 'new.example:5432', deployment: undefined }, false)
  await engine.db.pool.query(`select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and application_name = 'rowhook lanes'`)
  await complained(engine)
  await staysSilent(engine, hook)
  assert.is(hook.requests().length, 1)
})

guard('where nothing is sent at all, nothing is armed', async () => {
  const engine = await start({ outboundEnabled: false })
  const hook = await engine.hook()
  await staysSilent(engine, hook)
  assert.is((await engine.db.pool.query('select from webhooks_private.arming')).rowCount, 0)
})

guard('asks, and so writes the pulse, every ten seconds; every second while it is disarmed', async () => {
  let [nowMs, asked, armed] = [0, 0, true]
  const { pulse, isArmed } = createCloneGuard({
    clock: { monotonicMs: () => nowMs, epochMs: () => nowMs },
    log: createLogLines().log,
    check: () => {
      asked += 1
      return Promise.resolve({ armed, reason: armed ? null : 'a copy' })
    },
  })
  const askedAt = async (...times: number[]) => {
    for (nowMs of times) await pulse()
    return asked
  }
  assert.is(await askedAt(0, 9_900), 1)
  armed = false
  assert.is(await askedAt(10_000, 10_500), 2)
  assert.is(isArmed(), false)
  assert.is(await askedAt(11_000, 12_000), 4)
})

guard('places are named as the URL does', () => {
  assert.is(placeOf('postgres://u:p@DB.example/x'), 'db.example:5432')
  assert.is(placeOf('postgres://u@[::1]:6000/x'), '[::1]:6000')
  assert.is(placeOf('postgres:///x?host=/var/run/postgresql'), '/var/run/postgresql:5432')
  assert.not.match(EMBEDDED, /:\d/)
})

guard.run()
