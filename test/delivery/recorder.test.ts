/** Recording results: in batches, without the one that Postgres refuses, and as soon as the database is there. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { createPool } from '../../src/database/pool.ts'
import { isRefusal, recordResults, setAside, type AttemptResult, type Recorded } from '../../src/database/results.ts'
import { createRecorder, type RecordedOrLost, type RecorderDeps } from '../../src/delivery/recorder.ts'
import { createTestDatabase } from '../support/database.ts'
import { createEndpoint, createEvents, deliveriesOf } from '../support/endpoints.ts'

const result = (deliveryId: string, more: Partial<AttemptResult> = {}): AttemptResult => ({
  deliveryId,
  endpointId: '00000000-0000-7000-8000-000000000001',
  eventType: 'test.event',
  attemptsBefore: 0,
  verdict: 'success',
  startedAtMs: 0,
  durationMs: 1,
  status: 200,
  errorKind: null,
  error: null,
  requestHeaders: '{"a":"b"}',
  responseHeaders: '{"c":"d"}',
  responseBody: 'body',
  holdSeconds: 0,
  credentialsRefused: false,
  ...more,
})

const recorded = (results: readonly AttemptResult[]): Recorded[] => results.map(({ deliveryId }) => ({ deliveryId, status: 'success', attempts: 1, isRecovered: false }))
const refusal = Object.assign(new Error('invalid input syntax for type json'), { code: '22P02' })
const away = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' })

const create = (record: RecorderDeps['record'], more: Partial<RecorderDeps> = {}) => {
  const { add, drain } = createRecorder({ record, isRefusal, onTrouble: () => undefined, signal: new AbortController().signal, setAside: () => Promise.reject(new Error('nothing is to be set aside')), ...more })
  return { drain, add: (one: AttemptResult) => new Promise<RecordedOrLost>((resolve, reject) => add(one, false, resolve, reject)) }
}

const recorder = suite('recorder')

recorder('halves a batch that is refused until the culprit is alone, and records that one by its bare facts', async () => {
  const batches: AttemptResult[][] = []
  const { add } = create(async (results) => {
    if (results.some(({ deliveryId, responseBody }) => deliveryId === 'culprit' && responseBody !== null)) throw refusal
    batches.push([...results])
    return recorded(results)
  })
  const ids = ['a', 'b', 'culprit', 'c', 'd', 'e']
  const answers = await Promise.all(ids.map((id) => add(result(id, id === 'culprit' ? { verdict: 'retry', error: 'HTTP 500' } : {}))))
  assert.equal(answers.map((answer) => (answer === 'lost' ? answer : answer.deliveryId)), ids)
  const [bare] = batches.flat().filter(({ deliveryId }) => deliveryId === 'culprit')
  assert.is(bare?.requestHeaders, '{}')
  assert.is(bare?.responseHeaders, null)
  assert.is(bare?.responseBody, null)
  assert.is(bare?.error, 'HTTP 500 (answer could not be stored)')
  assert.equal(batches.flat().filter(({ deliveryId }) => deliveryId !== 'culprit').map(({ responseBody }) => responseBody), Array(5).fill('body'))
})

recorder('waits for a database that is away, and tells of it once', async () => {
  let tries = 0
  let told = 0
  const { add } = create(async (results) => {
    if ((tries += 1) < 4) throw away
    return recorded(results)
  }, { onTrouble: () => void (told += 1) })
  const answer = await add(result('a'))
  assert.is(answer === 'lost' ? answer : answer.status, 'success')
  assert.is(tries, 4)
  assert.is(told, 1)
})

recorder('gives up when it is told to', async () => {
  const giveUp = new AbortController()
  const { add } = create(() => Promise.reject(away), { signal: giveUp.signal })
  const waiting = add(result('a'))
  giveUp.abort()
  const error = await waiting.then(() => undefined, (reason: unknown) => reason)
  assert.is(error, away)
})

recorder('says that a result was lost which another writer was faster to record', async () => {
  const { add } = create(() => Promise.resolve([]))
  assert.is(await add(result('a')), 'lost')
})

recorder('gets past a real answer that json cannot hold', async () => {
  const db = await createTestDatabase({ template: 'core' })
  const pool = createPool({ databaseUrl: db.url, name: 'recorder test', role: 'rowhook_owner' })
  try {
    const endpointId = await createEndpoint(db.pool)
    await createEvents(db.pool, { count: 3 })
    const ids = (await deliveriesOf(db.pool, endpointId)).map(({ id }) => id)
    const { add } = create((results) => recordResults(pool, '00000000-0000-7000-8000-000000000000', results))
    await Promise.all(ids.map((id, i) => add(result(id, { endpointId, responseHeaders: i === 1 ? '{"x":"\u0000"}' : '{"x":"y"}' }))))
    assert.equal((await deliveriesOf(db.pool, endpointId)).map(({ status }) => status), ['success', 'success', 'success'])
    const { rows } = await db.pool.query<{ headers: unknown }>('select response_headers as headers from webhooks.attempts order by delivery_id')
    assert.equal(rows.map(({ headers }) => headers), [{ x: 'y' }, null, { x: 'y' }])
  } finally {
    await pool.end()
    await db.drop()
  }
})

/** Adds a result so often, and gives the answer to the last, or the error. */
const addTimes = async (add: ReturnType<typeof create>['add'], times: number, culprit: AttemptResult, between: () => Promise<unknown> = () => Promise.resolve()) => {
  let answer: unknown
  for (let time = 1; time <= times; time += 1) {
    answer = await add(culprit).catch((error: unknown) => error)
    if (time < times) await between()
  }
  return answer
}

