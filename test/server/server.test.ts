/** The server over HTTP: who is let in, what is answered besides GraphQL, and how it ends. */
import { generateKeyPair, exportJWK, SignJWT, type CryptoKey } from 'jose'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { JWT_SECRET, mint, startTestApi } from '../support/api.ts'
import { createTestDatabase } from '../support/database.ts'

const db = await createTestDatabase({ template: 'core' })
const api = await startTestApi(db.url, { corsOrigins: ['https://app.example.com'] })

const paths = suite('the server')

paths('says that it lives and that it is ready', async () => {
  const [health, ready] = await Promise.all(['/healthz', '/readyz'].map(async (path) => (await fetch(api.url + path)).json()))
  assert.equal([health, ready], [{ status: 'ok' }, { status: 'ok', troubles: [] }])
})

paths('lets nothing be framed, sniffed or cached', async () => {
  const { headers } = await fetch(`${api.url}/healthz`)
  assert.equal(
    ['x-frame-options', 'x-content-type-options', 'referrer-policy', 'cache-control'].map((name) => headers.get(name)),
    ['DENY', 'nosniff', 'no-referrer', 'no-store'],
  )
})

paths('says where GraphQL is, elsewhere', async () => {
  const response = await fetch(`${api.url}/nothing`)
  assert.is(response.status, 404)
  assert.match(await response.text(), 'GraphQL is at /graphql.')
})

paths('tells operators alone its metrics, by route and not by path', async () => {
  const ask = async (claims?: Record<string, unknown>) => fetch(`${api.url}/metrics`, claims ? { headers: { authorization: `Bearer ${await mint(claims)}` } } : {})
  assert.equal([(await ask()).status, (await ask({ role: 'owner', tenant_id: 'a' })).status], [401, 403])
  await fetch(`${api.url}/anything/else`)
  const answer = await ask({ role: 'operator' })
  const text = await answer.text()
  assert.equal([answer.status, answer.headers.get('content-type')?.split(';')[0]], [200, 'text/plain'])
  assert.match(text, /^rowhook_http_requests_total\{route="other",status="404"\} \d+$/m)
  assert.match(text, /^rowhook_http_requests_total\{route="metrics",status="403"\} 1$/m)
  assert.match(text, /^rowhook_http_request_seconds_count\{route="healthz"\} \d+$/m)
  assert.match(text, /^rowhook_api_pool_connections\{state="idle"\} \d+$/m)
  assert.match(text, /^nodejs_eventloop_lag_p99_seconds /m)
  assert.not.match(text, 'anything')
})

