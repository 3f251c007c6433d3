/** Acts by hand while a worker is sending: what is under way counts, and nothing is sent twice that was asked for once. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { waitFor } from '../support/wait.ts'
import { startEngine } from './support/engine.ts'

const engine = await startEngine()
const { db } = engine

const byHand = suite('by hand, with a worker')
byHand.after(() => engine.close())

const retry = (id: string, force = false) => db.pool.query('select webhooks.retry_delivery($1, $2)', [id, force])
const cancel = (id: string) => db.pool.query('select webhooks.cancel_delivery($1)', [id])

/** An endpoint whose answers are given one by one. */
const withHeldAnswers = async (columns = {}) => {
  const waiting: ((status: number) => void)[] = []
  const hook = await engine.hook(columns, () => new Promise<number>((resolve) => void waiting.push(resolve)))
  const answer = async (status: number) => (await waitFor(() => waiting.shift(), { what: 'a request to answer' }))(status)
  return { hook, answer, isWaiting: () => waiting.length }
}

/** No lane is read any more: each is given back, or rests until it is called. */
const allQuiet = () => waitFor(() => engine.worker().vitals().lanes === 0, { what: 'the lane to be given back' })

byHand('a retry while the request is under way is that request', async () => {
  const { hook, answer } = await withHeldAnswers()
  const { id } = await hook.publish()
  await hook.waitForRequest(1)
  await retry(id)
  await answer(200)
  assert.is((await engine.waitForStatus(id, 'success')).attempts, 1)
  await allQuiet()
  assert.is(hook.requests().length, 1)
})

byHand('a retry while a failing request is under way leaves the next attempt to the schedule', async () => {
  const { hook, answer } = await withHeldAnswers({ retry_schedule: '{1 hour}' })
  const { id } = await hook.publish()
  await hook.waitForRequest(1)
  await retry(id)
  await answer(500)
  const row = await engine.waitForStatus(id, 'retrying')
  assert.is(row.attempts, 1)
  assert.ok(row.next_retry_at!.getTime() - Date.now() > 3_000_000)
  await allQuiet()
  assert.is(hook.requests().length, 1)
})

byHand('a retry takes the place of the attempt that waits for its hour', async () => {
  let asked = 0
  const hook = await engine.hook({ retry_schedule: '{1 hour}' }, () => (++asked === 1 ? 500 : 200))
  const { id } = await hook.publish()
  await engine.waitForStatus(id, 'retrying')
  await allQuiet()
  await retry(id)
  assert.is((await engine.waitForStatus(id, 'success')).attempts, 2)
})

byHand('two retries at once of a dead letter send it once more', async () => {
  let status = 400
  const hook = await engine.hook({}, () => status)
  const { id } = await hook.publish()
  await engine.waitForStatus(id, 'failed')
  status = 200
  await Promise.all([retry(id), retry(id), retry(id)].map((each) => each.catch((error: { code?: string }) => assert.is(error.code, 'WHDON'))))
  assert.is((await engine.waitForStatus(id, 'success')).attempts, 2)
  await allQuiet()
  assert.is(hook.requests().length, 2)
  assert.equal((await engine.attempts(id)).map(({ number }) => number), [1, 2])
})

byHand('a dead letter has one more attempt for each retry, numbered without gaps', async () => {
  const hook = await engine.hook({ max_attempts: 2 }, 500)
  const { id } = await hook.publish()
  await engine.waitForStatus(id, 'failed')
  for (const attempts of [3, 4]) {
    await retry(id)
    await waitFor(async () => {
      const row = await engine.delivery(id)
      return row.status === 'failed' && row.attempts === attempts
    }, { what: `attempt ${attempts}` })
  }
  assert.equal((await engine.attempts(id)).map(({ number }) => number), [1, 2, 3, 4])
})

