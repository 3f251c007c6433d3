/** Workers that die or freeze: others take over, and what the dead say later changes nothing. */
import type { ServerResponse } from 'node:http'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { startEngine, type Hook } from '../delivery/support/engine.ts'
import { waitFor } from '../support/wait.ts'
import { createProcesses } from './support/processes.ts'

/** The default is 10,000; the shares of it that make a worker careful follow from it. */
const STALE_AFTER_MS = 2_500

const engine = await startEngine()
await engine.worker().stop(0) // the workers of this file are processes
const { pool } = engine.db
const processes = createProcesses(pool, { databaseUrl: engine.db.url, staleAfterMs: STALE_AFTER_MS })

/** Answers nothing to the first request, until `release` is called; then `status` for all others. */
const holdFirst = (hook: Hook, status: number) => {
  let held: ServerResponse | undefined
  hook.respond((_request, _number, response) => {
    if (hook.requests().length > 1) return status
    held = response
    return undefined
  })
  return { release: (late: number) => held!.writeHead(late).end() }
}

const registrations = async (pid: number): Promise<number> => (await pool.query('select from webhooks_private.workers where pid = $1', [pid])).rowCount ?? 0

const dying = suite('a worker that dies')
dying.after(async () => {
  await processes.close()
  await engine.close()
})
dying.after.each(() => processes.close())

dying('by kill -9 is followed by another within 5 s, with the same id and bytes', async () => {
  await Promise.all([processes.start(), processes.start()])
  const hook = await engine.hook()
  holdFirst(hook, 200)
  const { id } = await hook.publish()
  const first = await hook.waitForRequest(1)
  const victim = await processes.busy()
  const killedAtMs = performance.now()
  victim.signal('SIGKILL')
  const second = await hook.waitForRequest(2, 10_000)
  assert.ok(second.receivedAtMs - killedAtMs < 5_000, `${Math.round(second.receivedAtMs - killedAtMs)} ms`)
  assert.is(second.headers['webhook-id'], first.headers['webhook-id'])
  assert.equal(second.body, first.body)
  const delivery = await engine.waitForStatus(id, 'success')
  assert.is(delivery.attempts, 1)
  assert.equal((await engine.attempts(id)).map(({ number }) => number), [1])
})

dying('counts as a crash on the lanes where it had requests under way', async () => {
  await Promise.all([processes.start(), processes.start()])
  const hook = await engine.hook()
  holdFirst(hook, 200)
  await hook.publish()
  await hook.waitForRequest(1)
  const victim = await processes.busy()
  victim.signal('SIGKILL')
  const crashes = async () => (await pool.query<{ crashes: number }>('select crashes from webhooks_private.lanes where endpoint_id = $1', [hook.endpointId])).rows[0]?.crashes
  await waitFor(async () => (await crashes()) === 1, { what: 'the crash to be counted' })
  await hook.waitForRequest(2, 10_000)
  await waitFor(async () => (await crashes()) === 0, { what: 'a clean page to end the suspicion' })
})

dying('frozen, is followed by another, and thawed neither sends nor undoes a success', async () => {
  await Promise.all([processes.start(), processes.start()])
  const hook = await engine.hook({ max_in_flight: 1 })
  const { release } = holdFirst(hook, 200)
  const deliveries = [await hook.publish()]
  await hook.waitForRequest(1)
  const victim = await processes.busy()
  for (let n = 0; n < 5; n += 1) deliveries.push(await hook.publish()) // the owner reads them, and has to wait
  victim.signal('SIGSTOP')
  const frozenAtMs = performance.now()
  const second = await hook.waitForRequest(2, 30_000)
  assert.ok(second.receivedAtMs - frozenAtMs < STALE_AFTER_MS + 5_000, `${Math.round(second.receivedAtMs - frozenAtMs)} ms`)
  for (const { id } of deliveries) await engine.waitForStatus(id, 'success')
  assert.is(hook.requests().length, 7)

  victim.signal('SIGCONT')
  release(500)
  await waitFor(async () => (await registrations(victim.pid)) === 2, { deadlineMs: 10_000, what: 'the thawed worker to begin anew' })
  assert.is(hook.requests().length, 7)
  const first = await engine.delivery(deliveries[0]!.id)
  assert.is(first.status, 'success')
  assert.is(first.attempts, 1)
})

dying('frozen, loses no retry of its successor by what it says late', async () => {
  await Promise.all([processes.start(), processes.start()])
  const hook = await engine.hook({ retry_schedule: '{1 hour}' })
  const { release } = holdFirst(hook, 503)
  const { id } = await hook.publish()
  await hook.waitForRequest(1)
  const victim = await processes.busy()
  victim.signal('SIGSTOP')
  await hook.waitForRequest(2, 30_000)
  const retrying = await engine.waitForStatus(id, 'retrying')
  victim.signal('SIGCONT')
  release(400)
  await waitFor(async () => (await registrations(victim.pid)) === 2, { deadlineMs: 10_000, what: 'the thawed worker to begin anew' })
  const after = await engine.delivery(id)
  assert.is(after.status, 'retrying')
  assert.is(after.attempts, 1)
  assert.equal(after.next_retry_at, retrying.next_retry_at)
})

dying('is declared dead even when it was the one that swept for all', async () => {
  const first = await processes.start()
  await waitFor(
    async () => (await pool.query(`select from webhooks_private.rounds as r join webhooks_private.workers as w on w.id = r.worker_id where r.name = 'sweep' and w.pid = $1`, [first.pid])).rowCount,
    { what: 'the only worker to sweep' },
  )
  await processes.start()
  first.signal('SIGSTOP')
  const hook = await engine.hook()
  const client = await engine.db.connect()
  await client.query('begin')
  await client.query(`set local rowhook.wake = 'off'`)
  await client.query(`insert into webhooks.events (tenant_id, type, data) values ($1, 'test.event', '{}')`, [hook.tenant])
  await client.query('commit')
  await hook.waitForRequest(1, 15_000)
  await waitFor(
    async () => (await pool.query(`select from webhooks_private.workers where pid = $1 and ended_how = 'died'`, [first.pid])).rowCount,
    { deadlineMs: 15_000, what: 'the frozen worker to be declared dead' },
  )
})

dying.run()
