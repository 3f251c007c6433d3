/** The backstop: what is due on a free lane is found although nobody was woken, and an alert says when that goes on. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { startEngine, type Hook } from '../delivery/support/engine.ts'
import { forgetWakeUps } from '../support/endpoints.ts'
import { waitFor } from '../support/wait.ts'

const engine = await startEngine({ unservedAfterMs: 1_500 })
const { pool } = engine.db

/** Records an event in a transaction that wakes nobody. */
const publishAsleep = async (hook: Hook): Promise<number> => {
  const client = await engine.db.connect()
  await client.query('begin')
  await client.query(`set local rowhook.wake = 'off'`)
  await client.query(`insert into webhooks.events (tenant_id, type, data) values ($1, 'test.event', '{}')`, [hook.tenant])
  await client.query('commit')
  await client.end()
  return performance.now()
}

const alerts = async (hook: Hook) =>
  (await pool.query<{ isOpen: boolean; summary: string }>(`select resolved_at is null as "isOpen", summary from webhooks.alerts where kind = 'unserved_lane' and subject = $1`, [hook.endpointId])).rows

const sweeping = suite('the sweeper')
sweeping.after(() => engine.close())

sweeping('finds what is due without a wake-up within about two seconds', async () => {
  const hook = await engine.hook()
  const committedAtMs = await publishAsleep(hook)
  const request = await hook.waitForRequest(1, 10_000)
  assert.ok(request.receivedAtMs - committedAtMs < 2_500, `${Math.round(request.receivedAtMs - committedAtMs)} ms`)
})

sweeping('finds what is due when its jobs were removed by hand', async () => {
  const hook = await engine.hook({ paused_at: new Date() })
  const { id } = await hook.publish()
  const client = await engine.db.connect()
  await client.query('begin')
  await client.query('update webhooks.endpoints set paused_at = null where id = $1', [hook.endpointId])
  await forgetWakeUps(client)
  await client.query('commit')
  await engine.waitForStatus(id, 'success')
})

sweeping('raises an alert for a lane that it finds again and again, and takes it back when the lane is served', async () => {
  const hook = await engine.hook()
  const { rows: secrets } = await pool.query<{ id: string }>('update webhooks_private.endpoint_secrets set expires_at = now() where endpoint_id = $1 returning id', [hook.endpointId])
  const { id } = await hook.publish() // nothing can sign it, so that whoever takes the lane gives it back
  await waitFor(async () => (await alerts(hook))[0]?.isOpen, { deadlineMs: 10_000, what: 'the alert' })
  assert.match((await alerts(hook))[0]!.summary, /no worker serves its lane/)
  await pool.query('update webhooks_private.endpoint_secrets set expires_at = null where id = $1', [secrets[0]!.id])
  await engine.waitForStatus(id, 'success')
  await waitFor(async () => (await alerts(hook)).every(({ isOpen }) => !isOpen), { what: 'the alert to be over' })
})

sweeping('raises none for what was due long ago and is served now', async () => {
  const hook = await engine.hook({ paused_at: new Date() })
  const { id } = await hook.publish()
  await pool.query(`update webhooks.deliveries set next_retry_at = now() - interval '1 hour' where id = $1`, [id])
  await pool.query('update webhooks.endpoints set paused_at = null where id = $1', [hook.endpointId])
  await engine.waitForStatus(id, 'success')
  assert.equal(await alerts(hook), [])
})

sweeping('frees the wake-up jobs of a pool that nobody knows, and leaves those of other applications', async () => {
  const client = await engine.db.connect()
  for (const task of ['deliver', 'of_the_application']) await client.query(`select graphile_worker.add_job($1, '{}', job_key => $1, run_at => now() + interval '1 hour')`, [task])
  await client.query(`update graphile_worker._private_jobs set locked_at = now() - interval '1 minute', locked_by = 'pool of ' || key where key in ('deliver', 'of_the_application')`)
  const locked = async () => (await client.query<{ key: string }>('select key from graphile_worker.jobs where locked_by is not null order by key')).rows.map(({ key }) => key)
  await waitFor(async () => !(await locked()).includes('deliver'), { deadlineMs: 10_000, what: 'the job to be free' })
  assert.equal(await locked(), ['of_the_application'])
  await client.end()
})

sweeping.run()