paths('shows GraphiQL with assets of its own', async () => {
  const page = await (await fetch(`${api.url}/graphiql`)).text()
  const [asset] = /\/ruru-static\/[\w./-]+\.js/.exec(page) ?? []
  assert.ok(asset)
  assert.is((await fetch(api.url + asset)).status, 200)
  assert.not.match(page, /(src|href)="https?:/)
})

paths('lets listed origins in and no others', async () => {
  const preflight = (origin: string) => fetch(`${api.url}/graphql`, { method: 'OPTIONS', headers: { origin, 'access-control-request-method': 'POST' } })
  const [ours, other] = await Promise.all([preflight('https://app.example.com'), preflight('https://evil.example')])
  assert.equal([ours.status, ours.headers.get('access-control-allow-origin')], [204, 'https://app.example.com'])
  assert.equal([other.status, other.headers.get('access-control-allow-origin')], [401, null])
})

paths('answers what is not GraphQL with a sentence and the right status', async () => {
  const authorization = `Bearer ${await mint({ role: 'owner', tenant_id: 'a' })}`
  const post = (body: string, type = 'application/json') => fetch(`${api.url}/graphql`, { method: 'POST', headers: { authorization, 'content-type': type, accept: 'application/graphql-response+json' }, body })
  const cases: readonly [Promise<Response>, number][] = [
    [post('{"query":'), 400],
    [post('[]'), 400],
    [post('{}'), 400],
    [post('{"query":"{"}'), 400],
    [post('{"query":"{ nothing }"}'), 400],
    [post('{"query":"query A { __typename }","operationName":"B"}'), 400],
    [post('{"query":"query ($a: Int!) { endpoints(first: $a) { nodes { id } } }","variables":{"a":"x"}}'), 400],
    [post('query=x', 'text/plain'), 415],
    [post(JSON.stringify({ query: '{ __typename }', variables: { a: 'x'.repeat(3_000_000) } })), 413],
    [fetch(`${api.url}/graphql?query=mutation%7BrevokeApiKey(id%3A%2201900000-0000-7000-8000-000000000000%22)%7BapiKey%7Bid%7D%7D%7D`, { headers: { authorization } }), 405],
  ]
  for (const [asked, status] of cases) {
    const response = await asked
    const text = await response.text()
    assert.is(response.status, status, text)
    const { errors } = JSON.parse(text) as { errors: { message: string; extensions: Record<string, unknown> }[] }
    assert.equal([errors[0]!.extensions['code'], typeof errors[0]!.extensions['hint'], errors[0]!.extensions['statusCode']], ['WHREQ', 'string', undefined], text)
    assert.ok(text.length > 10)
    assert.not.match(text, /\.[jt]s:\d+/, 'no stack')
  }
})

const tokens = suite('a token')

const refusedWith = async (token: string | undefined) => {
  const { status, errors } = await api.withToken(token)('{ __typename }')
  return [status, errors[0]?.extensions?.['code']]
}

const unsigned = (claims: object) => [{ alg: 'none', typ: 'JWT' }, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.') + '.'

const whole = { role: 'owner', tenant_id: 'a' }

for (const [what, make, code] of [
  ['that is missing', () => undefined, 'WHNOA'],
  ['that is no token', () => 'x', 'WHTOK'],
  ['of another secret', () => mint(whole, { secret: 'another secret, which has 32 characters' }), 'WHTOK'],
  ['of another issuer', () => mint(whole, { issuer: 'mallory' }), 'WHTOK'],
  ['of another audience', () => mint(whole, { audience: 'bank' }), 'WHTOK'],
  ['that has expired', () => mint(whole, { expires: Math.floor(Date.now() / 1000) - 60 }), 'WHEXP'],
  ['without a signature', () => unsigned({ ...whole, sub: 'ada', iss: 'rowhook', aud: 'rowhook', exp: 4_000_000_000 }), 'WHTOK'],
  ['without an end', () => new SignJWT(whole).setProtectedHeader({ alg: 'HS256' }).setIssuer('rowhook').setAudience('rowhook').setSubject('a').sign(new TextEncoder().encode(JWT_SECRET)), 'WHTOK'],
  ['signed by another algorithm', () => new SignJWT(whole).setProtectedHeader({ alg: 'HS512' }).setIssuer('rowhook').setAudience('rowhook').setSubject('a').setExpirationTime('1h').sign(new TextEncoder().encode(JWT_SECRET.repeat(2))), 'WHTOK'],
  ['without a tenant', () => mint({ role: 'owner' }), 'WHCLM'],
  ['with an unknown role', () => mint({ role: 'rowhook_owner', tenant_id: 'a' }), 'WHCLM'],
  ['with a role of the prototype', () => mint({ role: 'constructor', tenant_id: 'a' }), 'WHCLM'],
  ['without a subject', () => mint({ ...whole, sub: '' }), 'WHCLM'],
  ['beyond all length', () => 'x'.repeat(9_000), 'WHTOK'],
  ['that is an unknown API key', () => 'rhk_0000000000000000000000000000000000000000000', 'WHAPK'],
] as const) {
  tokens(`${what} is refused`, async () => assert.equal(await refusedWith(await make()), [401, code]))
}

tokens('that is right is let in', async () => assert.equal((await api.withToken(await mint(whole))('{ __typename }')).data, { __typename: 'Query' }))

const keySets = suite('a key set')
const folder = mkdtempSync(join(tmpdir(), 'rowhook-jwks-'))

const keyPair = async (alg: string, kid: string) => {
  const { publicKey, privateKey } = await generateKeyPair(alg)
  return { jwk: { ...(await exportJWK(publicKey)), kid, alg }, sign: (key: CryptoKey | Uint8Array = privateKey, as = alg) => new SignJWT({ ...whole }).setProtectedHeader({ alg: as, kid }).setIssuer('rowhook').setAudience('rowhook').setSubject('ada').setExpirationTime('1h').sign(key) }
}

keySets('accepts each of its keys, rotates without a restart, and is never a secret', async () => {
  const [rsa, ec, ed] = await Promise.all([keyPair('RS256', 'one'), keyPair('ES256', 'two'), keyPair('EdDSA', 'three')])
  const path = join(folder, 'jwks.json')
  const write = (...keys: (typeof rsa)[]) => writeFileSync(path, JSON.stringify({ keys: keys.map(({ jwk }) => jwk) }))
  write(rsa)
  const server = await startTestApi(db.url, { jwtSecret: undefined, jwksUrl: pathToFileURL(path).href })
  const status = async (token: string) => (await server.withToken(token)('{ __typename }')).status
  assert.equal([await status(await rsa.sign()), await status(await ec.sign())], [200, 401])
  write(ec, ed)
  assert.equal([await status(await rsa.sign()), await status(await ec.sign()), await status(await ed.sign())], [401, 200, 200])
  const publicAsSecret = new TextEncoder().encode(JSON.stringify(ec.jwk))
  assert.is(await status(await ec.sign(publicAsSecret, 'HS256')), 401)
  assert.is(await status(await mint(whole)), 401)
  await server.stop()
})

keySets('that is out of reach is not the fault of who asks', async () => {
  const server = await startTestApi(db.url, { jwtSecret: undefined, jwksUrl: pathToFileURL(join(folder, 'nothing.json')).href })
  const { status, errors } = await server.withToken(await mint(whole))('{ __typename }')
  const { sign } = await keyPair('ES256', 'one')
  const signed = await server.withToken(await sign())('{ __typename }')
  assert.equal([status, errors[0]?.extensions?.['code'], signed.status, signed.errors[0]?.extensions?.['code']], [401, 'WHTOK', 503, 'WHJWK'])
  assert.match(server.logged.join(), 'ENOENT')
  await server.stop()
})

const ending = suite('a server that stops')

ending('lets requests under way end, and answers no more', async () => {
  const server = await startTestApi(db.url)
  const owner = await server.as('owner', 'a')
  const asked = owner('{ endpoints { nodes { id } } }')
  await owner('{ __typename }')
  const stopped = server.stop()
  assert.is((await asked).status, 200)
  await stopped
  assert.ok(await fetch(`${server.url}/healthz`).then(() => false, () => true))
})

ending('needs a port that is free, and a key', async () => {
  const codeOf = (settings: Parameters<typeof startTestApi>[1]) => startTestApi(db.url, settings).then(() => 'started', (error: { code: string }) => error.code)
  assert.is(await codeOf({ port: api.port }), 'WHLIS')
  assert.is(await codeOf({ host: '203.0.113.9' }), 'WHLIS', 'an address of another machine')
  assert.is(await codeOf({ jwtSecret: undefined }), 'WHAUT')
})

ending.after(async () => {
  rmSync(folder, { recursive: true })
  await api.stop()
  await db.drop()
})

paths.run()
tokens.run()
keySets.run()
ending.run()
