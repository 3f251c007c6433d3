import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { addressPolicy } from '../../src/core/address.ts'
import { createTokenSource, type ClientCredentials } from '../../src/http/oauth.ts'
import { createSender } from '../../src/http/sender.ts'
import { closeServers, httpServer, loopbackPolicy, received } from './support/loopback.ts'

const sender = createSender({ policy: loopbackPolicy })

/** A token server that counts and answers by the script, and a source with a clock that the test moves. */
const setUp = async (answer: (request: number) => { status?: number; body: unknown } = (request) => ({ body: { access_token: `t${request}`, token_type: 'Bearer', expires_in: 3600 } })) => {
  const seen: { authorization: string | undefined; form: Record<string, string> }[] = []
  const server = await httpServer(async (request, response) => {
    const form = Object.fromEntries(new URLSearchParams(String(await received(request))))
    seen.push({ authorization: request.headers.authorization, form })
    const { status = 200, body } = answer(seen.length)
    response.writeHead(status, { 'content-type': 'application/json' }).end(typeof body === 'string' ? body : JSON.stringify(body))
  })
  const clock = { nowMs: 1_000 }
  const source = createTokenSource(sender, () => clock.nowMs)
  const credentials: ClientCredentials = { tokenUrl: server.url, clientId: 'rowhook', clientSecret: 's3cret' }
  return { seen, clock, source, credentials }
}

const oauth = suite('OAuth 2 client credentials')

oauth('asks with the client’s credentials, encoded, in the header or in the body', async () => {
  const { source, seen, credentials } = await setUp()
  assert.equal(await source.token({ ...credentials, clientId: 'a:b', clientSecret: 'c d/ü', scope: 'x y' }), { kind: 'token', value: 't1' })
  assert.is(Buffer.from(seen[0]?.authorization?.slice(6) ?? '', 'base64').toString(), 'a%3Ab:c+d%2F%C3%BC')
  assert.equal(seen[0]?.form, { grant_type: 'client_credentials', scope: 'x y' })
  await source.token({ ...credentials, clientAuth: 'body' })
  assert.equal(seen[1], { authorization: undefined, form: { grant_type: 'client_credentials', client_id: 'rowhook', client_secret: 's3cret' } })
})

oauth('asks once for all that wait, and again only shortly before expiry', async () => {
  const { source, seen, clock, credentials } = await setUp()
  const values = await Promise.all(Array.from({ length: 50 }, () => source.token(credentials)))
  assert.ok(values.every((result) => result.kind === 'token' && result.value === 't1'))
  assert.is(seen.length, 1)
  clock.nowMs += 3_569_000
  await source.token(credentials)
  assert.is(seen.length, 1)
  clock.nowMs += 2_000
  assert.equal(await source.token(credentials), { kind: 'token', value: 't2' })
  assert.is(seen.length, 2)
})

oauth('keeps tokens of different clients and scopes apart', async () => {
  const { source, seen, credentials } = await setUp()
  for (const each of [credentials, { ...credentials, clientId: 'b' }, { ...credentials, clientSecret: 'c' }, { ...credentials, scope: 'd' }]) await source.token(each)
  assert.is(seen.length, 4)
})

oauth('forgets a token that the receiver refused, but not the one that came after it', async () => {
  const { source, seen, credentials } = await setUp()
  await source.token(credentials)
  source.invalidate(credentials, 't1')
  assert.equal(await source.token(credentials), { kind: 'token', value: 't2' })
  source.invalidate(credentials, 't1')
  assert.equal(await source.token(credentials), { kind: 'token', value: 't2' })
  assert.is(seen.length, 2)
})

oauth('tells a refusal without secrets, and asks again a moment later', async () => {
  const { source, seen, clock, credentials } = await setUp((request) => (request === 1 ? { status: 401, body: { error: 'invalid_client', error_description: 's3cret' } } : { body: { access_token: 'fine' } }))
  assert.equal(await source.token(credentials), { kind: 'refused', reason: 'the token server gave no token: HTTP 401, invalid_client', outcome: { kind: 'rejected', status: 401 } })
  assert.is((await source.token(credentials)).kind, 'refused')
  assert.is(seen.length, 1)
  clock.nowMs += 5_001
  assert.equal(await source.token(credentials), { kind: 'token', value: 'fine' })
})

oauth('refuses answers that hold no bearer token', async () => {
  const long = { access_token: 'x'.repeat(9_000) }
  for (const body of ['', 'rubbish', 'null', [], {}, { access_token: '' }, { access_token: 7 }, { access_token: 'a\r\nb: c' }, { access_token: 'a', token_type: 'mac' }, long]) {
    const { source, credentials } = await setUp(() => ({ body }))
    assert.is((await source.token(credentials)).kind, 'refused', JSON.stringify(body))
  }
})

oauth('takes odd lifetimes for what they are worth', async () => {
  for (const [expires, asksAgainAfterSeconds] of [[undefined, 270], ['60', 48], [0, 270], [10, 8], [-1, 270]] as const) {
    const { source, seen, clock, credentials } = await setUp(() => ({ body: { access_token: 'a', expires_in: expires } }))
    await source.token(credentials)
    clock.nowMs += asksAgainAfterSeconds * 1000 - 1
    await source.token(credentials)
    assert.is(seen.length, 1, String(expires))
    clock.nowMs += 1
    await source.token(credentials)
    assert.is(seen.length, 2, String(expires))
  }
})

oauth('goes through the address guard', async () => {
  const strict = createSender({ policy: addressPolicy() })
  const source = createTokenSource(strict, performance.now.bind(performance))
  const result = await source.token({ tokenUrl: 'https://169.254.169.254/token', clientId: 'a', clientSecret: 'b' })
  assert.equal(result.kind === 'refused' && result.outcome, { kind: 'unreachable', reason: 'blocked', code: 'WHADR', literal: true })
  await strict.close()
})

oauth.after.each(closeServers)
oauth.after(() => sender.close())
oauth.run()
