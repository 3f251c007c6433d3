/** The pool of graphile-worker: what it does not wait for cannot end the process. */
import type pg from 'pg'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { patientPool } from '../../src/worker/patient-pool.ts'

const away = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' })

/** A pool that is away for some calls of `connect`, and whose queries all fail. */
const createFake = (awayFor: number) => {
  let asked = 0
  const client = { query: () => Promise.reject(away), release: () => undefined }
  const pool = { connect: () => ((asked += 1) > awayFor ? Promise.resolve(client) : Promise.reject(away)) } as unknown as pg.Pool
  return { pool, asked: () => asked }
}

const patient = suite('patient pool')

patient('waits for a connection while the database is away', async () => {
  const fake = createFake(2)
  const { pool } = patientPool(fake.pool, { isStopping: () => false, onLeft: () => undefined })
  assert.ok(await pool.connect())
  assert.is(fake.asked(), 3)
})

patient('tells of a job that could not be marked as done or failed, and goes on', async () => {
  const left: unknown[] = []
  const { pool } = patientPool(createFake(0).pool, { isStopping: () => false, onLeft: (error) => left.push(error) })
  const client = await pool.connect()
  await client.query({ name: 'complete_job/graphile_worker', text: 'delete' })
  await client.query({ name: 'fail_job/graphile_worker', text: 'update' })
  assert.equal(left, [away, away])
})

patient('passes on the failure of what is waited for', async () => {
  const { pool } = patientPool(createFake(0).pool, { isStopping: () => false, onLeft: () => assert.unreachable() })
  const client = await pool.connect()
  const error = await client.query({ name: 'get_job/graphile_worker', text: 'update' }).then(() => undefined, (reason: unknown) => reason)
  assert.is(error, away)
})

patient('lets a stop end while the database is away', async () => {
  const left: unknown[] = []
  const { pool } = patientPool(createFake(Infinity).pool, { isStopping: () => true, onLeft: (error) => left.push(error) })
  const client = await pool.connect()
  assert.equal((await client.query('select')).rows, [])
  client.release()
  assert.equal(left, [away])
})

patient.run()
