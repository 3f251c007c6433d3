/** What follows for deliveries when an endpoint is paused, disabled, deleted, enabled or ordered anew. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { createTestDatabase } from '../support/database.ts'
import { createEndpoint, createEvents, deliveriesOf, endDelivery, forgetWakeUps, wakeUpsWaiting } from '../support/endpoints.ts'
import { waitFor } from '../support/wait.ts'

const db = await createTestDatabase({ template: 'core' })
const { pool } = db

const set = (id: string, assignments: string) => pool.query(`update webhooks.endpoints set ${assignments} where id = $1`, [id])
const statusesOf = async (id: string) => (await deliveriesOf(pool, id)).map(({ status }) => status)
const sweep = async (batch = 5000): Promise<number> => {
  const { rows } = await pool.query<{ n: number }>('select webhooks_private.close_dead_lanes($1) as n', [batch])
  return rows[0]!.n
}
const unsettled = async (id: string) => (await pool.query('select from webhooks_private.unsettled_endpoints where endpoint_id = $1', [id])).rowCount === 1
/** Snapshots span the cluster: a transaction of another test's database keeps the horizon back until it ends. */
const settleAll = (id: string) =>
  waitFor(
    async () => {
      await sweep()
      return !(await unsettled(id))
    },
    { deadlineMs: 20_000, what: 'the endpoint to be settled' },
  )

const state = suite('the state of an endpoint')
state.after(() => db.drop())

state('resuming wakes the lane, pausing does not', async () => {
  const id = await createEndpoint(pool)
  await set(id, 'paused_at = now()')
  await createEvents(pool)
  assert.not((await wakeUpsWaiting(pool)).includes(id))
  await set(id, 'paused_at = null')
  assert.ok((await wakeUpsWaiting(pool)).includes(id))
  assert.equal(await statusesOf(id), ['pending'])
})

state('a change of something else wakes nobody', async () => {
  const id = await createEndpoint(pool)
  await createEvents(pool)
  await forgetWakeUps(pool)
  await set(id, `name = 'other', url = 'https://other.test/'`)
  assert.not((await wakeUpsWaiting(pool)).includes(id))
})

state('disabling cancels what is open and leaves what has ended', async () => {
  const id = await createEndpoint(pool)
  const [first] = await createEvents(pool, { count: 3 })
  const done = (await deliveriesOf(pool, id)).find((each) => each.event_id === first)!
  await endDelivery(pool, done.id, 'success', 1)
  await set(id, 'is_active = false')
  const after = await deliveriesOf(pool, id)
  assert.equal(after.map(({ status }) => status).sort(), ['cancelled', 'cancelled', 'success'])
  assert.ok(after.every((each) => each.finished_at !== null && each.next_retry_at === null))
  await settleAll(id)
})

state('deleting cancels what is open, in order too', async () => {
  const id = await createEndpoint(pool, { ordering: 'endpoint' })
  await createEvents(pool, { count: 2 })
  await set(id, 'deleted_at = now()')
  assert.equal(await statusesOf(id), ['cancelled', 'cancelled'])
  await settleAll(id)
})

state('a delivery that commits after the disable is cancelled by the sweeper', async () => {
  const id = await createEndpoint(pool)
  const writer = await db.connect()
  await writer.query('begin')
  await createEvents(writer)
  await set(id, 'is_active = false')
  await sweep()
  await sweep()
  assert.ok(await unsettled(id), 'the writer may still commit')
  await writer.query('commit')
  assert.is(await sweep(), 1)
  assert.equal(await statusesOf(id), ['cancelled'])
  await settleAll(id)
  await writer.end()
})

state('so is one of a transaction whose snapshot is older than the disable', async () => {
  const id = await createEndpoint(pool)
  const writer = await db.connect()
  await writer.query('begin isolation level repeatable read')
  await writer.query('select 1') // takes the snapshot, and no transaction id yet
  await set(id, 'is_active = false')
  for (let looks = 0; looks < 4; looks++) await sweep()
  await createEvents(writer)
  await writer.query('commit')
  assert.is(await sweep(), 1)
  assert.equal(await statusesOf(id), ['cancelled'])
  await settleAll(id)
  await writer.end()
})

state('so is one of a prepared transaction', async () => {
  const id = await createEndpoint(pool)
  const writer = await db.connect()
  await writer.query('begin isolation level repeatable read')
  await writer.query(`set local rowhook.wake = 'off'`)
  await writer.query('select 1')
  await set(id, 'is_active = false')
  await sweep()
  await createEvents(writer)
  await writer.query(`prepare transaction 'late ${id}'`)
  for (let looks = 0; looks < 4; looks++) await sweep()
  await writer.query(`commit prepared 'late ${id}'`)
  assert.is(await sweep(), 1)
  await settleAll(id)
  await writer.end()
})

