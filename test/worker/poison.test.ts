/** A delivery that kills whoever sends it: found among innocent ones, and taken out of the way. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { startEngine } from '../delivery/support/engine.ts'
import { waitFor } from '../support/wait.ts'
import { createProcesses } from './support/processes.ts'

const engine = await startEngine()
await engine.worker().stop(0) // the workers of this file are processes, which can die
const { pool } = engine.db
const processes = createProcesses(pool, { databaseUrl: engine.db.url, staleAfterMs: 10_000, poison: 'deadly' })

const poison = suite('poison')
poison.after(async () => {
  await processes.close()
  await engine.close()
})

poison('kills each worker in its first moments, is sent alone, and is quarantined after the third death of that; the innocent around it succeed', async () => {
  const hook = await engine.hook({ max_in_flight: 5 })
  const before = [await hook.publish('{"n":1}'), await hook.publish('{"n":2}')]
  const deadly = await hook.publish('{"is":"deadly"}')
  const after = [await hook.publish('{"n":3}'), await hook.publish('{"n":4}')]

  let deaths = 0
  const isOver = async () => (await engine.delivery(deadly.id)).status === 'failed'
  while (!(await isOver())) {
    assert.ok(deaths < 8, 'the poison is found in time')
    const worker = await processes.start()
    const ended = await Promise.race([worker.ended, engine.waitForStatus(deadly.id, 'failed', 15_000)])
    if (ended === 'SIGKILL') deaths += 1
    // Somebody wakes the lane before the next worker is there: it can be taken at once, and the death must have been counted by then.
    await waitFor(async () => (await pool.query<{ free: boolean }>('select webhooks_private.lane_is_free($1) as free', [hook.endpointId])).rows[0]!.free || (await isOver()), { what: 'the lane to be free' })
    await pool.query('select webhooks_private.add_wake_ups(array[$1::uuid])', [hook.endpointId])
  }
  assert.is(deaths, 5) // two among others, three alone
  for (const { id } of [...before, ...after]) await engine.waitForStatus(id, 'success')

  const [attempt, ...others] = await engine.attempts(deadly.id)
  assert.is(attempt?.error_kind, 'quarantined')
  assert.is(others.length, 0)
  assert.match((await engine.delivery(deadly.id)).last_error ?? '', /3 workers died/)
  const { rows } = await pool.query<{ crashes: number; suspect_id: string | null }>('select crashes, suspect_id from webhooks_private.lanes where endpoint_id = $1', [hook.endpointId])
  assert.equal(rows, [{ crashes: 0, suspect_id: null }])
  const bodies = hook.requests().map(({ body }) => body.toString())
  assert.not.ok(bodies.some((body) => body.includes('deadly')))
})

poison.run()
