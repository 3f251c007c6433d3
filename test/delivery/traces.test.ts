/** A trace that the application gives goes on to the receiver, and its attempts to a collector. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { parseTraceParent, traceParentHeader } from '../../src/core/traceparent.ts'
import { createTestDatabase } from '../support/database.ts'
import { createEndpoint } from '../support/endpoints.ts'
import { createReceiver } from '../support/receiver.ts'
import { filesBelow } from '../support/source.ts'
import { waitFor } from '../support/wait.ts'
import { startTestWorker } from '../support/worker.ts'

const db = await createTestDatabase({ template: 'core' })
const { pool } = db
const receiver = await createReceiver()
const collector = await createReceiver()
const worker = await startTestWorker(db.url, { otlpEndpoint: collector.url })
const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736'
const PARENT = '00f067aa0ba902b7'

const emit = (tenant: string, traceparent?: string) =>
  pool.query(`begin; ${traceparent === undefined ? '' : `set local rowhook.traceparent = '${traceparent}';`} select webhooks.emit('test.event', '{"n":1}', '${tenant}'); commit`)
const arrived = (tenant: string) => receiver.requests.filter(({ path }) => path.startsWith(`/${tenant}`))

type Span = { traceId: string; spanId: string; parentSpanId?: string; name: string; kind: number; startTimeUnixNano: string; endTimeUnixNano: string; status: { code?: number }; attributes: { key: string; value: Record<string, unknown> }[] }
type Export = { resourceSpans: { resource: { attributes: { key: string; value: { stringValue?: string } }[] }; scopeSpans: { spans: Span[] }[] }[] }
const exported = (): Span[] => collector.requests.flatMap(({ body }) => (JSON.parse(body.toString()) as Export).resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans)))
const attribute = (span: Span, name: string) => Object.values(span.attributes.find(({ key }) => key === name)?.value ?? {})[0]

const traces = suite('a trace')

traces('goes on to the receiver, each attempt as a span of its own, and to the collector', async () => {
  receiver.respond((_, number) => (number === 1 ? 503 : 200))
  const endpointId = await createEndpoint(pool, { tenant_id: 'traced', url: new URL('traced?token=secret', receiver.url).href, headers: JSON.stringify({ traceparent: 'of the endpoint' }), retry_schedule: ['1 second'] })
  await emit('traced', `00-${TRACE}-${PARENT}-01`)
  await waitFor(() => arrived('traced').length === 2, { what: 'the retry' })
  const headers = arrived('traced').map((request) => request.headers['traceparent'] as string)
  const spanIds = headers.map((header) => new RegExp(`^00-${TRACE}-([0-9a-f]{16})-01$`).exec(header)?.[1])
  assert.ok(spanIds[0] && spanIds[1] && spanIds[0] !== spanIds[1] && !spanIds.includes(PARENT), headers.join())
  await waitFor(() => exported().length === 2, { what: 'two spans' })
  assert.is(collector.requests[0]!.path, '/v1/traces')
  const spans = exported()
  assert.equal(spans.map(({ traceId, spanId, parentSpanId, name, kind }) => [traceId, spanId, parentSpanId, name, kind]), spanIds.map((id) => [TRACE, id, PARENT, 'deliver test.event', 3]))
  assert.equal(spans.map((span) => ['http.response.status_code', 'error.type', 'rowhook.attempt'].map((name) => attribute(span, name))), [[503, '503', 1], [200, undefined, 2]])
  assert.equal([attribute(spans[0]!, 'rowhook.endpoint_id'), attribute(spans[0]!, 'rowhook.tenant_id')], [endpointId, 'traced'])
  assert.ok(BigInt(spans[0]!.endTimeUnixNano) >= BigInt(spans[0]!.startTimeUnixNano) && Math.abs(Number(BigInt(spans[0]!.startTimeUnixNano) / 1_000_000n) - Date.now()) < 60_000)
  assert.not.match(JSON.stringify(spans), 'secret')
  const { rows } = await pool.query<{ logged: string }>(`select request_headers ->> 'traceparent' as logged from webhooks.attempts order by number`)
  assert.equal(rows.map(({ logged }) => logged), headers)
})

traces('that is not sampled goes on and is not told; none or nonsense changes nothing', async () => {
  receiver.respond(200)
  const before = exported().length
  await createEndpoint(pool, { tenant_id: 'quiet', url: new URL('quiet', receiver.url).href })
  await emit('quiet', `00-${TRACE}-${PARENT}-00`)
  await emit('quiet')
  await emit('quiet', 'nonsense')
  await waitFor(() => arrived('quiet').length === 3, { what: 'all three' })
  const headers = arrived('quiet').map((request) => request.headers['traceparent'])
  assert.match(String(headers.find((header) => header !== undefined)), new RegExp(`^00-${TRACE}-[0-9a-f]{16}-00$`))
  assert.is(headers.filter((header) => header === undefined).length, 2)
  await emit('quiet', `00-${TRACE}-${PARENT}-01`) // a later one is told: those before would have been
  await waitFor(() => exported().length > before, { what: 'the sampled one' })
  assert.is(exported().length, before + 1)
})

traces('is not lost at the end of a worker, and a collector that is away keeps nothing from being delivered', async () => {
  await createEndpoint(pool, { tenant_id: 'last', url: new URL('last', receiver.url).href })
  const before = exported().length
  await emit('last', `00-${TRACE}-${PARENT}-01`)
  await waitFor(async () => (await pool.query(`select from webhooks.deliveries where tenant_id = 'last' and status = 'success'`)).rowCount, { what: 'it to be delivered' })
  await worker.stop(1_000)
  assert.is(exported().length, before + 1)
  const [port, lonely] = [collector.port, await startTestWorker(db.url, { otlpEndpoint: `http://127.0.0.1:${collector.port}` })]
  await collector.close()
  await emit('last', `00-${TRACE}-${PARENT}-01`)
  await waitFor(() => arrived('last').length === 2, { what: `it to arrive without a collector on port ${port}` })
  const startedMs = performance.now()
  await lonely.stop(1_000)
  assert.ok(performance.now() - startedMs < 5_000)
})

traces('costs nothing where no collector is configured: its packages are imported by one module, and that on demand', () => {
  const naming = (pattern: RegExp) => filesBelow('src', '.ts').filter(({ text }) => pattern.test(text)).map(({ path }) => path)
  assert.equal(naming(/from '@opentelemetry\//), ['src/wiring/span-exporter.ts'])
  assert.equal(naming(/from '[^']*span-exporter\.ts'/), [])
})

traces.after(async () => {
  await worker.stop(0)
  await receiver.close()
  await db.drop()
})
traces.run()

const header = suite('traceparent')

header('is read as its standard says', () => {
  assert.equal(parseTraceParent(`00-${TRACE}-${PARENT}-01`), { traceId: TRACE, spanId: PARENT, flags: '01' })
  assert.equal(parseTraceParent(`01-${TRACE}-${PARENT}-03-more`)?.flags, '03', 'a later version may say more')
  for (const bad of [null, '', 'x', `ff-${TRACE}-${PARENT}-01`, `00-${TRACE}-${PARENT}-01-more`, `00-${'0'.repeat(32)}-${PARENT}-01`, `00-${TRACE}-${'0'.repeat(16)}-01`, `00-${TRACE.toUpperCase()}-${PARENT}-01`, `00-${TRACE}-${PARENT}`]) {
    assert.is(parseTraceParent(bad), undefined, String(bad))
  }
  assert.is(traceParentHeader({ traceId: TRACE, spanId: PARENT, flags: '03' }, 'b7ad6b7169203331'), `00-${TRACE}-b7ad6b7169203331-01`)
})

header.run()