state('what a worker is recording at the moment is left for the next look', async () => {
  const id = await createEndpoint(pool)
  await createEvents(pool, { count: 2 })
  const [busy] = await deliveriesOf(pool, id)
  const worker = await db.connect()
  await worker.query('begin')
  await worker.query('select from webhooks.deliveries where id = $1 for update', [busy!.id])
  await set(id, 'is_active = false')
  assert.equal(await statusesOf(id), ['pending', 'cancelled'])
  await worker.query('commit')
  assert.is(await sweep(), 1)
  assert.equal(await statusesOf(id), ['cancelled', 'cancelled'])
  await settleAll(id)
  await worker.end()
})

state('a disable cancels 10,000 at once, the sweeper the rest', async () => {
  const id = await createEndpoint(pool, { tenant_id: 'big' })
  await createEvents(pool, { tenant: 'big', count: 10_100 })
  const open = async () => (await statusesOf(id)).filter((status) => status === 'pending').length
  await set(id, 'is_active = false')
  assert.is(await open(), 100)
  assert.is(await sweep(60), 60)
  assert.is(await sweep(60), 40)
  assert.is(await open(), 0)
  await settleAll(id)
})

state('a rolled back disable leaves everything as it was', async () => {
  const id = await createEndpoint(pool, { tenant_id: 'undone' })
  await createEvents(pool, { tenant: 'undone' })
  const admin = await db.connect()
  await admin.query('begin')
  await admin.query('update webhooks.endpoints set is_active = false where id = $1', [id])
  await admin.query('rollback')
  await admin.end()
  assert.equal(await statusesOf(id), ['pending'])
  assert.not(await unsettled(id))
})

state('enabling begins anew: no reason, no failures, a closed circuit; Retry-After still holds', async () => {
  const [one, two] = [await createEndpoint(pool, { is_active: false }), await createEndpoint(pool, { is_active: false })]
  await pool.query(`update webhooks.endpoint_stats set consecutive_failures = 9, failing_since = now() where endpoint_id = any ($1)`, [[one, two]])
  await pool.query(
    `insert into webhooks_private.lanes (endpoint_id, held_until, held_reason, circuit, circuit_openings)
     values ($1, now() + interval '1 hour', 'circuit open', 'open', 3), ($2, now() + interval '1 hour', 'retry-after', 'closed', 0)`,
    [one, two],
  )
  await pool.query('update webhooks.endpoints set is_active = true where id = any ($1)', [[one, two]])
  const { rows } = await pool.query(
    `select p.disabled_reason, s.consecutive_failures::integer as failures, s.failing_since, l.circuit, l.circuit_openings, l.held_reason
       from webhooks.endpoints as p
       join webhooks.endpoint_stats as s on s.endpoint_id = p.id
       join webhooks_private.lanes  as l on l.endpoint_id = p.id
      where p.id = any ($1) order by p.id`,
    [[one, two]],
  )
  const fresh = { disabled_reason: null, failures: 0, failing_since: null, circuit: 'closed', circuit_openings: 0 }
  assert.equal(rows, [{ ...fresh, held_reason: null }, { ...fresh, held_reason: 'retry-after' }])
})

state('a change of ordering gives what is open its new key', async () => {
  const id = await createEndpoint(pool, { tenant_id: 'ordered' })
  await createEvents(pool, { tenant: 'ordered', resource: '7' })
  await createEvents(pool, { tenant: 'ordered' })
  const keysAfter = async (ordering: string) => {
    await set(id, `ordering = '${ordering}'`)
    return (await deliveriesOf(pool, id)).map(({ order_key }) => order_key)
  }
  assert.equal(await keysAfter('resource'), ['thing:7', null])
  assert.equal(await keysAfter('endpoint'), ['', ''])
  assert.equal(await keysAfter('resource'), ['thing:7', null])
  assert.equal(await keysAfter('none'), [null, null])
  await settleAll(id)
})

state('a delivery that commits with the order of before gets the new one from the sweeper', async () => {
  const id = await createEndpoint(pool, { tenant_id: 'late' })
  const writer = await db.connect()
  await writer.query('begin')
  await createEvents(writer, { tenant: 'late' })
  await set(id, `ordering = 'endpoint'`)
  await writer.query('commit')
  await writer.end()
  assert.is(await sweep(), 1)
  assert.equal((await deliveriesOf(pool, id)).map(({ order_key }) => order_key), [''])
  await settleAll(id)
})

state.run()
