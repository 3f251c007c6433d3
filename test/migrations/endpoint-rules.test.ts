/** What an endpoint may look like, for every writer: each refusal with its code. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { createTestDatabase } from '../support/database.ts'
import { createEndpoint, refusal, type EndpointColumns } from '../support/endpoints.ts'

const db = await createTestDatabase({ template: 'core' })
const { pool } = db

let tenants = 0
const make = (columns: EndpointColumns) => createEndpoint(pool, { tenant_id: `tenant ${++tenants}`, ...columns })
const refused = (columns: EndpointColumns) => refusal(make(columns))
const settings = (assignments: string) => pool.query(`update webhooks.settings set ${assignments}`)

const urls = suite('the URL of an endpoint')

for (const url of ['https://receiver.test', 'https://receiver.test/hook?a=b', 'HTTPS://Receiver.test:8443/', 'https://[2606:4700::1111]:443/', 'https://receiver.test:80']) {
  urls(`${url} is accepted`, async () => void (await make({ url })))
}
for (const [url, code, why] of [
  ['http://receiver.test/', 'WHURL', /not https/],
  ['receiver.test/hook', 'WHURL', /not an absolute/],
  ['ftp://receiver.test/', 'WHURL', /not an absolute/],
  ['', 'WHURL', /not an absolute/],
  ['https://', 'WHURL', /no usable host/],
  ['https:///path', 'WHURL', /no usable host/],
  ['https://receiver.test:/', 'WHURL', /no usable host/],
  ['https://a b.test/', 'WHURL', /no usable host/],
  [String.raw`https://receiver.test\evil.test/`, 'WHURL', /no usable host/],
  ['https://receiver.test/\u0007', 'WHURL', /no usable host/],
  ['https://receiver.test:99999/', 'WHURL', /port 99999/],
  ['https://receiver.test:0/', 'WHURL', /port 0/],
  ['https://receiver.test:22/', 'WHPRT', /port 22/],
  [`https://receiver.test/${'a'.repeat(2048)}`, 'WHURL', /characters long/],
] as const) {
  urls(`${url.slice(0, 40)} is refused: ${code}`, async () => {
    const error = await refused({ url })
    assert.is(error.code, code)
    assert.match(error.message, why)
    assert.ok(error.detail !== undefined && error.hint !== undefined)
  })
}
for (const scheme of ['https', 'http']) {
  urls(`a password in an ${scheme} URL is refused and not shown`, async () => {
    const error = await refused({ url: `${scheme}://ada:lovelace@receiver.test/` })
    assert.is(error.code, 'WHURL')
    assert.not.match(`${error.message} ${error.detail} ${error.hint}`, 'lovelace')
  })
}
urls('http and other ports are a matter of settings', async () => {
  await settings(`allow_http = true, allow_ports = '{5081}'`)
  await make({ url: 'http://127.0.0.1:5081/' })
  assert.is((await refused({ url: 'https://receiver.test/' })).code, 'WHPRT')
  await settings(`allow_ports = '{}'`)
  await make({ url: 'http://127.0.0.1:9/' })
  await settings(`allow_http = false, allow_ports = '{443,80,8443,8080}'`)
})
urls('an update is judged like an insert, and only where the URL changes', async () => {
  await settings('allow_http = true')
  const id = await make({ url: 'http://receiver.test/' })
  await settings('allow_http = false')
  await pool.query(`update webhooks.endpoints set name = 'still http' where id = $1`, [id])
  assert.is((await refusal(pool.query(`update webhooks.endpoints set url = 'http://other.test/' where id = $1`, [id]))).code, 'WHURL')
})
urls('the token URL of auth is judged in the same way', async () => {
  const auth = (token_url: string) => JSON.stringify({ type: 'oauth2', token_url, client_id: 'me' })
  await make({ auth: auth('https://login.test/token') })
  assert.is((await refused({ auth: auth('http://login.test/token') })).code, 'WHURL')
  assert.is((await refused({ auth: '{"type":"basic"}' })).code, 'WHURL')
})
urls.run()

const patterns = suite('the events that an endpoint asks for')

patterns('exact names, stars at the end and the star alone are accepted', async () => void (await make({ events: ['test.event', 'delivery.*', '*'] })))
for (const [events, code, hint] of [
  [[], 'WHPAT', /Name event types/],
  [[null], 'WHPAT', /Name event types/],
  [null, 'WHPAT', /Name event types/],
  [['test.evnt'], 'WHPAT', /Did you mean: .*test\.event/],
  [['delivry.*'], 'WHPAT', /delivery\./],
  [['Test.Event'], 'WHEVT', /test\.event/],
  [['test'], 'WHEVT', /./],
  [['*.event'], 'WHEVT', /./],
  [['test.*.event'], 'WHEVT', /./],
  [['test.event '], 'WHEVT', /test\.event/],
  [Array(201).fill('test.event'), 'WHPAT', /Use patterns/],
] as const) {
  patterns(`${JSON.stringify(events)?.slice(0, 40)} is refused: ${code}`, async () => {
    const error = await refused({ events })
    assert.is(error.code, code)
    assert.match(error.hint!, hint)
  })
}
patterns.run()

const filters = suite('the filter of an endpoint')

for (const filter of [
  '$.data.amount ? (@ > 100)', '$.data.amount > 100 && $.data.paid == true', 'exists($.data.items[*] ? (@.price > 5 && exists(@.tags ? (@ == "a")))) && $.data.n == 1',
  '$.data.items[0 to last].price > 5', '$.data.items[*].price - 1 > 5', '$.data."a$b@c, [0,0] == $.x" == "$ == @"', '$.data.at.datetime() < "2030-01-01".datetime()', '$.data.status == "paid"', '$.data."like_regex" == "**"', `$${'.a'.repeat(20)}`,
]) {
  filters(`${filter} is accepted`, async () => void (await make({ filter })))
}
for (const [filter, code, why] of [
  ['$.data.name ? (@ like_regex "^(a+)+$")', 'WHFIL', /like_regex/],
  ['$.**.amount', 'WHFIL', /\*\*/],
  [`$${'.a'.repeat(21)}`, 'WHFIL', /21 steps/],
  [`$.data ? (@ == "${'x'.repeat(520)}")`, 'WHFIL', /characters long/],
  ['100 < $.data.amount', 'WHFIL', /fixed value/],
  ['$.data.a == $.data.b', 'WHFIL', /item by item/],
  ['$.data ? (@.a[*] <= -@.b[*])', 'WHFIL', /item by item/],
  ['$.data.a[*] ? (exists($.data.a[*] ? (@ > 1)))', 'WHFIL', /once for each item/],
  ['$.data ? (@.a == 1).b ? ($.data.c == 1)', 'WHFIL', /once for each item/],
  [`$.data${'[0,0]'.repeat(19)}`, 'WHFIL', /multiply/],
  ['$.data.a[*][$.data.b[*]]', 'WHFIL', /multiply/],
  [`$.data${'.keyvalue()'.repeat(19)}`, 'WHFIL', /triples/],
  ['$.data.a * 2 > 5', 'WHFIL', /large numbers/],
  ['$paid == "yes"', 'WHFER', /could not find jsonpath variable "paid"/],
  ['$.data.status starts with $x', 'WHFER', /variable "x"/],
  ['"2030-01-01".datetime() < "2030-01-01T00:00:00+00".datetime()', 'WHFER', /time zone/],
] as const) {
  filters(`${filter.slice(0, 40)} is refused: ${code}`, async () => {
    const error = await refused({ filter })
    assert.is(error.code, code)
    assert.match(error.detail!, why)
  })
}
filters('one that fails on some of the examples only is accepted: what comes may be of another kind', async () => {
  await pool.query(`insert into webhooks.event_types (name, example) values ('visit.planned', '{"at":"2030-01-01"}'), ('visit.made', '{"at":"2030-01-01T10:00:00Z"}')`)
  const filter = '$.data.at.datetime() < "2031-01-01T00:00:00+00".datetime()'
  await make({ filter, events: ['visit.*'] })
  assert.is((await refused({ filter, events: ['visit.planned'] })).code, 'WHFER')
  assert.match((await refused({ filter: '$.data.at.datetime("nonsense") == "x"', events: ['visit.*'] })).detail!, 'separator: "n"')
})
filters('what is no jsonpath is refused by its type', async () => assert.is((await refused({ filter: '$.data.amount >' })).code, '42601'))
filters('a tenant has a number of endpoints with a filter', async () => {
  await settings('max_filters_per_tenant = 2')
  const tenant_id = `tenant ${++tenants}`
  const [first] = [await createEndpoint(pool, { tenant_id, filter: '$.a' }), await createEndpoint(pool, { tenant_id, filter: '$.a' })]
  const third = await createEndpoint(pool, { tenant_id })
  const filterThird = () => pool.query(`update webhooks.endpoints set filter = '$.b' where id = $1`, [third])
  assert.is((await refusal(createEndpoint(pool, { tenant_id, filter: '$.a' }))).code, 'WHLIM')
  assert.is((await refusal(filterThird())).code, 'WHLIM')
  await pool.query(`update webhooks.endpoints set filter = '$.c' where id = $1`, [first])
  await pool.query(`update webhooks.endpoints set filter = null where id = $1`, [first])
  await filterThird()
  await settings('max_filters_per_tenant = 20')
})
filters.run()

