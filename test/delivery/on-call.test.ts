/**
 * Lanes on call, without sweeper and without jobs: their owner reads them when a writer calls, and at no other time; and whatever a
 * writer that saw the lane read commits, and whenever it does, the owner finds it.
 */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { takeLanes } from '../../src/database/lane-endpoints.ts'
import { heldLocks } from '../../src/database/lanes.ts'
import { openLockSession } from '../../src/database/session.ts'
import { waitFor } from '../support/wait.ts'
import { startLanes } from './support/lanes.ts'

const onCall = suite('lanes on call')

const lanes = await startLanes({ isOnCall: true })
const { db, receiver, registry, steps, emit, received, jobsOf, idle, goIdleWith } = lanes

const nothing = () => Promise.resolve()

/** Nobody looks at the lane any more, and it is on call: an offer that finds nothing gives it back, and takes it again the next time. */
const restingAgain = (endpointId: string) =>
  waitFor(
    async () => {
      await idle()
      const { rows } = await db.pool.query<{ isOnCall: boolean }>('select webhooks_private.lane_is_on_call($1) as "isOnCall"', [endpointId])
      if (!rows[0]!.isOnCall) await registry.offer(endpointId)
      return rows[0]!.isOnCall
    },
    { what: 'the lane to be on call' },
  )

/** A lane that rests on call, after its first event. */
const resting = async (): Promise<{ readonly endpointId: string; readonly tenant: string }> => {
  const lane = await goIdleWith(nothing)
  await restingAgain(lane.endpointId)
  steps.length = 0
  return lane
}

const arrives = (eventId: string) => waitFor(() => received(eventId), { what: 'the event' })

onCall('an event costs no step of its lane but to load its endpoint, and leaves no job', async () => {
  const { endpointId, tenant } = await resting()
  for (let n = 0; n < 3; n++) {
    await arrives(await emit(db.pool, tenant))
    await idle()
  }
  assert.equal(steps, ['loadCalled', 'loadCalled', 'loadCalled'])
  assert.is(await jobsOf(endpointId), 1, 'only the first event found the lane free')
})

for (const isolation of ['read committed', 'repeatable read', 'serializable'] as const) {
  for (const [name, step, nth] of [
    ['before it is on call', 'putOnCall', 1],
    ['before the second look', 'look', 1],
    ['before the third look', 'look', 2],
    ['before the sixth look', 'look', 5],
  ] as const) {
    onCall(`finds what a ${isolation} writer wrote while the lane was read and committed ${name}`, async () => {
      const client = await db.connect()
      let eventId = ''
      const { endpointId } = await goIdleWith(async (at, count, tenant) => {
        if (at === 'putOnCall' && count === 1) {
          await client.query(`begin isolation level ${isolation}`)
          eventId = await emit(client, tenant)
        }
        if (at === step && count === nth) await client.query('commit')
      })
      await waitFor(() => eventId !== '' && received(eventId), { what: 'the event of the writer' })
      await idle()
      assert.is(await jobsOf(endpointId), 1)
      await client.end()
    })
  }

  onCall(`a ${isolation} writer calls when it commits, and not when it rolls back`, async () => {
    const { tenant } = await resting()
    const client = await db.connect()
    await client.query(`begin isolation level ${isolation}`)
    const undone = await emit(client, tenant)
    await client.query('rollback')
    await client.query(`begin isolation level ${isolation}`)
    const eventId = await emit(client, tenant)
    assert.not(received(eventId))
    await client.query('commit')
    await arrives(eventId)
    assert.not(received(undone))
    await client.end()
  })
}

onCall('what is due later is sent when it is due', async () => {
  const { tenant } = await resting()
  const { rows } = await db.pool.query<{ id: string }>(`select webhooks.emit('test.event', '{}', $1, deliver_at => now() + interval '300 milliseconds') as id`, [tenant])
  await arrives(rows[0]!.id)
})

onCall('what is due later is not forgotten over what is due now', async () => {
  const { tenant } = await resting()
  const client = await db.connect()
  await client.query('begin')
  const { rows } = await client.query<{ id: string }>(`select webhooks.emit('test.event', '{}', $1, deliver_at => now() + interval '400 milliseconds') as id`, [tenant])
  const now = await emit(client, tenant)
  await client.query('commit')
  await arrives(now)
  await arrives(rows[0]!.id)
  await client.end()
})

onCall('what failed is tried again', async () => {
  const { tenant } = await resting()
  let tries = 0
  receiver.respond(() => (++tries === 1 ? 500 : 200))
  const eventId = await emit(db.pool, tenant)
  await waitFor(() => receiver.requests.filter(({ headers }) => headers['webhook-id'] === eventId).length === 2, { what: 'the second try' })
  receiver.respond(() => 200)
})

onCall('what is opened again by hand is sent', async () => {
  const { endpointId, tenant } = await resting()
  receiver.respond(() => 400)
  const eventId = await emit(db.pool, tenant)
  await arrives(eventId)
  await idle()
  receiver.respond(() => 200)
  await restingAgain(endpointId) // the failure has given it back
  const tries = receiver.requests.length
  await db.pool.query(`select webhooks.retry_delivery(id) from webhooks.deliveries where event_id = $1`, [eventId])
  await waitFor(() => receiver.requests.length > tries, { what: 'the delivery again' })
})

