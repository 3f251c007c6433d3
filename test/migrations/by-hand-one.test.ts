/** One delivery by hand: retry_delivery and cancel_delivery, and how they get on with the schedule and with workers. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { createTestDatabase } from '../support/database.ts'
import { createEndpoint, createEvents, deliveriesOf, endDelivery, forgetWakeUps, refusal, wakeUpsWaiting, type DeliveryRow } from '../support/endpoints.ts'

const db = await createTestDatabase({ template: 'core' })
const { pool } = db

const one = suite('one delivery by hand')
one.after(() => db.drop())

/** An endpoint of a tenant of its own with one open delivery. */
let tenants = 0
const newDelivery = async (columns: Record<string, unknown> = {}): Promise<DeliveryRow> => {
  const tenant = `tenant ${++tenants}`
  const endpoint = await createEndpoint(pool, { tenant_id: tenant, ...columns })
  await createEvents(pool, { tenant })
  await forgetWakeUps(pool)
  return (await deliveriesOf(pool, endpoint))[0]!
}
const retry = async (id: string, force = false): Promise<DeliveryRow> =>
  (await pool.query<DeliveryRow>('select * from webhooks.retry_delivery($1, $2)', [id, force])).rows[0]!
const cancel = async (id: string): Promise<DeliveryRow> => (await pool.query<DeliveryRow>('select * from webhooks.cancel_delivery($1)', [id])).rows[0]!
const wait = (id: string, attempts: number) =>
  pool.query(`update webhooks.deliveries set status = 'retrying', attempts = $2, next_retry_at = now() + interval '1 hour' where id = $1`, [id, attempts])
const isDue = async (id: string) => (await pool.query('select from webhooks.deliveries where id = $1 and next_retry_at <= now()', [id])).rowCount === 1
/** What a worker does with a failed request: fenced by the attempts that it read. */
const recordFailure = async (id: string, attemptsRead: number) =>
  (
    await pool.query(
      `update webhooks.deliveries
          set attempts      = attempts + 1,
              status        = case when attempts + 1 >= max_attempts then 'failed' else 'retrying' end,
              finished_at   = case when attempts + 1 >= max_attempts then now() end,
              next_retry_at = case when attempts + 1 <  max_attempts then now() + interval '1 hour' end
        where id = $1 and status in ('pending', 'retrying') and attempts = $2`,
      [id, attemptsRead],
    )
  ).rowCount === 1

one('a retry takes the place of the attempt that waits, and wakes the lane', async () => {
  const { id, endpoint_id } = await newDelivery()
  await wait(id, 2)
  const after = await retry(id)
  assert.ok(await isDue(id))
  assert.equal([after.status, after.attempts, after.max_attempts], ['retrying', 2, 5])
  assert.equal(await wakeUpsWaiting(pool), [endpoint_id])
})

for (const status of ['failed', 'cancelled', 'expired'] as const) {
  one(`a retry reopens one that is ${status}, with one more attempt`, async () => {
    const { id } = await newDelivery()
    await endDelivery(pool, id, status, 5)
    const after = await retry(id)
    assert.equal([after.status, after.attempts, after.max_attempts, after.finished_at], ['retrying', 5, 6, null])
    assert.ok(await isDue(id))
  })
}

one('one that was cancelled before its first attempt is pending again', async () => {
  const { id } = await newDelivery()
  await cancel(id)
  const after = await retry(id)
  assert.equal([after.status, after.attempts, after.max_attempts], ['pending', 0, 5])
})

one('a success is refused, unless forced', async () => {
  const { id } = await newDelivery()
  await endDelivery(pool, id, 'success', 1)
  const error = await refusal(retry(id))
  assert.is(error.code, 'WHDON')
  assert.match(error.hint!, 'force => true')
  const after = await retry(id, true)
  assert.equal([after.status, after.delivered_at, after.max_attempts], ['retrying', null, 5])
})

one('two retries one after the other send once more', async () => {
  const { id } = await newDelivery()
  await endDelivery(pool, id, 'failed', 5)
  const [first, second] = [await retry(id), await retry(id)]
  assert.equal(second, first)
  assert.ok(await recordFailure(id, 5))
  assert.equal((await deliveriesOf(pool, first.endpoint_id)).map(({ status, attempts }) => [status, attempts]), [['failed', 6]])
})

