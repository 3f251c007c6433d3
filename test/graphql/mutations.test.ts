/** What the API does, who may, and how it says no. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { mint, startTestApi, type Answer, type ApiError } from '../support/api.ts'
import { createTestDatabase } from '../support/database.ts'
import { createEndpoint, createEvents, deliveriesOf, endDelivery } from '../support/endpoints.ts'

const db = await createTestDatabase({ template: 'core' })
await db.pool.query(`update webhooks.settings set allow_http = true, allow_ports = '{}'`)
const api = await startTestApi(db.url)
const [viewer, manager, owner, stranger, operator] = await Promise.all([
  api.as('viewer', 'a'), api.as('manager', 'a', 'mia'), api.as('owner', 'a', 'olga'), api.as('owner', 'b'), api.as('operator'),
])

/** Code and field of the first error; `undefined` where there is none. */
const refusal = ({ errors: [error] }: Answer) => error && [error.extensions?.['code'], error.extensions?.['field']].filter(Boolean).join(' ')

const CREATE = 'mutation ($endpoint: NewEndpoint!, $secret: String, $tenantId: String) { createEndpoint(endpoint: $endpoint, secret: $secret, tenantId: $tenantId) { endpoint { id tenantId name url events createdBy headerNames retrySchedule { minutes hours } rateLimit } secret } }'
const UPDATE = 'mutation ($id: UUID!, $changes: EndpointChanges!) { updateEndpoint(id: $id, changes: $changes) { endpoint { name rateLimit timeoutMs filter headerNames } } }'

const endpoints = suite('endpoints')

endpoints('are made with what is given, and show their secret once', async () => {
  const { data } = await manager(CREATE, { endpoint: { url: 'https://x.test/h', events: ['test.*'], headers: { 'x-a': '1' }, retrySchedule: [{ minutes: 2 }, { hours: 1 }], rateLimit: null } })
  const { endpoint, secret } = data.createEndpoint
  assert.equal({ ...endpoint, id: '' }, {
    id: '', tenantId: 'a', name: '', url: 'https://x.test/h', events: ['test.*'], createdBy: 'mia', headerNames: ['x-a'],
    retrySchedule: [{ minutes: 2, hours: 0 }, { minutes: 0, hours: 1 }], rateLimit: null,
  })
  assert.match(secret, /^whsec_/)
  const revealed = await owner(`mutation { revealSecret(endpointId: "${endpoint.id}") { secret } }`)
  assert.is(revealed.data.revealSecret.secret, secret)
})

endpoints('take a secret that their receiver has already', async () => {
  const mine = `whsec_${Buffer.alloc(32, 7).toString('base64')}`
  const { data } = await owner(CREATE, { endpoint: { url: 'https://x.test/h', events: ['*'] }, secret: mine })
  assert.is(data.createEndpoint.secret, mine)
})

endpoints('name field, reason and remedy of what is wrong with them', async () => {
  const create = async (change: Record<string, unknown>, secret?: string) => refusal(await owner(CREATE, { endpoint: { url: 'https://x.test/h', events: ['*'], ...change }, secret }))
  assert.is(await create({ url: 'ftp://x.test' }), 'WHURL url')
  assert.is(await create({ url: 'http://0x7f.1/' }), undefined, 'loopback, which this server allows')
  assert.is(await create({ url: 'http://169.254.169.254/' }), 'WHADR url')
  assert.is(await create({ url: 'https://u:p@x.test/' }), 'WHURL url')
  assert.is(await create({ events: [] }), 'WHPAT events')
  assert.is(await create({ events: ['nope.thing'] }), 'WHPAT events')
  assert.is(await create({ filter: '$ ??' }), 'WHVAL filter')
  assert.is(await create({ filter: '$.**' }), 'WHFIL filter')
  assert.is(await create({ headers: { host: 'x' } }), 'WHHDR headers')
  assert.is(await create({ timeoutMs: 5 }), 'WHVAL timeoutMs')
  assert.is(await create({ ordering: 'sideways' }), 'WHVAL ordering')
  assert.is(await create({ rateLimit: 0 }), 'WHVAL rateLimit')
  assert.is(await create({ name: null }), 'WHVAL name')
  assert.is(await create({}, 'short'), 'WHSEC secret')
})

