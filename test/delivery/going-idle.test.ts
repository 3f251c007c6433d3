/**
 * The protocol by which a lane goes idle, without sweeper and without jobs: whatever a writer that saw the lane owned
 * commits, and whenever it does, the owner finds it.
 */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { waitFor } from '../support/wait.ts'
import { startLanes } from './support/lanes.ts'

const goingIdle = suite('going idle')

const { db, steps, emit, received, jobsOf, idle, goIdleWith, close } = await startLanes()

const isolationLevels = ['read committed', 'repeatable read', 'serializable'] as const
const commitPoints = [
  ['before the unlock', 'release', 1],
  ['before the second look', 'look', 1],
  ['before the third look', 'look', 2],
  ['before the sixth look', 'look', 5],
] as const

for (const isolation of isolationLevels) {
  for (const [name, step, nth] of commitPoints) {
    goingIdle(`finds what a ${isolation} writer wrote while the lane was owned and committed ${name}`, async () => {
      const client = await db.connect()
      let eventId = ''
      const { endpointId } = await goIdleWith(async (at, count, tenant) => {
        if (at === 'release' && count === 1) {
          // The lane is owned and about to be given back: the writer sees it owned, and leaves no job.
          await client.query(`begin isolation level ${isolation}`)
          eventId = await emit(client, tenant)
        }
        if (at === step && count === nth) await client.query('commit')
      })
      await waitFor(() => eventId !== '' && received(eventId), { what: 'the event of the writer' })
      await idle()
      assert.is(await jobsOf(endpointId), 1, 'only the first writer, who found the lane free, left a job')
      await client.end()
    })
  }

  goingIdle(`a ${isolation} writer that comes after the unlock leaves a job`, async () => {
    const client = await db.connect()
    const { tenant } = await goIdleWith(() => Promise.resolve())
    await idle()
    await db.pool.query(`select graphile_worker.complete_jobs(array(select id from graphile_worker.jobs))`)
    await client.query(`begin isolation level ${isolation}`)
    await emit(client, tenant)
    await client.query('commit')
    const { rows } = await db.pool.query<{ jobs: number }>(`select count(*)::integer as jobs from graphile_worker.jobs`)
    assert.is(rows[0]!.jobs, 1)
    await client.end()
  })
}

goingIdle('finds what the last of several open writers wrote, although the snapshot of the first look ends before all of them', async () => {
  const [early, late] = [await db.connect(), await db.connect()]
  let eventId = ''
  await goIdleWith(async (at, count, tenant) => {
    if (at === 'release' && count === 1) {
      await early.query('begin')
      await early.query('select pg_current_xact_id()')
      await late.query('begin')
      eventId = await emit(late, tenant)
    }
    if (at === 'look' && count === 1) await early.query('commit')
    if (at === 'look' && count === 4) await late.query('commit')
  })
  await waitFor(() => eventId !== '' && received(eventId), { what: 'the event of the last writer' })
  await idle()
  await Promise.all([early.end(), late.end()])
})

goingIdle('a writer that rolls back holds the lane up no longer than its transaction', async () => {
  const client = await db.connect()
  let eventId = ''
  await goIdleWith(async (at, count, tenant) => {
    if (at === 'release' && count === 1) {
      await client.query('begin')
      eventId = await emit(client, tenant)
    }
    if (at === 'look' && count === 3) await client.query('rollback')
  })
  await waitFor(() => steps.filter((each) => each === 'look').length >= 3, { what: 'three looks' })
  await idle()
  assert.not(received(eventId))
  await client.end()
})

goingIdle('a lane is looked at for about a second at most, however long a transaction stays open', async () => {
  const client = await db.connect()
  await client.query('begin')
  await client.query('select pg_current_xact_id()') // any open transaction with an id holds the horizon back
  await goIdleWith(() => Promise.resolve())
  await waitFor(() => steps.includes('look'), { what: 'a look' })
  await idle()
  const looks = steps.filter((each) => each === 'look').length
  assert.ok(looks >= 10 && looks <= 60, `${looks} looks`)
  await client.query('rollback')
  await client.end()
})

goingIdle.after(close)

goingIdle.run()