one('two retries at once send once more', async () => {
  const { id } = await newDelivery()
  await endDelivery(pool, id, 'failed', 5)
  const [one, two] = await Promise.all([db.connect(), db.connect()])
  await one.query('begin')
  await one.query('select webhooks.retry_delivery($1)', [id])
  const second = two.query<DeliveryRow>('select * from webhooks.retry_delivery($1)', [id])
  await one.query('commit')
  assert.is((await second).rows[0]!.max_attempts, 6)
  await Promise.all([one.end(), two.end()])
})

one('a request that is under way is the retry: its success counts', async () => {
  const { id } = await newDelivery() // due, and a worker has read attempts = 0
  await retry(id)
  const { rowCount } = await pool.query(
    `update webhooks.deliveries set status = 'success', attempts = 1, delivered_at = now(), finished_at = now(), next_retry_at = null
      where id = $1 and status in ('pending', 'retrying') and attempts = 0`,
    [id],
  )
  assert.is(rowCount, 1)
  assert.is((await refusal(retry(id))).code, 'WHDON')
})

one('a request that is under way when its delivery is cancelled and retried is recorded', async () => {
  const { id, endpoint_id } = await newDelivery()
  await cancel(id)
  await retry(id)
  assert.ok(await recordFailure(id, 0))
  assert.equal((await deliveriesOf(pool, endpoint_id)).map(({ status, attempts }) => [status, attempts]), [['retrying', 1]])
})

one('a retry while a failure is being recorded sends once more after it', async () => {
  const { id } = await newDelivery({ max_attempts: 1 })
  const worker = await db.connect()
  await worker.query('begin')
  await worker.query(`update webhooks.deliveries set status = 'failed', attempts = 1, finished_at = now(), next_retry_at = null where id = $1 and attempts = 0`, [id])
  const retried = retry(id)
  await worker.query('commit')
  await worker.end()
  const after = await retried
  assert.equal([after.status, after.attempts, after.max_attempts], ['retrying', 1, 2])
})

one('a retry is refused while the endpoint is disabled, not while it is paused', async () => {
  const { id, endpoint_id } = await newDelivery()
  await pool.query('select webhooks.pause_endpoint($1)', [endpoint_id])
  await wait(id, 1)
  await retry(id)
  assert.ok(await isDue(id))
  assert.equal(await wakeUpsWaiting(pool), [])
  await pool.query('select webhooks.disable_endpoint($1)', [endpoint_id])
  assert.is((await refusal(retry(id))).code, 'WHOFF')
})

one('cancelling ends what is open, and twice is no error', async () => {
  const { id } = await newDelivery()
  const [first, second] = [await cancel(id), await cancel(id)]
  assert.equal([first.status, first.next_retry_at, first.finished_at !== null], ['cancelled', null, true])
  assert.equal(second, first)
  assert.not(await recordFailure(id, 0), 'the answer of a request under way changes nothing any more')
})

one('cancelling what has ended is refused', async () => {
  const { id } = await newDelivery()
  await endDelivery(pool, id, 'failed')
  const error = await refusal(cancel(id))
  assert.is(error.code, 'WHDON')
  assert.match(error.message, 'failed')
})

one('cancelling the head of an ordered lane wakes it', async () => {
  const { id, endpoint_id } = await newDelivery({ ordering: 'endpoint' })
  await cancel(id)
  assert.equal(await wakeUpsWaiting(pool), [endpoint_id])
})

one('what is not there is not found', async () => {
  const nobody = '019aa7a2-3f00-7000-8000-000000000001'
  assert.is((await refusal(retry(nobody))).code, 'WHNOF')
  assert.is((await refusal(cancel(nobody))).code, 'WHNOF')
})

one('both acts are audited', async () => {
  const { id } = await newDelivery()
  const admin = await db.connect()
  await admin.query(`select set_config('rowhook.user', 'ada', false)`)
  await admin.query('select webhooks.cancel_delivery($1)', [id])
  await admin.query('select webhooks.retry_delivery($1)', [id])
  await admin.end()
  const { rows } = await pool.query('select actor, action, subject from webhooks.audit_log where subject_id = $1 order by id', [id])
  assert.equal(rows, [
    { actor: 'ada', action: 'delivery.cancelled', subject: 'delivery' },
    { actor: 'ada', action: 'delivery.retried', subject: 'delivery' },
  ])
})

one.run()
