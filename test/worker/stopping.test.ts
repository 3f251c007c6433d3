/** Stopping a worker: requests end, the rest is handed back, nothing stays locked. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { startEngine } from '../delivery/support/engine.ts'
import { wakeUpsWaiting } from '../support/endpoints.ts'
import { waitFor } from '../support/wait.ts'
import { startTestWorker } from '../support/worker.ts'
import { createProcesses, lockedJobs } from './support/processes.ts'

const engine = await startEngine()
await engine.worker().stop(0)
const { pool } = engine.db
const processes = createProcesses(pool, { databaseUrl: engine.db.url, staleAfterMs: 10_000 })

const stopping = suite('a worker that is told to stop')
stopping.after(async () => {
  await processes.close()
  await engine.close()
})
stopping.after.each(() => processes.close())

stopping('lets its request end, hands the rest to another at once, leaves no job locked, and ends with 0', async () => {
  const worker = await processes.start()
  let answer: (() => void) | undefined
  const hook = await engine.hook({ max_in_flight: 1 }, (_request, _number, response) => {
    if (hook.requests().length > 1) return 200
    answer = () => response.writeHead(200).end()
    return undefined
  })
  const first = await hook.publish()
  await hook.waitForRequest(1)
  const second = await hook.publish()
  worker.signal('SIGTERM')
  await processes.start()
  assert.is((await engine.delivery(second.id)).status, 'pending') // its lane is still the first one's
  answer!()
  assert.is(await worker.ended, 0)
  const endedAtMs = performance.now()
  assert.is((await engine.delivery(first.id)).status, 'success')
  const next = await hook.waitForRequest(2)
  assert.ok(next.receivedAtMs - endedAtMs < 2_000, `at once: ${Math.round(next.receivedAtMs - endedAtMs)} ms`)
  await engine.waitForStatus(second.id, 'success')
  assert.is((await engine.attempts(first.id)).length, 1)
  await waitFor(async () => (await lockedJobs(pool)) === 0, { what: 'no job to be locked' })
})

stopping('does not wait for upkeep that takes long: its job is free for another', async () => {
  const worker = await startTestWorker(engine.db.url)
  const holder = await engine.db.connect()
  await holder.query(`select pg_advisory_lock(hashtextextended('rowhook:retention', 0))`) // as upkeep that is under way elsewhere
  await pool.query(`select graphile_worker.add_job('maintenance/partitions')`)
  await waitFor(async () => (await lockedJobs(pool)) === 1, { what: 'the job to be under way' })
  const told = performance.now()
  await worker.stop(200)
  const tookMs = performance.now() - told
  assert.is(await lockedJobs(pool), 0)
  await holder.end()
  assert.ok(tookMs < 5_000, `${Math.round(tookMs)} ms`)
})

stopping('at a second signal ends at once, and loses nothing', async () => {
  const worker = await processes.start()
  const hook = await engine.hook({}, () => (hook.requests().length === 1 ? undefined : 200))
  const { id } = await hook.publish()
  await hook.waitForRequest(1)
  worker.signal('SIGTERM')
  await waitFor(async () => (await pool.query('select from webhooks_private.workers where pid = $1 and ended_at is null', [worker.pid])).rowCount, { what: 'the worker to go on waiting' })
  let code: number | string | undefined
  void worker.ended.then((ended) => (code = ended))
  await waitFor(() => (code === undefined && worker.signal('SIGTERM'), code !== undefined), { what: 'the worker to end' })
  assert.is.not(code, 0)
  await processes.start()
  await hook.waitForRequest(2, 10_000)
  const delivery = await engine.waitForStatus(id, 'success')
  assert.is(delivery.attempts, 1)
})

stopping('stops a request that outlasts the grace time, which then spends no attempt', async () => {
  const worker = await engine.launch()
  const hook = await engine.hook({}, () => (hook.requests().length === 1 ? undefined : 200))
  const { id } = await hook.publish()
  await hook.waitForRequest(1)
  const startedMs = performance.now()
  await worker.stop(200)
  assert.ok(performance.now() - startedMs < 4_000)
  const handedBack = await engine.delivery(id)
  assert.is(handedBack.status, 'pending')
  assert.is(handedBack.attempts, 0)
  assert.ok((await wakeUpsWaiting(pool)).includes(hook.endpointId), 'a wake-up waits for whoever comes next')
  await engine.launch()
  await hook.waitForRequest(2)
  await engine.waitForStatus(id, 'success')
})

stopping.run()
