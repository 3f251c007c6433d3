/** The worker lives through what happens to its database, by itself. */
import { mkdtempSync, chmodSync, readFileSync, rmSync } from 'node:fs'
import type { ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { placeOf } from '../../src/database/arming.ts'
import { startEmbedded } from '../../src/database/embedded.ts'
import { migrateUp } from '../../src/database/migrate.ts'
import { launchWorker } from '../../src/wiring.ts'
import { startEngine } from '../delivery/support/engine.ts'
import { testServerSettings } from '../support/cluster.ts'
import { createDoor } from '../support/door.ts'
import { createEndpoint, createEvents, deliveriesOf } from '../support/endpoints.ts'
import { createReceiver } from '../support/receiver.ts'
import { waitFor } from '../support/wait.ts'
import { startTestWorker } from '../support/worker.ts'

const engine = await startEngine()
const { pool } = engine.db

const trouble = suite('a worker and its database')
trouble.after(() => engine.close())

/** Ends connections of the worker in the order given, and waits after each until a delivery gets through. */
const endConnections = async (which: string): Promise<number> =>
  (await pool.query(`select pg_terminate_backend(pid) from pg_stat_activity where datname = $1 and application_name = $2`, [engine.db.name, which])).rowCount ?? 0

for (const name of ['rowhook lanes', 'rowhook worker']) {
  trouble(`lives on when every connection called ${name} is ended`, async () => {
    const hook = await engine.hook()
    await engine.waitForStatus((await hook.publish()).id, 'success')
    assert.ok((await endConnections(name)) > 0)
    await engine.waitForStatus((await hook.publish()).id, 'success', 10_000)
    await waitFor(() => engine.worker().vitals().workerId, { what: 'the worker to own lanes again' })
  })
}

trouble('lives on when each of its connections is ended in turn, again and again', async () => {
  const hook = await engine.hook()
  const open = (await pool.query<{ pid: number }>(`select pid from pg_stat_activity where datname = $1 and application_name like 'rowhook%'`, [engine.db.name])).rows
  for (const { pid } of open) {
    await hook.publish()
    await pool.query('select pg_terminate_backend($1)', [pid])
  }
  await waitFor(async () => (await deliveriesOf(pool, hook.endpointId)).every(({ status }) => status === 'success'), { deadlineMs: 15_000, what: 'all to be delivered' })
  assert.is((await pool.query(`select from graphile_worker.jobs where locked_at < now() - interval '10 seconds'`)).rowCount, 0)
})

trouble('gives its lanes up while the database takes no writes, and goes on when it does again', async () => {
  const hook = await engine.hook()
  await engine.waitForStatus((await hook.publish()).id, 'success')
  await pool.query(`alter database ${engine.db.name} set default_transaction_read_only = on`)
  await endConnections('rowhook lanes')
  await endConnections('rowhook worker')
  const writer = await engine.db.connect()
  await writer.query('set default_transaction_read_only = off')
  await createEvents(writer, { tenant: hook.tenant })
  await waitFor(() => engine.lines.some(({ message }) => message === 'no lock connection; trying again'), { what: 'the worker to notice' })
  assert.is(hook.requests().length, 1)
  await writer.query(`alter database ${engine.db.name} reset default_transaction_read_only`)
  await hook.waitForRequest(2, 10_000)
  const sessions = (await writer.query(`select from pg_stat_activity where datname = $1 and application_name = 'rowhook lanes'`, [engine.db.name])).rowCount
  assert.ok(sessions !== null && sessions <= 2, `${sessions} lock connections`)
})

trouble('waits while its statements wait for a lock, and goes on', async () => {
  const blocker = await engine.db.connect()
  let answer: () => void = () => undefined
  const hook = await engine.hook({}, (_request, _number, response) => void (answer = () => response.writeHead(200).end()))
  const { id } = await hook.publish()
  await hook.waitForRequest(1) // a lane with a request under way asks for its endpoint's state all the time
  await blocker.query('begin; lock table webhooks.endpoints in access exclusive mode')
  try {
    await waitFor(
      async () => (await blocker.query(`select from pg_stat_activity where datname = $1 and application_name = 'rowhook worker' and wait_event_type = 'Lock'`, [engine.db.name])).rowCount,
      { what: 'the worker to wait' },
    )
    answer()
  } finally {
    await blocker.query('rollback')
  }
  hook.respond(200)
  await engine.waitForStatus(id, 'success', 10_000)
  await engine.waitForStatus((await hook.publish()).id, 'success', 10_000)
})

trouble('records what was answered while the database was away, and sends nothing twice', async () => {
  const home = mkdtempSync(join(tmpdir(), 'rowhook-crash-'))
  chmodSync(home, 0o755)
  let server = await startEmbedded({ home, settings: testServerSettings, database: 'crash' })
  await migrateUp({ databaseUrl: server.url, coreOnly: true })
  const own = new pg.Pool({ connectionString: server.url, max: 3 })
  own.on('error', () => undefined)
  const receiver = await createReceiver()
  const held: ServerResponse[] = []
  receiver.respond((_request, _number, response) => void held.push(response))
  const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined }
  const worker = await launchWorker({
    databaseUrl: server.url, allowHttp: true, allowNets: ['127.0.0.1'], allowPorts: 'any', concurrency: 100,
    maxAttempts: 5, timeoutMs: 15_000, retryDelayMs: 60_000, outboundEnabled: true, log: silent,
  })
  try {
    await worker.ready
    const endpointId = await createEndpoint(own, { url: receiver.url, rate_limit: null, retry_schedule: '{1 hour}' })
    await createEvents(own, { count: 3 })
    await receiver.waitForRequest(3)
    const { rows } = await own.query<{ directory: string }>(`select current_setting('data_directory') as directory`)
    await own.query('checkpoint') // this server does not wait for the disk, so that a crash may take what was not written
    process.kill(Number(readFileSync(join(rows[0]!.directory, 'postmaster.pid'), 'utf8').split('\n')[0]), 'SIGQUIT')
    await waitFor(() => worker.vitals().workerId === undefined, { what: 'the worker to lose its lanes' })
    for (const [i, response] of held.entries()) response.writeHead(i === 0 ? 500 : 200).end()
    server = await startEmbedded({ home, settings: testServerSettings, database: 'crash', port: server.port })
    await waitFor(async () => (await deliveriesOf(own, endpointId)).every(({ attempts }) => attempts === 1), { deadlineMs: 15_000, what: 'the answers to be recorded' })
    assert.equal((await deliveriesOf(own, endpointId)).map(({ status }) => status).toSorted(), ['retrying', 'success', 'success'])
    await createEvents(own)
    await waitFor(() => held.length === 4, { deadlineMs: 10_000, what: 'the next delivery' })
    held[3]!.writeHead(200).end()
    assert.is(receiver.requests.length, 4)
  } finally {
    await worker.stop(100)
    await receiver.close()
    await own.end()
    await server.stop()
    rmSync(home, { recursive: true, force: true })
  }
})