const headers = suite('the headers of an endpoint')

headers('names and values of printable ASCII are accepted', async () => void (await make({ headers: '{"authorization":"Bearer abc","X-Api_Key":"~!\\t ","x-empty":""}' })))
const reserved = ['Content-Type', 'user-agent', 'webhook-id', 'Webhook-Signature', 'x-event', 'X-Signature', 'host', 'content-length', 'transfer-encoding', 'connection', 'te', 'trailer', 'upgrade', 'expect', 'keep-alive', 'proxy-authorization', 'cookie']
for (const given of [
  ...reserved.map((name) => ({ [name]: 'x' })),
  { 'x y': 'space' }, { 'x:': 'colon' }, { '': 'empty' }, { x: 1 }, { x: null }, { x: 'a\r\nset-cookie: b' }, { x: 'naïve' }, { x: 'a'.repeat(4097) }, { ['x'.repeat(129)]: 'long' },
  [], 'text', Object.fromEntries(Array.from({ length: 51 }, (_, n) => [`x-${n}`, 'x'])),
]) {
  headers(`${JSON.stringify(given).slice(0, 50)} is refused: WHHDR`, async () => assert.is((await refused({ headers: JSON.stringify(given) })).code, 'WHHDR'))
}
headers.run()

const rest = suite('the rest of an endpoint')
rest.after(() => db.drop())