endpoints('have their URL judged before it is saved, in the words that saving would use', async () => {
  const { data } = await manager('query ($url: String!) { urlProblems(url: $url) { code message detail hint } }', { url: 'ftp://x.test' })
  const refused = await owner(CREATE, { endpoint: { url: 'ftp://x.test', events: ['*'] } })
  const [{ message, extensions }] = refused.errors as [ApiError]
  assert.equal(data.urlProblems[0], { code: extensions!['code'], message, detail: extensions!['detail'], hint: extensions!['hint'] })
  assert.equal((await viewer('{ urlProblems(url: "https://x.test/h") { code } }')).data.urlProblems, [])
})

endpoints('say until when an older secret signs beside the current one', async () => {
  const id = await createEndpoint(db.pool, { tenant_id: 'a' })
  const until = async () => (await viewer(`{ endpoint(id: "${id}") { health { oldSecretUntil } } }`)).data.endpoint.health.oldSecretUntil
  assert.is(await until(), null)
  await owner(`mutation { rotateSecret(endpointId: "${id}", overlap: {hours: 2}) { secret } }`)
  const leftMs = Date.parse((await until()) as string) - Date.now()
  assert.ok(leftMs > 115 * 60_000 && leftMs <= 120 * 60_000, `${leftMs} ms`)
  await owner(`mutation { setSecret(endpointId: "${id}", secret: "whsec_${Buffer.alloc(32, 9).toString('base64')}") { endpoint { id } } }`)
  assert.is(await until(), null)
})

endpoints('change what is given and keep the rest; null is a value', async () => {
  const id = await createEndpoint(db.pool, { tenant_id: 'a', name: 'old' })
  const update = async (changes: Record<string, unknown>) => (await manager(UPDATE, { id, changes })).data.updateEndpoint.endpoint
  assert.equal(await update({ rateLimit: null, filter: '$.data' }), { name: 'old', rateLimit: null, timeoutMs: 15000, filter: '$."data"', headerNames: [] })
  assert.equal(await update({ name: 'new', filter: null, timeoutMs: 2000, headers: { b: '2', a: '1' } }), { name: 'new', rateLimit: null, timeoutMs: 2000, filter: null, headerNames: ['a', 'b'] })
  assert.is((await update({})).name, 'new')
  assert.is(refusal(await manager(UPDATE, { id, changes: { timeoutMs: 1 } })), 'WHVAL timeoutMs')
  assert.is(refusal(await manager(UPDATE, { id, changes: { url: 'http://10.0.0.1/' } })), 'WHADR url')
})

endpoints('pause, resume, disable, enable and go', async () => {
  const id = await createEndpoint(db.pool, { tenant_id: 'a' })
  const act = async (name: string, more = '') => (await owner(`mutation { ${name}(id: "${id}"${more}) { endpoint { isActive pausedAt disabledReason deletedAt } } }`)).data[name].endpoint
  assert.ok((await act('pauseEndpoint')).pausedAt)
  assert.is((await act('resumeEndpoint')).pausedAt, null)
  assert.equal((await act('disableEndpoint', ', reason: "moving"')).disabledReason, 'moving')
  assert.is((await act('enableEndpoint')).isActive, true)
  assert.ok((await act('deleteEndpoint')).deletedAt)
  assert.is(refusal(await owner(`mutation { pauseEndpoint(id: "${id}") { endpoint { id } } }`)), 'WHNOF')
})

endpoints('rotate their secret with an overlap', async () => {
  const id = await createEndpoint(db.pool, { tenant_id: 'a' })
  const rotate = (more: string) => owner(`mutation { rotateSecret(endpointId: "${id}"${more}) { secret } }`)
  const { data } = await rotate(', overlap: {hours: 2}')
  assert.match(data.rotateSecret.secret, /^whsec_/)
  const { rows } = await db.pool.query(`select round(extract(epoch from expires_at - now()) / 3600) as hours from webhooks_private.endpoint_secrets where endpoint_id = $1 and expires_at is not null`, [id])
  assert.equal(rows, [{ hours: '2' }])
  assert.is(refusal(await rotate(', overlap: {days: 40}')), 'WHOVL overlap')
})

const rights = suite('rights')

const id = await createEndpoint(db.pool, { tenant_id: 'a' })
const [eventId] = await createEvents(db.pool, { tenant: 'a' })
const [delivery] = await deliveriesOf(db.pool, id)

