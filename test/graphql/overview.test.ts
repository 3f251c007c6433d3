/** What a page about a tenant is made of: figures, previews, health, and the operator's settings, catalogue and tenants. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { startTestApi, type Answer } from '../support/api.ts'
import { createTestDatabase } from '../support/database.ts'
import { createEndpoint, createEvents, deliveriesOf, endDelivery } from '../support/endpoints.ts'
import { countStatements } from '../support/statements.ts'
import { tamper } from '../support/tamper.ts'

const db = await createTestDatabase({ template: 'core' })
const api = await startTestApi(db.url)
const [viewer, manager, owner, operator, bound] = await Promise.all([
  api.as('viewer', 'a'), api.as('manager', 'a'), api.as('owner', 'a'), api.as('operator'), api.as('operator', 'a'),
])
const refusal = ({ errors: [error] }: Answer) => error && [error.extensions?.['code'], error.extensions?.['field']].filter(Boolean).join(' ')

const one = await createEndpoint(db.pool, { tenant_id: 'a', name: 'one' })
await createEndpoint(db.pool, { tenant_id: 'a', name: 'two', events: ['endpoint.*'] })
await createEvents(db.pool, { tenant: 'a', count: 4 })
const [failed, done] = await deliveriesOf(db.pool, one)
await endDelivery(db.pool, failed!.id, 'failed')
await endDelivery(db.pool, done!.id, 'success', 1)
await db.pool.query('update webhooks.deliveries set response_time_ms = 40 where id = any ($1)', [[failed!.id, done!.id]])

const figures = suite('figures')

figures('of a tenant: what came, what became of it, what waits', async () => {
  const { data } = await viewer('{ tenantStats(interval: {hours: 2}) { deliveries succeeded failed successRate p50Ms p95Ms backlog due deadLetters endpoints failingEndpoints estimated buckets { deliveries open estimated } } }')
  const { buckets, ...stats } = data.tenantStats
  assert.equal(stats, { deliveries: 4, succeeded: 1, failed: 1, successRate: 0.5, p50Ms: 40, p95Ms: 40, backlog: 2, due: 2, deadLetters: 1, endpoints: 2, failingEndpoints: 0, estimated: false })
  assert.is(buckets.length, 3)
  assert.equal([buckets.at(-1), buckets[0]], [{ deliveries: 4, open: 2, estimated: false }, { deliveries: 0, open: 0, estimated: false }])
})

figures('of a tenant that is not one\'s own are refused; the operator names one', async () => {
  assert.is(refusal(await viewer('{ tenantStats(tenantId: "b") { deliveries } }')), 'WHTNT tenantId')
  assert.is(refusal(await operator('{ tenantStats { deliveries } }')), 'WHTNT tenantId')
  assert.is((await operator('{ tenantStats(tenantId: "a") { deliveries } }')).data.tenantStats.deliveries, 4)
  assert.is((await operator('{ tenantStats(tenantId: "nobody") { deliveries successRate } }')).data.tenantStats.successRate, null)
})

figures('of a list of endpoints come by one statement', async () => {
  const { result: { data }, statements } = await countStatements(() => viewer('{ endpoints { nodes { name sparkline(interval: {hours: 1}, bucket: {hours: 1}) { deliveries } } } }'))
  const found = data.endpoints.nodes.map(({ name, sparkline }: { name: string; sparkline: { deliveries: number }[] }) => [name, sparkline.map(({ deliveries }) => deliveries)])
  assert.equal(found, [['one', [0, 4]], ['two', [0, 0]]])
  assert.is(statements.filter(({ text }) => text.includes('endpoint_series')).length, 1)
})

figures('of a bucket that holds more than is read are estimated', async () => {
  const id = await createEndpoint(db.pool, { tenant_id: 'busy' })
  // 1,000 events, evenly over one bucket of 8 seconds.
  await db.pool.query(
    `insert into webhooks.events (tenant_id, type, endpoint_id, id)
     select 'busy', 'test.event', $1, (left(webhooks_private.least_id(date_bin('8 seconds', now() - interval '90 minutes', '2000-01-01') + n * interval '8 milliseconds')::text, 18) || '-8000-' || lpad(to_hex(n), 12, '0'))::uuid
       from generate_series(0, 999) as n`,
    [id],
  )
  // 1,000 buckets of 30,000 rows in all: 29 for each; how many there are is read off the index.
  const { data } = await operator('{ tenantStats(tenantId: "busy", interval: {seconds: 8000}, bucket: {seconds: 8}) { estimated deliveries } }')
  assert.is(data.tenantStats.estimated, true)
  assert.ok(Math.abs(data.tenantStats.deliveries - 1000) < 30, `about 1,000: ${data.tenantStats.deliveries}`)
  const { data: ofEndpoint } = await operator(`{ endpointStats(endpointId: "${id}", interval: {seconds: 8000}, bucket: {seconds: 8}) { deliveries estimated } }`)
  const busiest = ofEndpoint.endpointStats.find(({ estimated }: { estimated: boolean }) => estimated)
  assert.ok(Math.abs(busiest.deliveries - 1000) < 100, `about 1,000: ${busiest.deliveries}`)
})

figures('of the health of an endpoint', async () => {
  const { data } = await viewer(`{ endpoint(id: "${one}") { figures { lastSuccessAt lastFailureAt } health { state circuit rateUsedUntil backlog due deadLetters } } }`)
  assert.equal(data.endpoint, { figures: { lastSuccessAt: null, lastFailureAt: null }, health: { state: 'ok', circuit: 'closed', rateUsedUntil: null, backlog: 2, due: 2, deadLetters: 1 } })
})

const previews = suite('previews')

previews('of a filter count the events that it would have taken', async () => {
  const ask = (args: string, client = viewer) => client(`{ filterPreview(${args}) { looked asked matched since latest { type } } }`)
  const { data } = await ask('events: ["test.*"], filter: "$.data.n ? (@ > 1)"')
  assert.equal({ ...data.filterPreview, since: typeof data.filterPreview.since }, { looked: 4, asked: 4, matched: 3, since: 'string', latest: { type: 'test.event' } })
  assert.equal((await ask('events: ["endpoint.*"], sample: 2')).data.filterPreview, { looked: 2, asked: 0, matched: 0, since: data.filterPreview.since, latest: null })
  assert.is(refusal(await ask('events: ["*"], filter: "$ ??"')), 'WHVAL filter')
  assert.is(refusal(await ask('events: ["*"], filter: "$.**"')), 'WHFIL filter')
  assert.is(refusal(await ask('events: ["nope.thing"]')), 'WHPAT events')
  assert.is(refusal(await ask('events: ["*"], tenantId: "b"')), 'WHTNT tenantId')
  assert.is((await ask('events: ["*"], tenantId: "a"', operator)).data.filterPreview.matched, 4)
})

previews('of recover and replay say what they would send, and send nothing', async () => {
  const ask = async (endpointId: string, client = manager) =>
    client(`{ recoverPreview(endpointId: "${endpointId}", since: "2020-01-01") { deliveries more } replayPreview(endpointId: "${endpointId}", since: "2020-01-01") { deliveries looked more } }`)
  assert.equal((await ask(one)).data, { recoverPreview: { deliveries: 1, more: false }, replayPreview: { deliveries: 0, looked: 4, more: false } })
  const late = await createEndpoint(db.pool, { tenant_id: 'a', filter: '$.data.n ? (@ > 2)' })
  assert.equal((await ask(late)).data.replayPreview, { deliveries: 2, looked: 4, more: false })
  assert.equal((await deliveriesOf(db.pool, late)).length, 0)
  assert.is((await manager(`mutation { replay(endpointId: "${late}", since: "2020-01-01") { replayed } }`)).data.replay.replayed, 2)
  assert.is((await ask(late)).data.replayPreview.deliveries, 0)
  assert.is(refusal(await ask(one, viewer)), 'WHRGT')
  assert.is(refusal(await ask(one, await api.as('owner', 'b'))), 'WHNOF')
  await db.pool.query('delete from webhooks.deliveries where endpoint_id = $1', [late])
})

previews('of the next attempt say when and why', async () => {
  const next = async (id: string) => (await viewer(`{ delivery(id: "${id}") { next lastAttempt { number } } }`)).data.delivery
  const [, , open] = await deliveriesOf(db.pool, one)
  assert.match((await next(open!.id)).next, /^It is due since .*, but no worker is running\.$/)
  await db.pool.query('update webhooks.endpoints set paused_at = now() where id = $1', [one])
  assert.match((await next(open!.id)).next, /paused since/)
  await db.pool.query('update webhooks.endpoints set paused_at = null where id = $1', [one])
  assert.equal(await next(done!.id), { next: null, lastAttempt: null })
  await db.pool.query(`insert into webhooks.attempts (delivery_id, number, tenant_id, started_at, duration_ms) select $1, n, 'a', now(), 1 from generate_series(1, 5) as n`, [failed!.id])
  assert.equal((await next(failed!.id)).lastAttempt, { number: 5 })
})

const audit = suite('the audit log')

audit('says whether it agrees with its chain, to those who read it', async () => {
  await db.pool.query('select webhooks_private.chain_audit_log()')
  const ask = (client: typeof owner) => client('{ auditVerification(newest: 100) { checked broken firstBroken problem waiting since head } }')
  const { data } = await ask(owner)
  assert.ok(data.auditVerification.checked > 0)
  assert.match(data.auditVerification.head, /^[0-9a-f]{64}$/)
  assert.equal([data.auditVerification.broken, data.auditVerification.firstBroken, data.auditVerification.waiting], [0, null, 0])
  const entry = (await db.pool.query<{ id: string; actor: string }>('select id, actor from webhooks.audit_log order by id limit 1')).rows[0]!
  await tamper(db.pool, `update webhooks.audit_log set actor = 'x' where id = $1`, [entry.id])
  const { data: found } = await ask(operator)
  assert.equal([found.auditVerification.broken, found.auditVerification.firstBroken], [1, entry.id])
  await tamper(db.pool, 'update webhooks.audit_log set actor = $2 where id = $1', [entry.id, entry.actor])
  assert.is(refusal(await ask(manager)), 'WHRGT')
})

audit.run()

const settings = suite('settings')

settings('are read and changed by the operator alone', async () => {
  assert.is(refusal(await owner('{ settings { sending } }')), 'WHRGT')
  assert.equal((await operator('{ settings { sending deadLetterTtl { days } retrySchedule { minutes } } }')).data.settings.deadLetterTtl, { days: 7 })
  const change = (changes: string, client = operator) => client(`mutation { updateSettings(changes: ${changes}) { settings { sending deadLetterTtl { days } alertP95Ms } } }`)
  const { data } = await change('{deadLetterTtl: {days: 3}, alertP95Ms: 900}')
  assert.equal(data.updateSettings.settings, { sending: true, deadLetterTtl: { days: 3 }, alertP95Ms: 900 })
  assert.is(refusal(await change('{maxEventBytes: 5}')), 'WHVAL maxEventBytes')
  assert.is(refusal(await change('{deadLetterTtl: {days: -1}}')), 'WHVAL deadLetterTtl')
  assert.is(refusal(await change('{sending: null}')), 'WHVAL sending')
  assert.is(refusal(await change('{sending: false}', owner)), 'WHRGT')
  assert.is(refusal(await change('{sending: false}', bound)), 'WHTNT tenantId')
  const { rows } = await db.pool.query(`select actor, before, after from webhooks.audit_log where action = 'settings.changed' order by id desc limit 1`)
  assert.equal(rows, [{ actor: 'ada', before: { alert_p95_ms: 2000, dead_letter_ttl: '7 days' }, after: { alert_p95_ms: 900, dead_letter_ttl: '3 days' } }])
})

settings('of a tenant are the defaults until it has its own, and again after a reset', async () => {
  const fields = 'sending rateLimit maxEndpoints testsPerMinute maxReplay maxEventBytes maxEventBytesInForce maxAttemptsInForce timeoutMsInForce retryScheduleInForce { hours minutes }'
  const read = async () => (await viewer(`{ tenantSettings { tenantId ${fields} } }`)).data.tenantSettings
  const defaults = await read()
  assert.equal([defaults.tenantId, defaults.rateLimit, defaults.maxEndpoints, defaults.maxEventBytes, defaults.maxEventBytesInForce, defaults.retryScheduleInForce.length], ['a', 1000, 50, null, 262144, 5])
  await db.pool.query(`insert into webhooks.tenant_settings (tenant_id) values ('plain')`)
  const { data: plain } = await operator(`{ tenantSettings(tenantId: "plain") { tenantId ${fields} } }`)
  assert.equal({ ...plain.tenantSettings, tenantId: 'a' }, defaults, 'the defaults of the columns')
  const change = (changes: string, client = operator) => client(`mutation { updateTenantSettings(tenantId: "a", changes: ${changes}) { tenantSettings { ${fields} } } }`)
  assert.equal((await change('{rateLimit: null, maxEventBytes: 4096, retrySchedule: [{hours: 2}]}')).data.updateTenantSettings.tenantSettings, {
    sending: true, rateLimit: null, maxEndpoints: 50, testsPerMinute: 30, maxReplay: 100000, maxEventBytes: 4096, maxEventBytesInForce: 4096, maxAttemptsInForce: 5, timeoutMsInForce: 15_000, retryScheduleInForce: [{ hours: 2, minutes: 0 }],
  })
  assert.is(refusal(await change('{maxEndpoints: 0}')), 'WHVAL maxEndpoints')
  assert.is(refusal(await change('{rateLimit: 5}', owner)), 'WHRGT')
  assert.is(refusal(await operator('mutation { updateTenantSettings(changes: {rateLimit: 5}) { tenantSettings { rateLimit } } }')), 'WHTNT tenantId')
  assert.is(refusal(await viewer('{ tenantSettings(tenantId: "b") { rateLimit } }')), 'WHTNT tenantId')
  await operator('mutation { resetTenantSettings(tenantId: "a") { tenantSettings { rateLimit } } }')
  assert.equal(await read(), defaults)
})

settings('against circles are changed, and the limit taken away', async () => {
  const change = (changes: string) => operator(`mutation { updateSettings(changes: ${changes}) { settings { circleLimit maxCauseDepth } } }`)
  assert.equal((await change('{circleLimit: null, maxCauseDepth: 12}')).data.updateSettings.settings, { circleLimit: null, maxCauseDepth: 12 })
  assert.is(refusal(await change('{circleLimit: 0}')), 'WHVAL circleLimit')
  assert.equal((await change('{circleLimit: 200, maxCauseDepth: 8}')).data.updateSettings.settings, { circleLimit: 200, maxCauseDepth: 8 })
})

const alerts = suite('alerts')

alerts('are looked after by the operator: who, when, and a note', async () => {
  const { rows: [open, over] } = await db.pool.query<{ id: string }>(`insert into webhooks.alerts (kind, subject, summary, resolved_at) values ('unserved_lane', '7', 'No worker serves lane 7.', null), ('unserved_lane', '8', 'No worker serves lane 8.', now()) returning id`)
  const acknowledge = (id: string, note: string, client = operator) => client(`mutation ($note: String) { acknowledgeAlert(id: "${id}", note: $note) { alert { acknowledgedBy acknowledgement resolvedAt } } }`, { note })
  assert.equal((await acknowledge(open!.id, 'I restart it')).data.acknowledgeAlert.alert, { acknowledgedBy: 'ada', acknowledgement: 'I restart it', resolvedAt: null })
  assert.is(refusal(await acknowledge(over!.id, '')), 'WHDON')
  assert.is(refusal(await acknowledge(one, '')), 'WHNOF')
  assert.is(refusal(await acknowledge(open!.id, 'x'.repeat(1_001))), 'WHVAL note')
  assert.is(refusal(await acknowledge(open!.id, '', bound)), 'WHTNT tenantId')
  assert.is(refusal(await acknowledge(open!.id, '', owner)), 'WHRGT')
})

const catalogue = suite('event types')

catalogue('are made, changed and deprecated by the operator', async () => {
  const made = await operator('mutation { createEventType(eventType: {name: "boat.sunk", description: "It went down.", example: {name: "Vasa"}, jsonSchema: {type: "object"}}) { eventType { name description example jsonSchema enabled deprecatedAt } } }')
  assert.equal(made.data.createEventType.eventType, { name: 'boat.sunk', description: 'It went down.', example: { name: 'Vasa' }, jsonSchema: { type: 'object' }, enabled: true, deprecatedAt: null })
  const changed = await operator('mutation { updateEventType(name: "boat.sunk", changes: {description: "Lost.", jsonSchema: null}) { eventType { description example jsonSchema } } }')
  assert.equal(changed.data.updateEventType.eventType, { description: 'Lost.', example: { name: 'Vasa' }, jsonSchema: null })
  const deprecate = async (more = '') => (await operator(`mutation { deprecateEventType(name: "boat.sunk"${more}) { eventType { deprecatedAt } } }`)).data.deprecateEventType.eventType.deprecatedAt
  assert.ok(await deprecate())
  assert.is(await deprecate(', deprecated: false'), null)
})

catalogue('say what is wrong with them', async () => {
  const create = async (fields: string, client = operator) => refusal(await client(`mutation { createEventType(eventType: {${fields}}) { eventType { name } } }`))
  assert.is(await create('name: "Sale"'), 'WHEVT name')
  assert.is(await create('name: "boat.sunk"'), 'WHVAL name')
  assert.is(await create('name: "boat.built", jsonSchema: 5'), 'WHVAL jsonSchema')
  assert.is(await create(`name: "boat.built", example: {a: "${'x'.repeat(70_000)}"}`), 'WHVAL example')
  assert.is(await create('name: "boat.built"', owner), 'WHRGT')
  assert.is(await create('name: "boat.built"', bound), 'WHTNT tenantId')
  assert.is(refusal(await operator('mutation { updateEventType(name: "boat.snuk", changes: {enabled: false}) { eventType { name } } }')), 'WHTYP type')
})

const tenants = suite('tenants')

tenants('are listed for the operator, by id and by search', async () => {
  const ask = (args: string, client = operator) => client(`{ tenants${args} { nodes { id endpoints sending } edges { cursor node { id } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }`)
  const idsOf = ({ data }: Awaited<ReturnType<typeof ask>>): string[] => data.tenants.nodes.map(({ id }: { id: string }) => id)
  const all = (await ask('')).data.tenants
  assert.equal(all.nodes, [
    { id: 'a', endpoints: 3, sending: true }, { id: 'busy', endpoints: 1, sending: true }, { id: 'plain', endpoints: 0, sending: true },
  ])
  assert.equal(all.pageInfo, { hasNextPage: false, hasPreviousPage: false, startCursor: all.edges[0].cursor, endCursor: all.edges[2].cursor })
  assert.equal(idsOf(await ask('(search: "LAI")')), ['plain'])
  assert.equal(idsOf(await ask('', bound)), ['a'])
  assert.is(refusal(await ask('', owner)), 'WHRGT')
  assert.is(refusal(await ask('(after: "WyJpZCJd")')), 'WHREQ after')
})

tenants('of ten thousand come a page at a time, each once', async () => {
  await db.pool.query(`insert into webhooks.tenant_settings (tenant_id) select 'many-' || lpad(n::text, 5, '0') from generate_series(1, 10000) as n`)
  const found: string[] = []
  let pages = 0
  let page = { hasNextPage: true, endCursor: null as string | null }
  while (page.hasNextPage) {
    const { data } = await operator('query ($after: Cursor) { tenants(first: 1000, after: $after, search: "many") { nodes { id } pageInfo { hasNextPage endCursor } } }', { after: page.endCursor })
    found.push(...data.tenants.nodes.map(({ id }: { id: string }) => id))
    page = data.tenants.pageInfo
    pages++
  }
  assert.equal([pages, found.length, new Set(found).size, found.at(-1)], [10, 10_000, 10_000, 'many-10000'])
  await db.pool.query(`delete from webhooks.tenant_settings where tenant_id like 'many-%'`)
})

const bounds = suite('limits of a tenant')

bounds('hold for those who come at the same moment', async () => {
  await db.pool.query(`insert into webhooks.tenant_settings (tenant_id, max_endpoints) values ('hasty', 1)`)
  await db.pool.query(`insert into webhooks.api_keys (tenant_id, name, role, key_hash) select 'hasty', 'key', 'viewer', sha256(n::text::bytea) from generate_series(1, 99) as n`)
  const hasty = await api.as('owner', 'hasty')
  const codes = async (mutation: string) => (await Promise.all(Array.from({ length: 6 }, () => hasty(mutation)))).map((answer) => String(refusal(answer))).toSorted((one, other) => one.localeCompare(other))
  const once = ['undefined', ...Array.from({ length: 5 }, () => 'WHLIM')]
  assert.equal(await codes('mutation { createEndpoint(endpoint: {url: "https://x.test", events: ["*"]}) { endpoint { id } } }'), once)
  assert.equal(await codes('mutation { createApiKey(name: "one more", role: "viewer") { key } }'), once)
})

bounds('of endpoints, of tests a minute, and of the backlog that recover and replay may build', async () => {
  await db.pool.query(`insert into webhooks.tenant_settings (tenant_id, max_endpoints, tests_per_minute, max_replay) values ('small', 2, 2, 3)`)
  const small = await api.as('owner', 'small')
  const create = () => small('mutation { createEndpoint(endpoint: {url: "https://x.test", events: ["*"]}) { endpoint { id } } }')
  const id: string = (await create()).data.createEndpoint.endpoint.id
  assert.equal([refusal(await create()), refusal(await create())], [undefined, 'WHLIM'])

  const test = () => small(`mutation { sendTest(endpointId: "${id}") { delivery { id } } }`)
  const tested = await Promise.all([test(), test(), test(), test()])
  assert.equal(tested.map((answer) => String(refusal(answer))).toSorted((one, other) => one.localeCompare(other)), ['undefined', 'undefined', 'WHLIM', 'WHLIM'])

  await db.pool.query(`update webhooks.endpoints set is_active = false where tenant_id = 'small'`)
  await createEvents(db.pool, { tenant: 'small', count: 5 })
  await db.pool.query(`update webhooks.endpoints set is_active = true where tenant_id = 'small'`)
  const replay = (after: string | null) => small('mutation ($id: UUID!, $after: UUID) { replay(endpointId: $id, since: "2020-01-01", resumeAfter: $after) { replayed remaining lastEvent } }', { id, after })
  let [sent, after]: [number, string | null] = [0, null]
  let answer = await replay(after)
  while (answer.data.replay?.remaining) {
    sent += answer.data.replay.replayed
    after = answer.data.replay.lastEvent
    answer = await replay(after)
  }
  assert.equal([sent, refusal(answer)], [3, 'WHLIM'])
  assert.is(refusal(await small(`mutation { recover(endpointId: "${id}", since: "2020-01-01") { recovered } }`)), 'WHLIM')
  await db.pool.query('select webhooks.replay($1, $2)', [id, '2020-01-01']) // a DBA is not bound
})

bounds.after(async () => {
  assert.equal(api.logged, [], 'no error of the server itself')
  await api.stop()
  await db.drop()
})

figures.run()
previews.run()
settings.run()
alerts.run()
catalogue.run()
tenants.run()
bounds.run()
