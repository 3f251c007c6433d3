/** A worker whose signs of life are not acknowledged sends nothing more, long before the others declare it dead. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { startEngine } from '../delivery/support/engine.ts'
import { waitFor } from '../support/wait.ts'

const STALE_MS = 5_000
const engine = await startEngine({ staleAfterMs: STALE_MS })
const { db } = engine

const signs = suite('signs of life')
signs.after(() => engine.close())

signs('no request starts when the last that was acknowledged is half as old as the others wait, and all goes on when they come again', async () => {
  const hook = await engine.hook({ max_in_flight: 4 }, { delayMs: 20 })
  await db.pool.query(`insert into webhooks.events (tenant_id, type) select $1, 'test.event' from generate_series(1, 2000)`, [hook.tenant])
  await hook.waitForRequest(50)
  // Signs of life wait for the row, and nothing else does: pages and the states of endpoints are read as ever.
  const blocker = await db.connect()
  await blocker.query('begin; select from webhooks_private.workers for update')
  const blockedMs = performance.now()
  const last = () => hook.requests().at(-1)!.receivedAtMs
  try {
    await waitFor(() => performance.now() - last() > 500, { what: 'the requests to end' })
    const afterMs = last() - blockedMs
    assert.ok(afterMs > 500 && afterMs < STALE_MS / 2 + 300, `the last request came ${Math.round(afterMs)} ms after the last sign of life`)
    assert.ok(hook.requests().length < 2_000)
  } finally {
    await blocker.query('rollback')
  }
  await waitFor(() => performance.now() - last() < 100, { what: 'requests to start again' })
})

signs.run()
