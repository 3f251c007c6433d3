import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { customHeaderProblems, isReservedHeader, requestHeaders, RESERVED_HEADERS } from '../../src/core/headers.ts'
import { bodySignature, formatSecret, parseSecret, sign } from '../../src/core/signature.ts'

const oldest = parseSecret(formatSecret(Buffer.alloc(32, 1)))
const newest = parseSecret(formatSecret(Buffer.alloc(32, 2)))
const body = '{"id":"evt_1"}'
const parts = { profile: 'standard', userAgent: 'Rowhook/1.2.3', eventId: 'evt_1', eventType: 'sale.created', timestampSeconds: 1_700_000_000, body, secrets: [oldest, newest] } as const
const pairs = (list: string[]) => list.flatMap((name, index) => (index % 2 === 0 ? [[name, list[index + 1]]] : []))

const headers = suite('request headers')

headers('of the standard profile are all of the wire format, in its order', () => {
  assert.equal(pairs(requestHeaders(parts)), [
    ['content-type', 'application/json'],
    ['user-agent', 'Rowhook/1.2.3'],
    ['webhook-id', 'evt_1'],
    ['webhook-timestamp', '1700000000'],
    ['webhook-signature', sign({ id: 'evt_1', timestampSeconds: 1_700_000_000, body, secrets: [oldest, newest] })],
    ['x-event', 'sale.created'],
    ['x-signature', bodySignature(body, oldest)],
  ])
})

headers('of the legacy profile have x-event and x-signature alone, with any secret', () => {
  const secret = parseSecret('a-secret-of-old-days', 'legacy')
  const names = pairs(requestHeaders({ ...parts, profile: 'legacy', secrets: [secret] })).map(([name]) => name)
  assert.equal(names, ['content-type', 'user-agent', 'x-event', 'x-signature'])
})

headers('bear the trace in the standard profile; a legacy receiver gets no header of ours that it does not know, and its own stays', () => {
  const traced = { ...parts, traceparent: 'of the trace', custom: { traceparent: 'of the endpoint' } }
  const sent = (profile: 'standard' | 'legacy') => pairs(requestHeaders({ ...traced, profile })).filter(([name]) => name === 'traceparent').map(([, value]) => value)
  assert.equal([sent('standard'), sent('legacy')], [['of the trace'], ['of the endpoint']])
})

headers('put custom ones last and leave out those that would replace ours', () => {
  const custom = { 'x-tenant': 'acme', 'Webhook-Id': 'forged', HOST: 'evil', 'proxy-anything': 'x', Authorization: 'Basic abc' }
  assert.equal(pairs(requestHeaders({ ...parts, custom })).slice(7), [['x-tenant', 'acme'], ['Authorization', 'Basic abc']])
  assert.equal(pairs(requestHeaders({ ...parts, custom, authorization: 'Bearer t' })).slice(7), [['authorization', 'Bearer t'], ['x-tenant', 'acme']])
})

headers('that are reserved are known in any case', () => {
  for (const name of [...RESERVED_HEADERS, 'Proxy-Authorization', 'CONTENT-LENGTH']) assert.ok(isReservedHeader(name), name)
  for (const name of ['x-mine', 'authorization', 'webhook', 'proxy']) assert.not.ok(isReservedHeader(name), name)
})

const custom = suite('custom headers')
const codes = (value: unknown) => customHeaderProblems(value).map(({ code }) => code)

custom('that are names and strings are accepted', () => {
  assert.equal(customHeaderProblems({ 'x-a': '1', Authorization: 'Bearer x', 'x-empty': '' }), [])
  assert.equal(customHeaderProblems({}), [])
})

custom('are refused when reserved, not strings, not tokens, or with control characters', () => {
  for (const bad of [{ host: 'a' }, { 'X-Signature': 'a' }, { 'proxy-x': 'a' }, { 'x-a': 1 }, { 'x-a': null }, { 'x-a': ['a'] }, { 'x a': 'b' }, { '': 'b' }, { 'x-ä': 'b' }, { 'x-a': 'b\r\nc: d' }, { 'x-a': '\0' }, { 'x-a': 'tab\t' }, { 'x-a': 'ñ' }]) {
    assert.equal(codes(bad), ['WHHDR'], JSON.stringify(bad))
  }
  for (const bad of [null, [], 'x: y', 7]) assert.equal(codes(bad), ['WHHDR'])
})

custom('have all problems told at once, and no value shown', () => {
  const problems = customHeaderProblems({ host: 'hush', 'x-a': 'hush\n', 'x-b': 3, 'X-Ok': 'a', 'x-ok': 'b' })
  assert.is(problems.length, 4)
  assert.not.match(JSON.stringify(problems), 'hush')
})

custom('are bounded in number and size', () => {
  assert.equal(codes(Object.fromEntries(Array.from({ length: 51 }, (_, index) => [`x-${index}`, '']))), ['WHHDR'])
  assert.equal(codes({ 'x-a': 'a'.repeat(8190) }), ['WHHDR'])
})

headers.run()
custom.run()
