/** The pool of graphile-worker: what it does not wait for cannot end the process. */
import type pg from 'pg'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { createPool } from '../../src/database/pool.ts'
import { workerUrl } from '../../src/database/session.ts'
import { unlockJobs } from '../../src/database/workers.ts'
import type { Registry } from '../../src/delivery/registry.ts'
import { startJobs } from '../../src/worker/jobs.ts'
import { patientPool } from '../../src/worker/patient-pool.ts'
import { createTestDatabase } from '../support/database.ts'
import { deprecations } from '../support/deprecations.ts'
import { waitFor } from '../support/wait.ts'

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

patient('has the statements of a listener go one after the other: one that breaks while the worker ends unlistens twice, behind what has not ended', async () => {
  const db = await createTestDatabase({ template: 'empty' })
  const pool = createPool({ databaseUrl: db.url, name: 'listener test', max: 1 })
  const patience = patientPool(pool, { isStopping: () => false, onLeft: () => assert.unreachable() })
  const [client, release] = await new Promise<[pg.PoolClient, () => void]>((done) => patience.pool.connect((_error, connected, end) => done([connected!, end])))
  const answers = await Promise.allSettled(['listen a; select pg_terminate_backend(pg_backend_pid())', 'unlisten a', 'unlisten a'].map((text) => client.query(text)))
  assert.equal(answers.map(({ status }) => status), ['rejected', 'rejected', 'rejected'])
  assert.equal(deprecations, [])
  release()
  await pool.end()
  await db.drop()
})

patient('is what graphile-worker gets: a job that could not be marked as done is free again soon, and its pool lives on', async () => {
  const db = await createTestDatabase({ template: 'core' })
  const pool = createPool({ databaseUrl: workerUrl(db.url), name: 'jobs test', max: 3 })
  const failing: string[] = []
  pool.on('connect', (client) => {
    const query = client.query.bind(client) as (...args: unknown[]) => unknown
    client.query = ((config: { name?: string }, ...rest: unknown[]) => {
      if (failing.length > 0 || config.name?.startsWith('complete_job') !== true) return query(config, ...rest)
      failing.push(config.name)
      return Promise.reject(away)
    }) as typeof client.query
  })
  const lines: string[] = []
  const say = (_fields: object, message: string) => void lines.push(message)
  const offered: string[] = []
  const registry = { offer: async (endpointId: string) => void offered.push(endpointId) } as unknown as Registry
  const jobs = startJobs({ pool, registry: () => registry, tellAlerts: () => Promise.resolve(), log: { debug: () => undefined, info: say, warn: say, error: say }, unlock: (poolIds) => unlockJobs(pool, poolIds) })
  try {
    const endpointId = '019aa7a2-3f00-7000-8000-000000000001'
    await db.pool.query(`select graphile_worker.add_job('deliver', json_build_object('endpointId', $1::text))`, [endpointId])
    await waitFor(() => failing.length === 1, { what: 'a job that cannot be marked as done' })
    await waitFor(async () => (await db.pool.query(`select from graphile_worker.jobs where task_identifier = 'deliver'`)).rowCount === 0, { deadlineMs: 5_000, what: 'it to be done again' })
    assert.equal(offered, [endpointId, endpointId])
    assert.equal(lines, ['a job could not be marked as done; freeing the jobs of this worker'])
  } finally {
    await jobs.stop(1_000)
    await pool.end()
    await db.drop()
  }
})

patient.run()
