/** `rowhook worker` and `rowhook up` as processes: they deliver, and end as they are told. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { endPrograms, runCommand, startCommand, type RunningCommand } from '../support/command.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'
import { UNSEALED } from '../../src/wiring/keyring.ts'
import { createEndpoint, createEvents, deliveriesOf } from '../support/endpoints.ts'
import { createReceiver } from '../support/receiver.ts'
import { waitFor } from '../support/wait.ts'

const open: TestDatabase[] = []
const database = async (template: 'core' | 'empty') => {
  const db = await createTestDatabase({ template })
  open.push(db)
  return db
}

const envFor = (db: TestDatabase, port: number) => ({
  DATABASE_URL: db.url,
  WEBHOOK_ALLOW_HTTP: 'true',
  WEBHOOK_ALLOW_NETS: '127.0.0.1',
  WEBHOOK_ALLOW_PORTS: String(port),
})

/** A worker that has mirrored its settings, so that an http endpoint can be made. */
const startWorker = async (args: string[], db: TestDatabase, env: Record<string, string> = {}) => {
  const receiver = await createReceiver()
  const worker = startCommand(args, { env: { ...envFor(db, receiver.port), ...env } })
  await worker.says(/worker ready/)
  const endpointId = await createEndpoint(db.pool, { url: receiver.url })
  return { receiver, worker, endpointId }
}

/** What the process answers on METRICS_PORT=0. */
const scrape = async (command: RunningCommand, path = '/metrics') => {
  const [, port] = await command.says(/"port":(\d+),"msg":"metrics are served"/)
  return (await fetch(`http://127.0.0.1:${port}${path}`)).text()
}

const lockedJobs = async (db: TestDatabase) => (await db.pool.query('select from graphile_worker.jobs where locked_at is not null')).rowCount

const workers = suite('rowhook worker')

workers('delivers until SIGTERM, lets the request under way end, and ends with 0', async () => {
  const db = await database('core')
  const { receiver, worker, endpointId } = await startWorker(['worker'], db)
  receiver.respond({ status: 200, delayMs: 700 })
  await createEvents(db.pool)
  await receiver.waitForRequest(1)
  worker.kill('SIGTERM')
  const { code, signal, stdout } = await worker.ended
  assert.equal([code, signal, stdout], [0, null, ''])
  assert.equal((await deliveriesOf(db.pool, endpointId)).map(({ status }) => status), ['success'])
  assert.is(await lockedJobs(db), 0)
  await receiver.close()
})

workers('ends at once at a second signal, and loses nothing', async () => {
  const db = await database('core')
  const { receiver, worker, endpointId } = await startWorker(['worker'], db)
  receiver.respond({ status: 200, delayMs: 15_000 })
  await createEvents(db.pool)
  await receiver.waitForRequest(1)
  worker.kill('SIGTERM')
  await worker.says(/stopping/)
  const timer = setInterval(() => worker.kill('SIGTERM'), 100) // one that follows at once counts as the same keystroke
  const { code } = await worker.ended
  clearInterval(timer)
  assert.is(code, 143)
  assert.equal((await deliveriesOf(db.pool, endpointId)).map(({ status, attempts }) => [status, attempts]), [['pending', 0]])
  await receiver.close()
})

workers('says what to do where the database is not migrated', async () => {
  const db = await database('empty')
  const { code, stderr } = await runCommand(['worker'], { env: { DATABASE_URL: db.url } })
  assert.is(code, 1)
  assert.match(stderr, /rowhook migrate up[^]*Code: WHMIS/)
})

workers('logs one JSON object a line, on standard error', async () => {
  const db = await database('core')
  const { receiver, worker } = await startWorker(['worker'], db)
  worker.kill('SIGINT')
  const { code, stderr } = await worker.ended
  await receiver.close()
  assert.is(code, 0)
  const lines = stderr.trim().split('\n').map((line) => JSON.parse(line) as { msg: string })
  assert.equal(lines.map(({ msg }) => msg), [UNSEALED, 'worker ready', 'stopping', 'stopped'])
})

workers('goes on when nobody reads its log any more', async () => {
  const db = await database('core')
  const { receiver, worker, endpointId } = await startWorker(['worker'], db, { LOG_LEVEL: 'debug' })
  worker.stopReading()
  for (const count of [1, 2]) {
    await createEvents(db.pool)
    await waitFor(async () => (await deliveriesOf(db.pool, endpointId)).filter(({ status }) => status === 'success').length === count, { what: `delivery ${count} to be recorded` })
  }
  worker.kill('SIGTERM')
  assert.is((await worker.ended).code, 0)
  await receiver.close()
})

workers('delivers to the endpoints that the environment names', async () => {
  const db = await database('core')
  const receiver = await createReceiver()
  const worker = startCommand(['worker'], { env: { ...envFor(db, receiver.port), WEBHOOK_URLS: receiver.url, WEBHOOK_SECRET: 'older-secret-that-stays' } })
  await worker.says(/worker ready/)
  await createEvents(db.pool)
  const { headers } = await receiver.waitForRequest(1)
  assert.match(headers['x-signature'] as string, /^sha256=/)
  worker.kill('SIGTERM')
  const { code, stderr } = await worker.ended
  assert.is(code, 0)
  assert.not.match(stderr, 'older-secret')
  await receiver.close()
})

workers.run()

const all = suite('rowhook up')

const API = { JWT_SECRET: 'a secret of the tests, 32 characters or more', PORT: '0', METRICS_PORT: '0' }

all('migrates, delivers and serves, and tells metrics of both on one page; serve tells its own', async () => {
  const db = await database('empty')
  const { receiver, worker, endpointId } = await startWorker(['up', '--core-only'], db, API)
  await createEvents(db.pool)
  await receiver.waitForRequest(1)
  await waitFor(async () => (await deliveriesOf(db.pool, endpointId))[0]?.status === 'success', { what: 'the delivery to be recorded' })
  const [, url] = await worker.says(/"url":"([^"]+)","msg":"server ready"/)
  await fetch(url!)
  const both = await scrape(worker)
  for (const sample of [/^rowhook_attempts_total\{event_type="test.event",outcome="succeeded"\} 1$/m, /^rowhook_http_requests_total\{route="graphql",status="\d+"\} 1$/m, /^nodejs_eventloop_lag_p99_seconds /m]) assert.match(both, sample)
  const names = [...both.matchAll(/^# TYPE (\S+)/gm)].map(([, name]) => name)
  assert.equal(names.filter((name, at) => names.indexOf(name) !== at), [], 'each is told once')
  worker.kill('SIGTERM')
  assert.is((await worker.ended).code, 0)
  const server = startCommand(['serve'], { env: { DATABASE_URL: db.url, ...API } })
  assert.match(await scrape(server), /^rowhook_api_pool_connections/m)
  assert.is(await scrape(server, '/healthz'), 'ok\n')
  server.kill('SIGTERM')
  assert.is((await server.ended).code, 0)
  await receiver.close()
})

all.after(endPrograms)
all.after(async () => void (await Promise.all(open.map((db) => db.drop()))))
all.run()
