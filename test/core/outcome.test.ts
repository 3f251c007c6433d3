import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { describeOutcome, httpDateMs, parseControl, parseRetryAfter } from '../../src/core/outcome.ts'

const nowMs = Date.UTC(2026, 0, 1)

const outcome = suite('outcome')

outcome('reads Retry-After in seconds', () => {
  assert.is(parseRetryAfter('120', nowMs), 120)
  assert.is(parseRetryAfter(' 7 ', nowMs), 7)
  for (const none of [undefined, '', '0', '-5', '1.5', 'soon', '1e3', 'NaN']) assert.is(parseRetryAfter(none, nowMs), undefined, String(none))
})

outcome('reads Retry-After as any of the three HTTP dates, rounded up, and not as a past one', () => {
  for (const date of ['Thu, 01 Jan 2026 00:01:30 GMT', 'Thursday, 01-Jan-26 00:01:30 GMT', 'Thu Jan  1 00:01:30 2026']) {
    assert.is(parseRetryAfter(date, nowMs), 90, date)
    assert.is(parseRetryAfter(date, nowMs + 500), 90, date)
    assert.is(parseRetryAfter(date, nowMs + 90_000), undefined, date)
  }
  for (const text of ['Thu, 01 Foo 2026 00:00:00 GMT', 'Thu, 01 Jan 2026 00:01:30', '2026-01-01T00:01:30Z', 'tomorrow']) assert.is(httpDateMs(text, nowMs), undefined, text)
})

outcome('takes a two-digit year of a date for the nearest that is not 50 years ahead', () => {
  assert.is(httpDateMs('Sunday, 06-Nov-94 08:49:37 GMT', nowMs), Date.UTC(1994, 10, 6, 8, 49, 37))
})

outcome('knows the two words of webhook-delivery and no others', () => {
  assert.is(parseControl('disable'), 'disable')
  assert.is(parseControl(' Abort-Message '), 'abort-message')
  for (const other of [undefined, '', 'enable', 'disable, abort-message']) assert.is(parseControl(other), undefined)
})

outcome('is told in one short line', () => {
  assert.is(describeOutcome({ kind: 'rejected', status: 503 }), 'HTTP 503')
  assert.is(describeOutcome({ kind: 'unreachable', reason: 'tls', code: 'CERT_HAS_EXPIRED' }), 'TLS failed (CERT_HAS_EXPIRED)')
  assert.is(describeOutcome({ kind: 'unreachable', reason: 'blocked' }), 'the address is not allowed')
})

outcome.run()
