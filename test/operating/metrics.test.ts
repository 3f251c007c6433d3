/** Metrics of a real worker, and whether rules and dashboard ask for what it tells. */
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { packageRoot } from '../../src/config/package.ts'
import { countAttempt, createCounters } from '../../src/delivery/counters.ts'
import { readQueueFigures } from '../../src/database/queue-figures.ts'
import { createMetrics } from '../../src/metrics/metrics.ts'
import { createServerMetrics } from '../../src/metrics/server-metrics.ts'
import { listenForScrapes } from '../../src/metrics/listener.ts'
import { histogramText } from '../../src/metrics/histogram-text.ts'
import { createTestDatabase } from '../support/database.ts'
import { createEndpoint, createEvents } from '../support/endpoints.ts'
import { createReceiver } from '../support/receiver.ts'
import { waitFor } from '../support/wait.ts'
import { startTestWorker } from '../support/worker.ts'

const db = await createTestDatabase({ template: 'core' })
const receiver = await createReceiver()
receiver.respond(({ path }) => ({ status: path === '/bad' ? 503 : path === '/gone' ? 400 : 200 }))
const worker = await startTestWorker(db.url)
const listener = await listenForScrapes([worker.metrics()], 0)
const scrape = async (path = '/metrics') => {
  const answer = await fetch(`http://127.0.0.1:${listener.port}${path}`)
  return { status: answer.status, type: answer.headers.get('content-type'), text: await answer.text() }
}
/** The value of a sample, written as it stands in the text. */
const valueOf = (text: string, sample: string) => Number(text.split('\n').find((line) => line.startsWith(`${sample} `))?.slice(sample.length + 1))

const metrics = suite('metrics')

metrics('count attempts by outcome and type, retries by reason, and their durations', async () => {
  for (const path of ['good', 'bad', 'gone']) await createEndpoint(db.pool, { name: path, url: new URL(path, receiver.url).href })
  await createEvents(db.pool, { count: 3 })
  await waitFor(() => worker.counters.succeeded + worker.counters.retrying + worker.counters.failed === 9, { what: 'nine attempts', deadlineMs: 10_000 })
  const { status, type, text } = await scrape()
  assert.equal([status, type?.split(';')[0]], [200, 'text/plain'])
  for (const outcome of ['succeeded', 'retrying', 'failed']) assert.is(valueOf(text, `rowhook_attempts_total{event_type="test.event",outcome="${outcome}"}`), 3)
  assert.is(valueOf(text, 'rowhook_retries_total{reason="http_503"}'), 3)
  assert.is(valueOf(text, 'rowhook_attempt_duration_seconds_count'), 9)
  assert.is(valueOf(text, 'rowhook_attempt_duration_seconds_bucket{le="+Inf"}'), 9)
  assert.is(valueOf(text, 'rowhook_first_attempt_seconds_count'), 9)
  assert.is(valueOf(text, 'rowhook_success_seconds_count'), 3)
  assert.equal([valueOf(text, 'rowhook_database_up'), valueOf(text, 'rowhook_sending'), valueOf(text, 'rowhook_workers{state="alive"}')], [1, 1, 1])
  assert.ok(valueOf(text, 'nodejs_eventloop_lag_p99_seconds') >= 0)
})

metrics('count a delivery that succeeds after somebody sent it again as recovered', async () => {
  const [{ id }] = (await db.pool.query<{ id: string }>(`select id from webhooks.endpoints where name = 'gone'`)).rows as [{ id: string }]
  await db.pool.query('update webhooks.endpoints set url = $2 where id = $1', [id, new URL('mended', receiver.url).href])
  await db.pool.query(`select webhooks.recover($1, now() - interval '1 hour')`, [id])
  await waitFor(() => worker.counters.recovered === 3, { what: 'three to be recovered' })
  assert.is(valueOf((await scrape()).text, 'rowhook_recovered_total'), 3)
})