rest('what it leaves open comes from settings, and its tenant', async () => {
  await pool.query(`insert into webhooks.tenant_settings (tenant_id, retry_schedule) values ('patient', '{1 day}')`)
  const { rows } = await pool.query(
    `insert into webhooks.endpoints (tenant_id, url, events) values ('patient', 'https://a.test', '{*}'), ('other', 'https://a.test', '{*}')
     returning max_attempts, retry_schedule::text, rate_limit, timeout_ms, version::integer`,
  )
  const usual = { max_attempts: 5, rate_limit: 100, timeout_ms: 15_000, version: 1 }
  assert.equal(rows, [
    { ...usual, retry_schedule: '{"1 day"}' },
    { ...usual, retry_schedule: '{00:01:00,00:05:00,00:15:00,01:00:00,04:00:00}' },
  ])
})
rest('it gets a secret and a row of figures of its own', async () => {
  const id = await make({})
  const { rows } = await pool.query(
    `select count(distinct s.id)::integer as secrets, count(distinct f.endpoint_id)::integer as figures
       from webhooks_private.endpoint_secrets as s, webhooks.endpoint_stats as f where s.endpoint_id = $1 and f.endpoint_id = $1`,
    [id],
  )
  assert.equal(rows, [{ secrets: 1, figures: 1 }])
})
rest('a tenant has a number of endpoints, deleted ones aside', async () => {
  await pool.query(`insert into webhooks.tenant_settings (tenant_id, max_endpoints) values ('small', 2)`)
  const [first] = [await createEndpoint(pool, { tenant_id: 'small' }), await createEndpoint(pool, { tenant_id: 'small' })]
  assert.is((await refusal(createEndpoint(pool, { tenant_id: 'small' }))).code, 'WHLIM')
  await pool.query('select webhooks.delete_endpoint($1)', [first])
  await createEndpoint(pool, { tenant_id: 'small' })
})
rest('one statement cannot pass the number either', async () => {
  await pool.query(`insert into webhooks.tenant_settings (tenant_id, max_endpoints) values ('sly', 3)`)
  const many = pool.query(`insert into webhooks.endpoints (tenant_id, url, events) select 'sly', 'https://a.test', '{*}' from generate_series(1, 4)`)
  assert.is((await refusal(many)).code, 'WHLIM')
})
rest('it cannot change its tenant', async () => {
  const id = await make({})
  assert.is((await refusal(pool.query(`update webhooks.endpoints set tenant_id = 'other' where id = $1`, [id]))).code, 'WHTEN')
})
rest('its version grows with each change', async () => {
  const id = await make({})
  const { rows } = await pool.query<{ version: string }>(`update webhooks.endpoints set name = 'new' where id = $1 returning version`, [id])
  assert.is(rows[0]!.version, '2')
})
for (const [column, value] of [
  ['rate_limit', 0], ['max_attempts', 0], ['max_attempts', 101], ['timeout_ms', 999], ['timeout_ms', 20_001], ['max_in_flight', 0], ['max_in_flight', 257],
  ['retry_schedule', []], ['retry_schedule', ['-1 minute']], ['retry_schedule', ['300000 years']], ['no_retry_codes', [200]], ['ordering', 'tenant'], ['payload_format', 'xml'], ['signature_profile', 'none'],
] as const) {
  rest(`${column} ${JSON.stringify(value)} is refused by its constraint`, async () => {
    const error = await refused({ [column]: value })
    assert.is(error.code, '23514')
    assert.match(error.constraint!, /^endpoints_/)
  })
}
rest.run()