const acts: readonly (readonly [string, 'manager' | 'owner'])[] = [
  ['createEndpoint(endpoint: {url: "https://x.test", events: ["*"]}) { secret }', 'manager'],
  [`updateEndpoint(id: "${id}", changes: {name: "x"}) { endpoint { id } }`, 'manager'],
  [`pauseEndpoint(id: "${id}") { endpoint { id } }`, 'manager'],
  [`resumeEndpoint(id: "${id}") { endpoint { id } }`, 'manager'],
  [`sendTest(endpointId: "${id}") { delivery { status } }`, 'manager'],
  [`emitEvent(type: "test.event") { event { id } }`, 'manager'],
  [`retryDelivery(id: "${delivery!.id}") { delivery { id } }`, 'manager'],
  [`cancelDelivery(id: "${delivery!.id}") { delivery { id } }`, 'manager'],
  [`recover(endpointId: "${id}", since: "2020-01-01") { recovered }`, 'manager'],
  [`replay(endpointId: "${id}", since: "2020-01-01") { replayed }`, 'manager'],
  [`rotateSecret(endpointId: "${id}") { secret }`, 'owner'],
  [`setSecret(endpointId: "${id}", secret: "whsec_${Buffer.alloc(32).toString('base64')}") { endpoint { id } }`, 'owner'],
  [`revealSecret(endpointId: "${id}") { secret }`, 'owner'],
  [`setOauthSecret(endpointId: "${id}", secret: "x") { endpoint { id } }`, 'owner'],
  ['createApiKey(name: "ci", role: "viewer") { key }', 'owner'],
  [`deleteEndpoint(id: "${id}") { endpoint { id } }`, 'owner'],
]

rights('are none for a viewer, those of deliveries for a manager, all for the owner', async () => {
  for (const [act, least] of acts) {
    assert.is(refusal(await viewer(`mutation { ${act} }`)), 'WHRGT', `viewer: ${act}`)
    if (least === 'owner') assert.is(refusal(await manager(`mutation { ${act} }`)), 'WHRGT', `manager: ${act}`)
    else assert.is(refusal(await manager(`mutation { ${act} }`)), undefined, `manager: ${act}`)
  }
  for (const [act] of acts.filter(([, least]) => least === 'owner')) assert.is(refusal(await owner(`mutation { ${act} }`)), undefined, `owner: ${act}`)
})