trouble('finds the database again that vanished without closing a connection', async () => {
  await engine.worker().stop(0)
  const door = await createDoor(engine.db.url)
  const hook = await engine.hook()
  const worker = await startTestWorker(door.url, { staleAfterMs: 2_000, place: placeOf(engine.db.url) })
  await engine.waitForStatus((await hook.publish()).id, 'success')
  door.vanish()
  await pool.query(`select pg_terminate_backend(pid) from pg_stat_activity where datname = $1 and application_name like 'rowhook%'`, [engine.db.name]) // as they are gone with their server
  await engine.waitForStatus((await hook.publish()).id, 'success', 15_000)
  await worker.stop(0)
  door.close()
})

trouble('goes on by other connections when one that it needs gets no answer any more, and keeps its lanes', async () => {
  const door = await createDoor(engine.db.url)
  const hook = await engine.hook()
  const worker = await startTestWorker(door.url, { statementTimeoutMs: 400, place: placeOf(engine.db.url) })
  await engine.waitForStatus((await hook.publish()).id, 'success')
  const { workerId } = worker.vitals()
  door.vanish('rowhook worker')
  await engine.waitForStatus((await hook.publish()).id, 'success')
  assert.is(worker.vitals().workerId, workerId)
  await waitFor(() => door.vanished() <= 1, { what: 'every connection to be given up but the listener, which asks nothing' })
  await worker.stop(0)
  door.close()
})

trouble('does not wait for ever where somebody keeps a table locked', async () => {
  const hook = await engine.hook()
  const worker = await startTestWorker(engine.db.url, { statementTimeoutMs: 400 })
  const blocker = await engine.db.connect()
  await blocker.query('begin; lock table webhooks.endpoint_stats in access exclusive mode') // attempts cannot be recorded
  const { id } = await hook.publish()
  await waitFor(() => worker.lines.some(({ fields }) => (fields['err'] as { code?: string } | undefined)?.code === '57014'), { what: 'a statement to be ended' })
  await blocker.query('rollback')
  await engine.waitForStatus(id, 'success')
  assert.is(hook.requests().length, 1)
  await worker.stop(0)
})

trouble.run()
