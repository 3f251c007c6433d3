/** Signs of life, and what is done for workers that give none. */
import { randomUUID } from 'node:crypto'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { createPool } from '../../src/database/pool.ts'
import { openLockSession } from '../../src/database/session.ts'
import { claimRound, heartbeat, noteBusyLanes, reapWorkers, registerWorker, replaceWorker, signOff } from '../../src/database/workers.ts'
import { createTestDatabase } from '../support/database.ts'
import { deprecations } from '../support/deprecations.ts'

const db = await createTestDatabase({ template: 'core' })
const pool = createPool({ databaseUrl: db.url, name: 'workers test', role: 'rowhook_owner' })
const observer = randomUUID()
const fail = (error: unknown) => {
  throw error
}
const reap = (staleAfterMs = 60_000) => reapWorkers(pool, observer, staleAfterMs, fail)

const join = async () => {
  const session = await openLockSession(db.url)
  const id = randomUUID()
  await registerWorker(session.connection, { id, host: 'test', pid: 1, version: '0' })
  return { id, session, leave: () => session.close() }
}

const crashesOf = async (endpointId: string) => (await db.pool.query<{ crashes: number }>('select crashes from webhooks_private.lanes where endpoint_id = $1', [endpointId])).rows[0]?.crashes
const vitals = { lanes: 0, inFlight: 0, busyLanes: [], poolIds: [] }

const workers = suite('workers')
workers.after(async () => {
  await pool.end()
  await db.drop()
})

workers('share their lock connection among statements, which go one after the other, also after one that fails', async () => {
  const session = await openLockSession(db.url)
  const ask = (text: string) => session.connection.query<{ n: number }>(text).then(({ rows }) => rows[0]!.n)
  const answers = await Promise.allSettled([ask('select 1 as n'), ask('select nothing'), ask('select 3 as n from pg_sleep(0.05)'), ask('select 4 as n')])
  assert.equal(answers.map((answer) => (answer.status === 'fulfilled' ? answer.value : 'failed')), [1, 'failed', 3, 4])
  assert.equal(deprecations, [], 'pg warns of statements that overlap')
  await session.close()
})

workers('that live are left alone', async () => {
  const worker = await join()
  assert.equal(await reap(), [])
  const alone = (await heartbeat(worker.session.connection, worker.id, vitals)) ?? 0
  const other = await join()
  const shared = await heartbeat(worker.session.connection, worker.id, vitals)
  await signOff(other.session.connection, other.id)
  await other.leave()
  assert.ok(alone >= 256 && shared === Math.floor(alone / 2), `${alone} lanes may rest, of each of two workers ${shared}`)
  await signOff(worker.session.connection, worker.id)
  await worker.leave()
  assert.equal(await reap(), [])
})

workers('whose connection is gone are declared dead once, and counted on the lanes where they were busy', async () => {
  const endpointId = randomUUID()
  const worker = await join()
  await noteBusyLanes(worker.session.connection, worker.id, [endpointId, endpointId])
  await worker.leave()
  const both = await Promise.all([reap(), reap()])
  assert.equal(both.flat().map(({ id, how }) => ({ id, how })), [{ id: worker.id, how: 'gone' }])
  assert.is(await crashesOf(endpointId), 1)
})

workers('that give no sign of life lose their connection, and learn it by their next one', async () => {
  const worker = await join()
  await db.pool.query(`update webhooks_private.workers set heartbeat_at = now() - interval '1 minute' where id = $1`, [worker.id])
  const [dead] = await reap(10_000)
  assert.is(dead?.how, 'frozen')
  await worker.session.ended
})

workers('whose process lives on are no crash, whether or not they were declared dead meanwhile', async () => {
  for (const isDeclared of [true, false]) {
    const endpointId = randomUUID()
    const worker = await join()
    await noteBusyLanes(worker.session.connection, worker.id, [endpointId])
    await worker.leave()
    if (isDeclared) {
      await reap()
      assert.is(await crashesOf(endpointId), 1)
    }
    const next = await join()
    await replaceWorker(next.session.connection, worker.id)
    assert.equal(await reap(), [])
    assert.is((await crashesOf(endpointId)) ?? 0, 0)
    await signOff(next.session.connection, next.id)
    await next.leave()
  }
})

workers('take over a round from one that is dead, at once', async () => {
  const first = await join()
  assert.is(await claimRound(pool, 'sweep', first.id), true)
  assert.is(await claimRound(pool, 'sweep', observer), false)
  await first.leave()
  await reap()
  assert.is(await claimRound(pool, 'sweep', observer), true)
})

workers('take over a round that was begun before the clock of the database was set back', async () => {
  const first = await join()
  await pool.query(`update webhooks_private.rounds set worker_id = $1, begun_at = now() + interval '1 hour' where name = 'sweep'`, [first.id])
  assert.is(await claimRound(pool, 'sweep', observer), true)
  await signOff(first.session.connection, first.id)
  await first.leave()
})

workers.run()