rights('end at the tenant', async () => {
  for (const [act] of acts.filter(([act]) => /[iI]d: "/.test(act))) assert.is(refusal(await stranger(`mutation { ${act} }`)), 'WHNOF', act)
  const emit = (client: typeof owner, tenantId: string) => client(`mutation { emitEvent(type: "test.event", tenantId: "${tenantId}") { event { tenantId } } }`)
  assert.is(refusal(await emit(owner, 'b')), 'WHTNT tenantId')
  assert.is((await emit(operator, 'b')).data.emitEvent.event.tenantId, 'b')
  assert.is(refusal(await operator('mutation { emitEvent(type: "test.event") { event { id } } }')), 'WHTNT tenantId')
})

rights('of the operator are those of the tenant that he names', async () => {
  const other = await createEndpoint(db.pool, { tenant_id: 'b' })
  const pause = (tenantId: string) => operator(`mutation { pauseEndpoint(id: "${other}", tenantId: "${tenantId}") { endpoint { id } } }`)
  assert.is(refusal(await pause('a')), 'WHNOF')
  assert.is(refusal(await pause('b')), undefined)
})

rights('are used by somebody from somewhere, as the audit log has it', async () => {
  const authorization = `Bearer ${await mint({ role: 'owner', tenant_id: 'a', sub: 'olga' })}`
  const headers = { authorization, 'content-type': 'application/json', 'x-forwarded-for': '203.0.113.9, 10.0.0.1<b>' }
  await fetch(`${api.url}/graphql`, { method: 'POST', headers, body: JSON.stringify({ query: 'mutation { createApiKey(name: "afar", role: "viewer") { key } }' }) })
  const { rows } = await db.pool.query(`select actor, origin from webhooks.audit_log where action = 'api_key.created' and after ->> 'name' = 'afar'`)
  assert.equal(rows, [{ actor: 'olga', origin: 'http 127.0.0.1 for 203.0.113.9, 10.0.0.1b' }])
})

const deliveries = suite('deliveries')

deliveries('are retried, cancelled, recovered and replayed', async () => {
  const late = await createEndpoint(db.pool, { tenant_id: 'c' })
  await createEvents(db.pool, { tenant: 'c', count: 2 })
  const [first, second] = await deliveriesOf(db.pool, late)
  await Promise.all([first!, second!].map((each) => endDelivery(db.pool, each.id, 'failed')))
  const c = await api.as('manager', 'c')
  const run = async (act: string) => Object.values((await c(`mutation { ${act} }`)).data as object)[0] as Record<string, never>
  assert.equal(await run(`retryDelivery(id: "${first!.id}") { delivery { status maxAttempts event { type } } }`), { delivery: { status: 'retrying', maxAttempts: 6, event: { type: 'test.event' } } })
  assert.equal(await run(`cancelDelivery(id: "${first!.id}") { delivery { status } }`), { delivery: { status: 'cancelled' } })
  assert.equal(await run(`recover(endpointId: "${late}", since: "2020-01-01") { recovered remaining endpoint { id } }`), { recovered: 2, remaining: false, endpoint: { id: late } })
  const later = await createEndpoint(db.pool, { tenant_id: 'c' })
  const { lastEvent, ...replayed } = await run(`replay(endpointId: "${later}", since: "2020-01-01", types: ["test.event"], batch: 1) { replayed remaining lastEvent }`)
  assert.equal(replayed, { replayed: 1, remaining: true })
  assert.equal((await run(`replay(endpointId: "${later}", since: "2020-01-01", resumeAfter: "${lastEvent}") { replayed remaining }`)), { replayed: 1, remaining: false })
  assert.is(refusal(await c(`mutation { replay(endpointId: "${later}", since: "2020-01-01", types: ["sale.creatd"]) { replayed } }`)), 'WHTYP type')
  assert.is(refusal(await c(`mutation { recover(endpointId: "${later}", since: "2021-01-01", until: "2020-01-01") { recovered } }`)), 'WHWIN since')
})

deliveries('come from an event by hand, its data as it is written, once for each key', async () => {
  const emit = async (args: string) => owner(`mutation { emitEvent(type: "test.event", ${args}) { event { id body deliveries { nodes { status } } } } }`)
  const text = '{"amount": 1500.00, "id": 12345678901234567890}'
  const [one, two] = [await emit(`dataText: ${JSON.stringify(text)}, idempotencyKey: "k"`), await emit('idempotencyKey: "k"')]
  assert.ok(one.data.emitEvent.event.body.includes(`"data":${text}`))
  assert.is(two.data.emitEvent.event.id, one.data.emitEvent.event.id)
  assert.is(refusal(await emit('dataText: "{"')), 'WHDAT')
  assert.is(refusal(await owner('mutation { emitEvent(type: "no.such") { event { id } } }')), 'WHTYP type')
})

const keys = suite('API keys')

keys('open their tenant in their role until they are revoked', async () => {
  const { data } = await owner('mutation { createApiKey(name: "ci", role: "viewer", expiresAt: "2099-01-01") { apiKey { id name role createdBy } key } }')
  const { apiKey, key } = data.createApiKey
  assert.equal({ ...apiKey, id: '' }, { id: '', name: 'ci', role: 'viewer', createdBy: 'olga' })
  const machine = api.withToken(key)
  assert.ok((await machine('{ endpoints { nodes { tenantId } } }')).data.endpoints.nodes.every(({ tenantId }: { tenantId: string }) => tenantId === 'a'))
  assert.is(refusal(await machine('mutation { emitEvent(type: "test.event") { event { id } } }')), 'WHRGT')
  assert.is(refusal(await stranger(`mutation { revokeApiKey(id: "${apiKey.id}") { apiKey { id } } }`)), 'WHNOF')
  assert.ok((await owner(`mutation { revokeApiKey(id: "${apiKey.id}") { apiKey { revokedAt } } }`)).data.revokeApiKey.apiKey.revokedAt)
  assert.equal([(await machine('{ __typename }')).status, refusal(await machine('{ __typename }'))], [401, 'WHAPK'])
})

keys('need a name, a known role and an end that is ahead', async () => {
  const create = async (args: string) => refusal(await owner(`mutation { createApiKey(${args}) { key } }`))
  assert.is(await create('name: "x", role: "operator"'), 'WHVAL role')
  assert.is(await create('name: " ", role: "viewer"'), 'WHVAL name')
  assert.is(await create('name: "x", role: "viewer", expiresAt: "2020-01-01"'), 'WHVAL expiresAt')
})

keys.after(async () => {
  assert.equal(api.logged, [], 'no error of the server itself')
  await api.stop()
  await db.drop()
})

assert.ok(eventId)
endpoints.run()
rights.run()
deliveries.run()
keys.run()