recorder('sets a delivery aside whose result is refused three times even bare, while others are recorded', async () => {
  const aside: unknown[] = []
  const { add } = create((results) => (results.some(({ deliveryId }) => deliveryId === 'culprit') ? Promise.reject(refusal) : Promise.resolve(recorded(results))), {
    setAside: async ({ deliveryId }, error) => {
      aside.push([deliveryId, error])
      return { deliveryId, status: 'failed', attempts: 0, isRecovered: false }
    },
  })
  assert.is(await addTimes(add, 2, result('culprit'), () => add(result('other'))), refusal)
  assert.equal(aside, [])
  assert.equal(await add(result('culprit')), { deliveryId: 'culprit', status: 'failed', attempts: 0, isRecovered: false })
  assert.equal(aside, [['culprit', refusal]])
  assert.is(await add(result('culprit')).catch((error: unknown) => error), refusal, 'it counts anew')
})

recorder('waits longer before it sets one aside where Postgres refuses every result', async () => {
  let aside = 0
  const { add } = create(() => Promise.reject(refusal), { setAside: () => Promise.resolve(void (aside += 1)) })
  assert.is(await addTimes(add, 9, result('culprit')), refusal)
  assert.is(aside, 0)
  assert.is(await add(result('culprit')), 'lost', 'somebody else was faster')
  assert.is(aside, 1)
})

recorder('tries again to set aside what could not be', async () => {
  let tries = 0
  const { add } = create(() => Promise.reject(refusal), { setAside: () => ((tries += 1) === 1 ? Promise.reject(away) : Promise.resolve(undefined)) })
  assert.is(await addTimes(add, 10, result('culprit')), away)
  assert.is(await add(result('culprit')), 'lost')
  assert.is(tries, 2)
})

recorder('waits by the schedule as it is now and the attempts that were made, whatever the endpoint allows meanwhile', async () => {
  const db = await createTestDatabase({ template: 'core' })
  const pool = createPool({ databaseUrl: db.url, name: 'recorder test', role: 'rowhook_owner' })
  try {
    await db.pool.query('update webhooks.settings set retry_jitter = 0')
    const endpointId = await createEndpoint(db.pool, { retry_schedule: '{1 hour,2 hours,3 hours,4 hours,5 hours}', max_attempts: 5 })
    await createEvents(db.pool)
    const { id } = (await deliveriesOf(db.pool, endpointId))[0]!
    let attempts = 0
    /** the wait after the next attempt, which fails; null: it was the last */
    const fail = async (): Promise<number | null> => {
      await recordResults(pool, '00000000-0000-7000-8000-000000000000', [result(id, { endpointId, attemptsBefore: attempts++, verdict: 'retry', status: 500 })])
      const { rows } = await db.pool.query<{ hours: number | null }>('select round(extract(epoch from next_retry_at - now()) / 3600)::integer as hours from webhooks.deliveries')
      return rows[0]!.hours
    }
    assert.equal([await fail(), await fail()], [1, 2])
    await db.pool.query('update webhooks.endpoints set max_attempts = 2')
    assert.is(await fail(), 3, 'what was made with five attempts in mind goes on')
    await db.pool.query(`update webhooks.endpoints set retry_schedule = '{10 hours,20 hours,30 hours,40 hours}'`)
    assert.equal([await fail(), await fail()], [40, null])
    await db.pool.query(`update webhooks.endpoints set max_attempts = 3; select webhooks.recover(id, now() - interval '1 hour') from webhooks.endpoints`)
    assert.is(await fail(), 10, 'a fresh budget begins the schedule anew')
    await db.pool.query('update webhooks.endpoints set max_attempts = 10')
    assert.equal([await fail(), await fail()], [20, null])
  } finally {
    await pool.end()
    await db.drop()
  }
})

recorder('sets a delivery aside with a reason, unless it ended meanwhile', async () => {
  const db = await createTestDatabase({ template: 'core' })
  const pool = createPool({ databaseUrl: db.url, name: 'recorder test', role: 'rowhook_owner' })
  try {
    const endpointId = await createEndpoint(db.pool)
    await createEvents(db.pool)
    const { id } = (await deliveriesOf(db.pool, endpointId))[0]!
    assert.is(await setAside(pool, result(id, { attemptsBefore: 1 }), refusal), undefined)
    assert.equal(await setAside(pool, result(id, { responseBody: '\0' }), refusal), { deliveryId: id, status: 'failed', attempts: 0, isRecovered: false })
    const { rows } = await db.pool.query<object>('select status, attempts, next_retry_at, last_error from webhooks.deliveries')
    assert.equal(rows, [{ status: 'failed', attempts: 0, next_retry_at: null, last_error: 'quarantined: it was answered with HTTP 200, and PostgreSQL refuses to record that (22P02)' }])
    assert.is(await setAside(pool, result(id), refusal), undefined)
  } finally {
    await pool.end()
    await db.drop()
  }
})

recorder.run()