metrics('count by tenant and endpoint where that is wanted, a thousand of each at most', () => {
  const counters = createCounters(['tenant', 'endpoint'])
  const result = { durationMs: 5, startedAtMs: 0, status: 200, errorKind: null }
  for (let n = 0; n < 1_500; n++) countAttempt(counters, { eventType: 'a.b', tenantId: `t${n}`, endpointId: 'e', attempts: 0, occurredAtMs: 0 } as never, result as never, { status: 'success', isRecovered: false } as never)
  assert.equal([counters.byTenant?.size, counters.byTenant?.get('other')?.succeeded, counters.byEndpoint?.get('e')?.succeeded], [1_001, 500, 1_500])
})

metrics('name the tenant and the endpoint with METRICS_LABELS alone', async () => {
  const figures = { ...createCounters(['tenant']), inFlight: 0, lanes: 0, pool: { total: 0, idle: 0, waiting: 0 } }
  figures.byTenant?.set('acme', { succeeded: 2, retrying: 0, failed: 0 })
  const text = await createMetrics({ process: () => figures, queue: () => Promise.reject(new Error('away')), nowMs: () => 0 }).text()
  assert.is(valueOf(text, 'rowhook_tenant_attempts_total{tenant="acme",outcome="succeeded"}'), 2)
  assert.not.match(text, /endpoint="/)
})

metrics('hold neither tenants, endpoints nor URLs', async () => {
  const { text } = await scrape()
  const [{ id }] = (await db.pool.query<{ id: string }>('select id from webhooks.endpoints limit 1')).rows as [{ id: string }]
  assert.not.match(text, id)
  assert.not.match(text, '127.0.0.1')
})

metrics('rules and dashboard ask only for what is told', async () => {
  const { text: ofWorker } = await scrape()
  const text = ofWorker + (await createServerMetrics({ pool: () => ({ total: 1, idle: 1, waiting: 0 }), sockets: () => 0 }).text())
  const asked = ['ops/prometheus/rules.yml', 'ops/grafana/rowhook.json'].flatMap((path) => readFileSync(join(packageRoot, path), 'utf8').match(/\b(rowhook|nodejs|process)_[a-z0-9_]+/g) ?? [])
  const told = new Set([...text.matchAll(/^# TYPE (\S+) (\S+)/gm)].flatMap(([, name, type]) => (type === 'histogram' ? ['_bucket', '_sum', '_count'].map((end) => name! + end) : [name!])))
  assert.ok(asked.length > 20)
  assert.equal([...new Set(asked)].filter((name) => !told.has(name)), [])
})

metrics('rules or dashboard show whatever is told', async () => {
  const server = createServerMetrics({ pool: () => ({ total: 1, idle: 1, waiting: 0 }), sockets: () => 0 })
  const shown = ['ops/prometheus/rules.yml', 'ops/grafana/rowhook.json'].map((path) => readFileSync(join(packageRoot, path), 'utf8')).join('\n')
  const told = [...`${(await scrape()).text}\n${await server.text()}`.matchAll(/^# TYPE (rowhook_\S+)/gm)].map(([, name]) => name!)
  assert.ok(told.length > 20)
  // These are empty unless somebody asks for them by METRICS_LABELS.
  const optional = ['rowhook_tenant_attempts_total', 'rowhook_endpoint_attempts_total']
  assert.equal(told.filter((name) => !shown.includes(name)).toSorted(), optional.toSorted())
})

metrics('count circuits by state, of endpoints that may be sent to', async () => {
  const open = async (name: string, heldFor: string | null) => {
    const id = await createEndpoint(db.pool, { name })
    await db.pool.query(`insert into webhooks_private.lanes (endpoint_id, circuit, held_until, held_reason) values ($1, 'open', now() + $2::interval, 'circuit open')`, [id, heldFor])
    return id
  }
  for (const [name, heldFor] of [['open', '1 hour'], ['over', '-1 second']] as const) await open(name, heldFor)
  await db.pool.query('select webhooks.delete_endpoint($1)', [await open('deleted', '1 hour')])
  await db.pool.query('select webhooks.disable_endpoint($1)', [await open('disabled', '1 hour')])
  const { circuits, endpointsActive } = await readQueueFigures(db.pool)
  assert.equal(circuits, { open: 1, 'half-open': 1 })
  const text = await createMetrics({ process: () => ({ ...createCounters(), inFlight: 0, lanes: 0, pool: { total: 0, idle: 0, waiting: 0 } }), queue: () => readQueueFigures(db.pool), nowMs: () => 0 }).text()
  assert.equal(['open', 'half-open', 'closed'].map((state) => valueOf(text, `rowhook_circuits{state="${state}"}`)), [1, 1, endpointsActive - 2])
})

metrics('the listener answers only for what it serves', async () => {
  assert.is((await scrape('/healthz')).text, 'ok\n')
  assert.is((await scrape('/graphql')).status, 404)
  const taken = await listenForScrapes([worker.metrics()], listener.port).catch((error: { code?: string }) => error.code)
  assert.is(taken, 'WHLIS')
})

metrics('count types beyond two hundred together', () => {
  const counters = createCounters()
  const result = { durationMs: 5, startedAtMs: 0, status: 200, errorKind: null }
  for (let n = 0; n < 300; n++) {
    countAttempt(counters, { eventType: `type.n${n}`, attempts: 0, occurredAtMs: 0 } as never, result as never, { status: 'success', isRecovered: false } as never)
  }
  assert.equal([counters.byType.size, counters.byType.get('other')?.succeeded, counters.succeeded], [201, 100, 300])
})

metrics('histograms are cumulative, in seconds', () => {
  assert.is(
    histogramText('x_seconds', 'X.', { bounds: [10, 1_000], counts: [1, 2, 3], sumMs: 4_500 }),
    '# HELP x_seconds X.\n# TYPE x_seconds histogram\nx_seconds_bucket{le="0.01"} 1\nx_seconds_bucket{le="1"} 3\nx_seconds_bucket{le="+Inf"} 6\nx_seconds_sum 4.5\nx_seconds_count 6\n',
  )
})

metrics('that two ask for at once are asked for once, and both get the answer', async () => {
  const figures = { ...createCounters(), inFlight: 0, lanes: 0, pool: { total: 0, idle: 0, waiting: 0 } }
  let asked = 0
  const queue = async () => {
    asked += 1
    return readQueueFigures(db.pool)
  }
  const both = createMetrics({ process: () => figures, queue, nowMs: () => 0 })
  const texts = await Promise.all([both.text(), both.text()])
  assert.equal([asked, ...texts.map((text) => valueOf(text, 'rowhook_database_up'))], [1, 1, 1])
})

metrics('say that the database is away, and stay there', async () => {
  const figures = { ...createCounters(), inFlight: 0, lanes: 0, pool: { total: 0, idle: 0, waiting: 0 } }
  const text = await createMetrics({ process: () => figures, queue: () => Promise.reject(new Error('away')), nowMs: () => 0 }).text()
  assert.is(valueOf(text, 'rowhook_database_up'), 0)
  assert.not.match(text, /^rowhook_backlog /m)
})

metrics.after(async () => {
  await listener.close()
  await worker.stop(0)
  await receiver.close()
  await db.drop()
})
metrics.run()

const prometheus = suite('the rules for Prometheus')

const promtool = (...args: string[]) => spawnSync(process.env['PROMTOOL'] ?? 'promtool', args, { cwd: packageRoot, encoding: 'utf8' })

prometheus('pass promtool and its tests', () => {
  if (promtool('--version').error) {
    process.stderr.write('\n*** SKIPPED: promtool is not installed (apt-get install prometheus), so the alert rules were not tested ***\n')
    return
  }
  for (const args of [['check', 'config', 'ops/prometheus/prometheus.yml'], ['check', 'rules', 'ops/prometheus/rules.yml'], ['test', 'rules', 'ops/prometheus/rules.test.yml']]) {
    const { status, stdout, stderr } = promtool(...args)
    assert.is(status, 0, stdout + stderr)
  }
})

prometheus.run()
