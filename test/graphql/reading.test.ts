/** What the API shows: names, relations, pages, windows, and only one's own tenant. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { startTestApi } from '../support/api.ts'
import { createTestDatabase } from '../support/database.ts'
import { createEndpoint, createEvents, deliveriesOf, endDelivery } from '../support/endpoints.ts'
import { countStatements } from '../support/statements.ts'

const db = await createTestDatabase({ template: 'core' })
const api = await startTestApi(db.url)
const [viewer, owner, operator] = await Promise.all([api.as('viewer', 'a'), api.as('owner', 'a'), api.as('operator')])

const endpointId = await createEndpoint(db.pool, { tenant_id: 'a', name: 'ledger', headers: { 'x-token': 'canary-header' } })
await createEndpoint(db.pool, { tenant_id: 'b' })
const events = await createEvents(db.pool, { tenant: 'a', count: 5, resource: 'r1' })
await createEvents(db.pool, { tenant: 'b', count: 3 })
const [oldest] = await deliveriesOf(db.pool, endpointId)
await endDelivery(db.pool, oldest!.id, 'failed')
await db.pool.query(
  `insert into webhooks.attempts (delivery_id, number, tenant_id, started_at, duration_ms, status, error_kind, error)
   select $1, n, 'a', now(), 12, 500, 'rejected', 'HTTP 500' from generate_series(1, 5) as n`,
  [oldest!.id],
)

const reading = suite('reading')

reading('follows relations both ways in one request', async () => {
  const { data } = await viewer(`{ endpoint(id: "${endpointId}") {
    name headerNames health { state due } figures { totalDeliveries }
    deliveries(first: 2, orderBy: ID_ASC) { nodes { status attemptCount event { resourceId body } attempts(first: 2) { nodes { number status errorKind delivery { id } } } } } } }`)
  const { deliveries, ...endpoint } = data.endpoint
  assert.equal(endpoint, { name: 'ledger', headerNames: ['x-token'], health: { state: 'ok', due: 4 }, figures: { totalDeliveries: '0' } })
  const [failed, open] = deliveries.nodes
  assert.equal([failed.status, failed.attemptCount, failed.event.resourceId], ['failed', 5, 'r1'])
  assert.equal(failed.attempts.nodes.map(({ number, status, errorKind }: Record<string, unknown>) => [number, status, errorKind]), [[1, 500, 'rejected'], [2, 500, 'rejected']])
  assert.is(JSON.parse(failed.event.body).data.n, 1)
  assert.is(open.status, 'pending')
})

reading('asks the database one question a request, planned for the tenant that asks', async () => {
  for (const query of [
    '{ deliveries(first: 50) { nodes { id status endpoint { name url } lastAttempt { number status durationMs } event { body } } pageInfo { hasNextPage endCursor } } }',
    '{ endpoints { nodes { name health { state due backlog } figures { totalDeliveries } deliveries(first: 3) { nodes { id } } } } }',
    `{ endpoint(id: "${endpointId}") { name health { state } deliveries(first: 5) { nodes { attempts(first: 2) { nodes { number } } } } } }`,
    '{ events(first: 5) { nodes { id type deliveries { nodes { status } } } } }',
  ]) {
    const { result, statements } = await countStatements(() => viewer(query))
    assert.equal([result.errors, statements.map(({ name }) => name)], [[], [undefined]], `${query}: ${statements.map(({ text }) => text).join('\n')}`)
  }
})

reading('asks one more for each thing that deliveries of events belong to, however many there are', async () => {
  // An event's deliveries come from a function, whose order PostGraphile does not risk by a join.
  const { result, statements } = await countStatements(() => viewer('{ events(first: 5) { nodes { deliveries { nodes { endpoint { name } lastAttempt { number } } } } } }'))
  assert.equal([result.errors, result.data.events.nodes.length], [[], 5])
  assert.is(statements.filter(({ text }) => text.startsWith('select')).length, 3, statements.map(({ text }) => text).join('\n'))
})

reading('gives an event its deliveries, by key', async () => {
  const { data } = await viewer(`{ event(id: "${events[0]}") { type occurredAt data deliveries { nodes { endpoint { name } } } } }`)
  assert.equal(data.event.deliveries.nodes, [{ endpoint: { name: 'ledger' } }])
  assert.equal(data.event.data, { n: 1 })
})

reading('gives logs newest first, a page at a time', async () => {
  const page = async (after: string | null) => {
    const { data } = await viewer('query ($after: Cursor) { events(first: 2, after: $after) { nodes { id } pageInfo { hasNextPage endCursor } } }', { after })
    return data.events
  }
  const found: string[] = []
  let after: string | null = null
  do {
    const { nodes, pageInfo }: { nodes: { id: string }[]; pageInfo: { hasNextPage: boolean; endCursor: string } } = await page(after)
    found.push(...nodes.map(({ id }) => id))
    after = pageInfo.hasNextPage ? pageInfo.endCursor : null
  } while (after !== null)
  assert.equal(found, events.toReversed())
  await db.pool.query(`insert into webhooks.audit_log (action, tenant_id) values ('probe', 'a'), ('probe', 'a')`)
  const { data } = await owner('{ auditLog { nodes { id } } }')
  const ids: number[] = data.auditLog.nodes.map(({ id }: { id: string }) => Number(id))
  assert.equal([ids.length > 1, ids], [true, ids.toSorted((one, other) => other - one)])
})

reading('filters by status, type, endpoint, resource, answer and time', async () => {
  const count = async (filter: string) => (await viewer(`{ deliveries(filter: ${filter}) { nodes { id } } }`)).data.deliveries.nodes.length
  assert.is(await count('{status: {equalTo: "failed"}}'), 1)
  assert.is(await count('{status: {in: ["pending", "retrying"]}}'), 4)
  assert.is(await count(`{endpointId: {equalTo: "${endpointId}"}, eventType: {equalTo: "test.event"}}`), 5)
  assert.is(await count('{resourceId: {equalTo: "r2"}}'), 0)
  assert.is(await count('{responseCode: {isNull: true}}'), 5)
  assert.is(await count('{since: "2020-01-01"}'), 5)
  assert.is(await count('{since: "2099-01-01"}'), 0)
  assert.is(await count('{until: "2020-01-01"}'), 0)
})

reading('finds the tenant\'s own alone, and for the operator all', async () => {
  const tenants = async (client: typeof viewer) => {
    const { data } = await client('{ endpoints { nodes { tenantId } } events { nodes { tenantId } } deliveries { nodes { tenantId } } }')
    const found: string[] = ['endpoints', 'events', 'deliveries'].flatMap((field) => data[field].nodes.map(({ tenantId }: { tenantId: string }) => tenantId))
    return [...new Set(found)].toSorted()
  }
  assert.equal([await tenants(viewer), await tenants(owner), await tenants(operator)], [['a'], ['a'], ['a', 'b']])
})

reading('is refused where the role may not', async () => {
  assert.is((await viewer('{ auditLog { nodes { id } } }')).errors[0]?.extensions?.['code'], 'WHRGT')
  assert.equal((await owner('{ auditLog { nodes { id } } apiKeys { nodes { id } } }')).errors, [])
  assert.is((await owner('{ alerts { nodes { id } } }')).errors[0]?.extensions?.['code'], 'WHRGT')
  assert.equal((await operator('{ alerts { nodes { id } } }')).errors, [])
})

reading('never shows values of headers, nor hashes of keys, to API roles that read SQL', async () => {
  const client = await db.connect('rowhook_tenant_owner')
  await client.query(`select set_config('rowhook.tenant_id', 'a', false)`)
  const refusal = (sql: string) => client.query(sql).then(() => 'shown', (error: { code: string }) => error.code)
  assert.is((await client.query('select name, header_names from webhooks.endpoints')).rowCount, 1)
  for (const sql of ['select headers from webhooks.endpoints', 'select * from webhooks.endpoints', 'select key_hash from webhooks.api_keys']) assert.is(await refusal(sql), '42501', sql)
  await client.end()
})

reading('says who asks and what they may', async () => {
  const ask = async (client: typeof viewer) => (await client('{ me { subject role tenantId expiresAt permissions } }')).data.me
  const [asViewer, asOwner, asOperator] = await Promise.all([viewer, owner, operator].map(ask))
  assert.equal([asViewer.subject, asViewer.role, asViewer.tenantId, asViewer.permissions], ['ada', 'viewer', 'a', []])
  assert.ok(Date.parse(asViewer.expiresAt) > Date.now())
  assert.equal([asOwner.permissions.includes('revealSecret'), asOwner.permissions.includes('replay')], [true, true])
  assert.equal([asOperator.role, asOperator.tenantId], ['operator', null])
  const manager = await ask(await api.as('manager', 'a'))
  assert.equal([manager.permissions.includes('pauseEndpoint'), manager.permissions.includes('revealSecret')], [true, false])
})

reading('counts deliveries by bucket, empty ones too', async () => {
  const ask = (args: string) => viewer(`{ endpointStats(${args}) { at deliveries succeeded failed open retried p95Ms } }`)
  const { data } = await ask(`endpointId: "${endpointId}", interval: {hours: 3}, bucket: {hours: 1}`)
  assert.is(data.endpointStats.length, 4)
  assert.equal({ ...data.endpointStats.at(-1), at: '' }, { at: '', deliveries: 5, succeeded: 0, failed: 1, open: 4, retried: 1, p95Ms: null })
  assert.is(data.endpointStats[0].deliveries, 0)
  assert.is((await ask(`endpointId: "${endpointId}", bucket: {seconds: 1}`)).errors[0]?.extensions?.['field'], 'bucket')
  const stranger = await api.as('viewer', 'b')
  assert.ok((await stranger(`{ endpointStats(endpointId: "${endpointId}") { deliveries } }`)).data.endpointStats.every(({ deliveries }: { deliveries: number }) => deliveries === 0))
})

reading('says why an endpoint got an event', async () => {
  const { data } = await viewer(`{ event(id: "${events[0]}") { explanation { endpoint outcome because next } } }`)
  assert.equal([data.event.explanation[0].endpoint, data.event.explanation[0].outcome], ['ledger', 'failed'])
})

const limits = suite('limits')

const codeOf = async (query: string, variables?: Record<string, unknown>) => (await viewer(query, variables)).errors[0]?.extensions?.['code']

limits('of a page: 100 rows where nothing is said, 1,000 at most', async () => {
  assert.is(await codeOf('{ events(first: 1001) { nodes { id } } }'), 'WHCST')
  assert.is(await codeOf('query ($n: Int) { events(first: $n) { nodes { id } } }', { n: 1001 }), 'WHCST')
  assert.is(await codeOf('query ($n: Int) { events(first: $n) { nodes { id } } }', { n: 1000 }), undefined)
  assert.is(await codeOf('query ($n: Int = 5000) { events(first: $n) { nodes { id } } }'), 'WHCST')
})

limits('of rows in all, lists within lists multiplied', async () => {
  assert.is(await codeOf('{ endpoints { nodes { deliveries { nodes { attempts { nodes { number } } } } } } }'), 'WHCST')
  assert.is(await codeOf('{ endpoints(first: 10) { nodes { deliveries(first: 20) { nodes { attempts(first: 5) { nodes { number } } } } } } }'), undefined)
  assert.is(await codeOf('{ endpoints(first: 1000) { nodes { health { state } } } }'), 'WHCST')
  assert.is(await codeOf('fragment D on Endpoint { deliveries(first: 1000) { nodes { id } } } { endpoints { edges { node { ...D } } } }'), 'WHCST')
})

limits('of aliases and root fields', async () => {
  const many = (n: number) => `{ ${Array.from({ length: n }, (_, at) => `a${at}: __typename`).join(' ')} }`
  assert.equal([await codeOf(many(20)), await codeOf(many(31))], [undefined, 'WHCST'])
})

limits('of depth', async () => {
  const { errors } = await viewer('{ endpoints(first: 1) { nodes { deliveries(first: 1) { nodes { endpoint { deliveries(first: 1) { nodes { endpoint { deliveries(first: 1) { nodes { endpoint { id } } } } } } } } } } } }')
  assert.match(errors[0]!.message, 'depth')
})

limits('of introspection, where GraphiQL is off', async () => {
  const production = await startTestApi(db.url, { graphiql: false })
  const client = await production.as('viewer', 'a')
  assert.match((await client('{ __schema { types { name } } }')).errors[0]!.message, 'introspection')
  assert.is((await fetch(`${production.url}/graphiql`)).status, 404)
  await production.stop()
})

limits.after(async () => {
  await api.stop()
  await db.drop()
})

reading('finds the events that nobody asked for', async () => {
  await db.pool.query(`insert into webhooks.events (tenant_id, type, resource_id, data) values ('c', 'test.event', 'unheard', '{}')`)
  const find = async (filter: string) => (await operator(`{ events(filter: ${filter}) { nodes { resourceId deliveries(first: 2) { nodes { id } } } } }`)).data.events.nodes
  assert.equal(await find('{matched: false, since: "2020-01-01"}'), [{ resourceId: 'unheard', deliveries: { nodes: [] } }])
  assert.is((await find('{matched: true}')).length, 8)
  assert.is((await find('{matched: null, tenantId: {equalTo: "c"}}')).length, 1)
})

reading('gives endpoints by their urgency, page by page', async () => {
  for (const name of ['well', 'paused', 'disabled', 'failing', 'refused']) await createEndpoint(db.pool, { tenant_id: 'u', name })
  await db.pool.query(`update webhooks.endpoints set paused_at = now() where name = 'paused'`)
  await db.pool.query(`update webhooks.endpoints set is_active = false, disabled_reason = 'test' where name = 'disabled'`)
  await db.pool.query(`update webhooks.endpoint_stats as s set failing_since = case p.name when 'failing' then now() end, credentials_refused_at = case p.name when 'refused' then now() end from webhooks.endpoints as p where p.id = s.endpoint_id and p.name in ('failing', 'refused')`)
  const found: string[] = []
  let after: string | null = null
  do {
    const { data } = await operator('query ($after: Cursor) { endpoints(first: 2, after: $after, filter: {tenantId: {equalTo: "u"}}, orderBy: [URGENCY_DESC, ID_DESC]) { nodes { name } pageInfo { hasNextPage endCursor } } }', { after })
    const { nodes, pageInfo }: { nodes: { name: string }[]; pageInfo: { hasNextPage: boolean; endCursor: string } } = data.endpoints
    found.push(...nodes.map(({ name }) => name))
    after = pageInfo.hasNextPage ? pageInfo.endCursor : null
  } while (after !== null)
  assert.equal(found, ['refused', 'failing', 'paused', 'well', 'disabled'])
})

reading('gives the body of a delivery as it is sent, in its own format', async () => {
  await db.pool.query(`update webhooks.deliveries set payload_format = 'legacy' where id = $1`, [oldest!.id])
  const { data } = await viewer(`{ delivery(id: "${oldest!.id}") { body event { body } } }`)
  assert.is(JSON.parse(data.delivery.body).event, 'test.event')
  assert.is(JSON.parse(data.delivery.event.body).type, 'test.event')
  await db.pool.query(`update webhooks.deliveries set payload_format = 'standard' where id = $1`, [oldest!.id])
})

reading.run()
limits.run()
