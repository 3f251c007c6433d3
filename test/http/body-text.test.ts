import fc from 'fast-check'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { bodyText, KEPT_BYTES } from '../../src/http/body-text.ts'

const body = suite('body text')

body('of UTF-8 is the text', () => {
  assert.equal(bodyText([Buffer.from('gr'), Buffer.from('üße')], true), { text: 'grüße', truncated: false })
  assert.equal(bodyText([], true), { text: '', truncated: false })
})

body('may be cut between chunks of a character', () => {
  const bytes = Buffer.from('€')
  assert.is(bodyText([bytes.subarray(0, 1), bytes.subarray(1)], true).text, '€')
})

body('shows bytes that are not UTF-8, and NUL, as escapes', () => {
  assert.is(bodyText([Buffer.from([0x61, 0xff, 0x62, 0x00, 0xc3, 0xa9, 0xc3])], true).text, 'a\\xffb\\x00é\\xc3')
  assert.is(bodyText([Buffer.from([0xed, 0xa0, 0x80, 0xc0, 0x80])], true).text, '\\xed\\xa0\\x80\\xc0\\x80')
})

body('keeps 8 KiB and never half a character', () => {
  const { text, truncated } = bodyText([Buffer.from(`a${'€'.repeat(4000)}`)], true)
  assert.ok(truncated)
  assert.ok(Buffer.byteLength(text) <= KEPT_BYTES)
  assert.match(text, /^a€+$/)
  assert.equal(bodyText([Buffer.alloc(KEPT_BYTES, 'x')], true), { text: 'x'.repeat(KEPT_BYTES), truncated: false })
})

body('says when it broke off', () => {
  assert.equal(bodyText([Buffer.from('half')], false), { text: 'half', truncated: true })
  assert.equal(bodyText([], false), { text: '', truncated: true })
})

body('of any bytes fits and can be stored', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 20_000, size: 'max' }), fc.boolean(), (bytes, isWhole) => {
      const { text } = bodyText([Buffer.from(bytes)], isWhole)
      assert.ok(Buffer.byteLength(text) <= KEPT_BYTES)
      assert.ok(text.isWellFormed() && !text.includes('\0'))
    }),
    { numRuns: 50 },
  )
})

body.run()
