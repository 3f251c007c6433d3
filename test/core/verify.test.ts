import { Webhook } from 'standardwebhooks'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { RowhookError } from '../../src/core/errors.ts'
import { bodySignature, formatSecret, sign } from '../../src/core/signature.ts'
import { verify, type Received } from '../../src/core/verify.ts'

const secret = formatSecret(Buffer.alloc(32, 3))
const other = formatSecret(Buffer.alloc(32, 4))
const now = 1_700_000_000
const body = '{"id":"evt_1","data":{"name":"Ñandú"}}'
const signed = (over: { secrets?: string[]; timestampSeconds?: number } = {}) => ({
  'webhook-id': 'evt_1',
  'webhook-timestamp': String(over.timestampSeconds ?? now),
  'webhook-signature': sign({ id: 'evt_1', timestampSeconds: now, body, secrets: [secret], ...over }),
})
const codeOf = (request: Partial<Received>): string => {
  try {
    verify({ headers: signed(), body, secret, now, ...request })
    return 'verified'
  } catch (error) {
    return error instanceof RowhookError ? error.code : String(error)
  }
}

const verifying = suite('verify')

verifying('returns the id and the time of what verified', () => {
  const verified = verify({ headers: signed(), body, secret, now })
  assert.equal(verified, { scheme: 'standard', id: 'evt_1', sentAt: new Date(now * 1000) })
})

verifying('accepts what the official library signs', () => {
  const signature = new Webhook(secret).sign('evt_1', new Date(now * 1000), body)
  assert.is(codeOf({ headers: { ...signed(), 'webhook-signature': signature } }), 'verified')
})

verifying('reads headers of any case, of arrays, of fetch, and a body of bytes', () => {
  assert.is(codeOf({ headers: new Headers(signed()), body: Buffer.from(body) }), 'verified')
  const capitals = Object.fromEntries(Object.entries(signed()).map(([name, value]) => [name.toUpperCase(), [value]]))
  assert.is(codeOf({ headers: capitals, now: new Date(now * 1000) }), 'verified')
})

verifying('accepts either secret during a rotation, on both sides', () => {
  assert.is(codeOf({ headers: signed({ secrets: [other, secret] }) }), 'verified')
  assert.is(codeOf({ secrets: [other, secret] }), 'verified')
  assert.is(codeOf({ secret: other }), 'WHSIG')
})

verifying('refuses another body, id, timestamp or version', () => {
  assert.is(codeOf({ body: `${body} ` }), 'WHSIG')
  assert.is(codeOf({ headers: { ...signed(), 'webhook-id': 'evt_2' } }), 'WHSIG')
  assert.is(codeOf({ headers: { ...signed(), 'webhook-timestamp': String(now + 1) } }), 'WHSIG')
  assert.is(codeOf({ headers: { ...signed(), 'webhook-timestamp': `0${now}` } }), 'WHSIG')
  assert.is(codeOf({ headers: { ...signed(), 'webhook-timestamp': '1e9' } }), 'WHSIG')
  assert.is(codeOf({ headers: { ...signed(), 'webhook-signature': signed()['webhook-signature'].replace('v1,', 'v2,') } }), 'WHSIG')
  assert.is(codeOf({ headers: { ...signed(), 'webhook-signature': 'v1,' } }), 'WHSIG')
})

verifying('refuses what lies outside the tolerance, either way', () => {
  assert.is(codeOf({ now: now + 300 }), 'verified')
  assert.is(codeOf({ now: now + 301 }), 'WHSIG')
  assert.is(codeOf({ now: now - 301 }), 'WHSIG')
  assert.is(codeOf({ now: now + 3000, toleranceSeconds: 3600 }), 'verified')
  assert.is(codeOf({ now: NaN }), 'WHSIG')
})

verifying('names the headers that are missing', () => {
  try {
    verify({ headers: { 'webhook-id': 'evt_1' }, body, secret, now })
    assert.unreachable()
  } catch (error) {
    assert.match((error as RowhookError).detail as string, 'webhook-timestamp, webhook-signature')
  }
})

verifying('takes x-signature for a legacy secret, and for a standard one only when told to', () => {
  const legacy = 'an-older-shared-secret'
  const headers = (key: string) => ({ 'x-signature': bodySignature(body, key) })
  assert.equal(verify({ headers: headers(legacy), body, secret: legacy, now }), { scheme: 'x-signature' })
  assert.is(codeOf({ headers: headers(secret) }), 'WHSIG')
  assert.is(codeOf({ headers: headers(secret), scheme: 'x-signature' }), 'verified')
  assert.is(codeOf({ headers: headers(secret), scheme: 'any' }), 'verified')
  assert.is(codeOf({ headers: headers(other), scheme: 'any' }), 'WHSIG')
})

verifying('under scheme any still insists on the standard signature where it is present', () => {
  const headers = { ...signed({ secrets: [other] }), 'x-signature': bodySignature(body, secret) }
  assert.is(codeOf({ headers, scheme: 'any' }), 'WHSIG')
})

verifying('without a secret says so', () => {
  assert.is(codeOf({ secrets: [] }), 'WHSEC')
})

verifying.run()
