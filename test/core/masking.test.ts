/** Secrets that a receiver echoes. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { withoutSecrets } from '../../src/core/masking.ts'

const masking = suite('masking')

masking('takes out every secret, wherever it stands', () => {
  assert.is(withoutSecrets('{"authorization":"Bearer abcdef","again":"abcdef!"}', ['Bearer abcdef', 'abcdef']), '{"authorization":"***","again":"***!"}')
})

masking('knows a secret as JSON writes it', () => {
  assert.is(withoutSecrets(JSON.stringify({ token: 'a"b\\c"def' }), ['a"b\\c"def']), '{"token":"***"}')
})

masking('leaves alone what is too short to be a secret', () => assert.is(withoutSecrets('{"n": 1, "ok": true}', ['1', 'true', '']), '{"n": 1, "ok": true}'))

masking.run()