byHand('a success that is forced is sent again under the same webhook-id', async () => {
  const hook = await engine.hook()
  const { id, event_id: eventId } = await hook.publish()
  await engine.waitForStatus(id, 'success')
  await retry(id, true)
  await hook.waitForRequest(2)
  await waitFor(async () => (await engine.delivery(id)).attempts === 2, { what: 'the second attempt' })
  assert.is((await engine.delivery(id)).status, 'success')
  assert.equal(hook.requests().map(({ headers }) => headers['webhook-id']), [eventId, eventId])
})

byHand('what is cancelled while under way stays cancelled, whatever the answer', async () => {
  for (const status of [200, 500]) {
    const { hook, answer } = await withHeldAnswers()
    const { id } = await hook.publish()
    await hook.waitForRequest(1)
    await cancel(id)
    await answer(status)
    await allQuiet()
    const row = await engine.delivery(id)
    assert.equal([row.status, row.attempts], ['cancelled', 0])
    assert.is(hook.requests().length, 1)
  }
})

byHand('cancelled and retried while under way: the request that is under way is the retry', async () => {
  const { hook, answer } = await withHeldAnswers()
  const { id } = await hook.publish()
  await hook.waitForRequest(1)
  await cancel(id)
  await retry(id)
  await answer(200)
  assert.is((await engine.waitForStatus(id, 'success')).attempts, 1)
  await allQuiet()
  assert.is(hook.requests().length, 1)
})

byHand('what is cancelled before its turn is not sent later than a second after that, although the worker has read it already', async () => {
  const { hook, answer } = await withHeldAnswers({ max_in_flight: 1 })
  const [first, second, third] = [await hook.publish(), await hook.publish(), await hook.publish()]
  await hook.waitForRequest(1)
  await cancel(second.id)
  const cancelledMs = performance.now()
  await waitFor(() => performance.now() - cancelledMs > 1_000, { what: 'a second to pass' })
  hook.respond(200)
  await answer(200)
  await engine.waitForStatus(third.id, 'success')
  assert.is((await engine.delivery(second.id)).status, 'cancelled')
  assert.is((await engine.delivery(first.id)).status, 'success')
  assert.equal(hook.requests().map(({ headers }) => headers['webhook-id']), [first.event_id, third.event_id])
})

byHand('recover gives a fresh budget, and the schedule begins anew', async () => {
  const hook = await engine.hook({ max_attempts: 2, retry_schedule: '{20 milliseconds,1 hour}' }, 500)
  const { id } = await hook.publish()
  await engine.waitForStatus(id, 'failed')
  await db.pool.query(`select webhooks.recover($1, now() - interval '1 hour')`, [hook.endpointId])
  await waitFor(async () => {
    const row = await engine.delivery(id)
    return row.status === 'failed' && row.attempts === 4
  }, { what: 'two more attempts, the second of them soon' })
})

byHand('replay sends what an endpoint never got, once', async () => {
  const early = await engine.hook()
  for (let n = 0; n < 5; n++) await early.publish()
  const late = await engine.hook({ tenant_id: early.tenant })
  const replay = async () => Number((await db.pool.query<{ replayed: string }>(`select replayed from webhooks.replay($1, now() - interval '1 hour')`, [late.endpointId])).rows[0]!.replayed)
  const [one, two] = await Promise.all([replay(), replay()])
  assert.is(one + two, 5)
  await late.waitForRequest(5)
  await allQuiet()
  assert.is(late.requests().length, 5)
  assert.is(early.requests().length, 5)
})

byHand('send_test reaches the one endpoint, whatever it asks for', async () => {
  const hook = await engine.hook({ events: ['endpoint.failing'] })
  const other = await engine.hook({ tenant_id: hook.tenant })
  const { rows } = await db.pool.query<{ id: string }>('select webhooks.send_test($1) as id', [hook.endpointId])
  const request = await hook.waitForRequest(1)
  assert.is(request.headers['webhook-id'], rows[0]!.id)
  await allQuiet()
  assert.is(other.requests().length, 0)
})

byHand.run()