onCall('a lane that becomes busy is read again and called no more, and nothing is lost meanwhile', async () => {
  const { tenant } = await resting()
  const client = await db.connect()
  const calls: string[] = []
  client.on('notification', ({ channel }) => void calls.push(channel))
  await client.query('listen "rowhook:lanes"')
  const events: string[] = []
  for (let n = 0; n < 200; n++) events.push(await emit(db.pool, tenant))
  await waitFor(() => events.every(received), { what: 'all events' })
  assert.ok(steps.includes('keepReading'))
  assert.ok(calls.length < 100, `${calls.length} calls`)
  await idle()
  assert.ok(steps.includes('putOnCall'), 'and rests again')
  await client.end()
})

onCall('who has a wake-up for a lane that is on call elsewhere calls its owner', async () => {
  const { endpointId, tenant } = await resting()
  const other = await openLockSession(db.url)
  const client = await db.connect()
  await client.query(`set rowhook.wake = 'off'`)
  const eventId = await emit(client, tenant)
  assert.equal(await takeLanes(other.connection, [endpointId]), [])
  assert.equal(await heldLocks(other.connection, [endpointId]), [], 'the attempt leaves no lock, behind which nobody would call the owner again')
  await arrives(eventId)
  await other.close()
  await client.end()
})

onCall('the sweeper calls for what nobody has called for', async () => {
  const { tenant } = await resting()
  const client = await db.connect()
  await client.query(`set rowhook.wake = 'off'`)
  const eventId = await emit(client, tenant)
  await waitFor(
    async () => {
      const { rows } = await client.query('select * from webhooks_private.sweep()')
      assert.equal(rows, [], 'its lane is served')
      return received(eventId)
    },
    { what: 'the event' },
  )
  await client.end()
})

onCall('a lane whose endpoint cannot be loaded rests on, and is called again', async () => {
  const { tenant } = await goIdleWith((step, nth) => (step === 'loadCalled' && nth === 1 ? Promise.reject(new Error('no database')) : Promise.resolve()))
  await idle()
  const eventId = await emit(db.pool, tenant)
  await waitFor(() => steps.includes('loadCalled'), { what: 'the call' })
  await waitFor(async () => (await db.pool.query('select from webhooks_private.sweep()')) && received(eventId), { what: 'the event' })
})

for (const [name, work] of [
  ['without having done anything', ''],
  ['having done its work', 'perform webhooks_private.put_on_call_whole(endpoint_ids);'],
] as const) {
  onCall(`a lane is given back that could not be put on call, ${name}`, async () => {
    await db.pool.query(`
      alter function webhooks_private.put_on_call(uuid[]) rename to put_on_call_whole;
      create function webhooks_private.put_on_call(endpoint_ids uuid[]) returns table (endpoint_id uuid, due_in_ms double precision, xmin text, horizon text)
      language plpgsql as $$ begin ${work} raise 'no room for locks'; end $$`)
    try {
      const { endpointId, tenant } = await goIdleWith(nothing)
      await waitFor(async () => (await db.pool.query<{ free: boolean }>('select webhooks_private.lane_is_free($1) as free', [endpointId])).rows[0]!.free, { what: 'the lane to be free' })
      const eventId = await emit(db.pool, tenant)
      assert.is(await jobsOf(endpointId), 1, 'the writer finds it free')
      await registry.offer(endpointId)
      await arrives(eventId)
      await idle()
    } finally {
      await db.pool.query(`
        drop function webhooks_private.put_on_call(uuid[]);
        alter function webhooks_private.put_on_call_whole(uuid[]) rename to put_on_call`)
    }
  })
}

onCall('a paused endpoint gives its lane back when it is called', async () => {
  const { endpointId, tenant } = await resting()
  await db.pool.query('update webhooks.endpoints set paused_at = now() where id = $1', [endpointId])
  const eventId = await emit(db.pool, tenant)
  await waitFor(async () => (await db.pool.query<{ free: boolean }>('select webhooks_private.lane_is_free($1) as free', [endpointId])).rows[0]!.free, { what: 'the lane to be free' })
  assert.not(received(eventId))
})

onCall('a stop leaves one wake-up for a lane at rest that has something due soon', async () => {
  const { endpointId, tenant } = await resting()
  const client = await db.connect()
  await client.query(`set rowhook.wake = 'off'`)
  await client.query(`select webhooks.emit('test.event', '{}', $1, deliver_at => now() + interval '4 seconds')`, [tenant])
  const eventId = await emit(client, tenant)
  await registry.offer(endpointId)
  await arrives(eventId)
  await restingAgain(endpointId)
  const before = await jobsOf(endpointId)
  await registry.stop(0)
  assert.is(await jobsOf(endpointId), before + 1)
  await client.end()
})

onCall.after(lanes.close)

onCall.run()
