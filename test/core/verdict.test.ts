import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { Outcome, UnreachableReason } from '../../src/core/outcome.ts'
import { judge, MAX_HOLD_SECONDS, PERMANENT_CODES } from '../../src/core/verdict.ts'

const rejected = (status: number, over: object = {}): Outcome => ({ kind: 'rejected', status, ...over })
const deliveryOf = (status: number, policy = {}) => judge(rejected(status), policy).delivery

const verdict = suite('verdict')

verdict('of 2xx is success', () => {
  for (const status of [200, 201, 202, 204, 299]) assert.equal(judge({ kind: 'accepted', status }), { delivery: 'success', reason: '' })
})

verdict('of 400 and the other answers that will not change is failure for good', () => {
  assert.equal(PERMANENT_CODES, [400, 405, 413, 414, 415, 422, 431, 501, 505])
  for (const status of PERMANENT_CODES) assert.is(deliveryOf(status), 'fail')
})

verdict('of 3xx, 408, 425, other 4xx and other 5xx is a retry', () => {
  for (const status of [301, 302, 307, 308, 401, 403, 404, 408, 409, 418, 425, 429, 451, 500, 502, 503, 504, 599]) assert.is(deliveryOf(status), 'retry', String(status))
})

verdict('follows the endpoint’s own no_retry_codes in place of the default', () => {
  const policy = { noRetryCodes: [404, 302] }
  assert.is(deliveryOf(404, policy), 'fail')
  assert.is(deliveryOf(302, policy), 'fail')
  assert.is(deliveryOf(400, policy), 'retry')
  assert.is(deliveryOf(400, { noRetryCodes: [] }), 'retry')
  assert.is(deliveryOf(400, { noRetryCodes: null }), 'fail')
})

verdict('of 410 fails the delivery and disables the endpoint, whatever its codes', () => {
  for (const policy of [{}, { noRetryCodes: [] }]) {
    const { delivery, disable } = judge(rejected(410), policy)
    assert.equal([delivery, disable], ['fail', 'gone'])
  }
})

verdict('of 401 and 403 flags the credentials and retries', () => {
  for (const status of [401, 403]) assert.equal(judge(rejected(status)), { delivery: 'retry', reason: `HTTP ${status}`, credentials: true })
  assert.not.ok('credentials' in judge(rejected(404)))
})

verdict('of 429 and 503 with Retry-After holds the lane, for a day at most, and others do not', () => {
  for (const status of [429, 503]) {
    assert.equal(judge(rejected(status, { retryAfterSeconds: 30 })), { delivery: 'retry', reason: `HTTP ${status}`, holdSeconds: 30 })
    assert.is(judge(rejected(status, { retryAfterSeconds: 1e9 })).holdSeconds, MAX_HOLD_SECONDS)
    assert.not.ok('holdSeconds' in judge(rejected(status)))
  }
  assert.not.ok('holdSeconds' in judge(rejected(500, { retryAfterSeconds: 30 })))
})

verdict('holds the lane even where the endpoint does not retry 429', () => {
  const { delivery, holdSeconds } = judge(rejected(429, { retryAfterSeconds: 30 }), { noRetryCodes: [429] })
  assert.equal([delivery, holdSeconds], ['fail', 30])
})

verdict('honours webhook-delivery: disable on any answer', () => {
  assert.equal(judge({ kind: 'accepted', status: 200, control: 'disable' }), { delivery: 'success', reason: '', disable: 'receiver asked' })
  const { delivery, disable } = judge(rejected(500, { control: 'disable' }))
  assert.equal([delivery, disable], ['fail', 'receiver asked'])
})

verdict('honours webhook-delivery: abort-message on any but success', () => {
  assert.equal(judge({ kind: 'accepted', status: 200, control: 'abort-message' }), { delivery: 'success', reason: '' })
  assert.is(judge(rejected(500, { control: 'abort-message' })).delivery, 'fail')
  assert.is(judge(rejected(429, { control: 'abort-message', retryAfterSeconds: 9 })).holdSeconds, 9)
})

verdict('of no answer is a retry, but for an address that is blocked in the URL itself', () => {
  const reasons: UnreachableReason[] = ['dns', 'connect', 'tls', 'timeout', 'reset', 'blocked', 'protocol']
  for (const reason of reasons) assert.is(judge({ kind: 'unreachable', reason }).delivery, 'retry')
  const literal = judge({ kind: 'unreachable', reason: 'blocked', literal: true, code: 'WHADR' })
  assert.equal(literal, { delivery: 'fail', reason: 'the address is not allowed (WHADR)' })
})

verdict.run()
