import { createHmac } from 'node:crypto'
import fc from 'fast-check'
import { Webhook } from 'standardwebhooks'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { RowhookError } from '../../src/core/errors.ts'
import { bodySignature, formatSecret, isStandardSecret, parseSecret, sign } from '../../src/core/signature.ts'

const vector = {
  id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
  timestampSeconds: 1614265330,
  body: '{"test": 2432232314}',
  secrets: ['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'],
}
const codeOf = (run: () => unknown): string => {
  try {
    run()
    return 'no error'
  } catch (error) {
    return error instanceof RowhookError ? error.code : String(error)
  }
}

const signatures = suite('signatures')

signatures('are those of the Standard Webhooks test vector', () => {
  assert.is(sign(vector), 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=')
  assert.is(sign({ ...vector, body: Buffer.from(vector.body) }), sign(vector))
  assert.is(sign({ ...vector, secrets: vector.secrets.map((text) => parseSecret(text)) }), sign(vector))
})

signatures('are what the official library makes, for any body, as text and as bytes', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.uint8Array({ minLength: 24, maxLength: 64 }), (body, key) => {
      const secret = formatSecret(key)
      const official = new Webhook(secret).sign('evt_1', new Date(1_700_000_000_000), body)
      const ours = { id: 'evt_1', timestampSeconds: 1_700_000_000, secrets: [secret] }
      assert.is(sign({ ...ours, body }), official)
      assert.is(sign({ ...ours, body: Buffer.from(body) }), official)
    }),
  )
})

signatures('of several secrets are space separated, in the order given', () => {
  const [first] = vector.secrets as [string]
  const second = formatSecret(Buffer.alloc(32, 7))
  const both = sign({ ...vector, secrets: [first, second] })
  assert.is(both, `${sign(vector)} ${sign({ ...vector, secrets: [second] })}`)
})

signatures('of the body alone are keyed by the whole secret text', () => {
  const [secret] = vector.secrets as [string]
  const byHand = createHmac('sha256', Buffer.from(secret, 'utf8')).update(vector.body).digest('hex')
  assert.is(bodySignature(vector.body, secret), `sha256=${byHand}`)
  assert.is(bodySignature(Buffer.from(vector.body), parseSecret(secret)), `sha256=${byHand}`)
})

const secrets = suite('secrets')

secrets('are whsec_ and the base64 of 24 to 64 bytes', () => {
  for (const bytes of [24, 32, 64]) assert.is(parseSecret(formatSecret(Buffer.alloc(bytes, 1))).key.symmetricKeySize, bytes)
  for (const bytes of [0, 23, 65]) assert.is(codeOf(() => parseSecret(formatSecret(Buffer.alloc(bytes, 1)))), 'WHSEC')
  for (const text of ['', 'whsec_', 'secret', `whsec_${'!'.repeat(40)}`, `whsec_${'A'.repeat(41)}`, `whsec_${'A'.repeat(40)}\n`]) {
    assert.is(codeOf(() => parseSecret(text)), 'WHSEC', text)
    assert.not.ok(isStandardSecret(text))
  }
})

secrets('of the legacy profile are any 16 to 255 characters', () => {
  assert.equal(parseSecret('0123456789abcdef', 'legacy').key.export(), Buffer.from('0123456789abcdef'))
  assert.is(parseSecret('x'.repeat(255), 'legacy').key.symmetricKeySize, 255)
  for (const text of ['', 'x'.repeat(15), 'x'.repeat(256)]) assert.is(codeOf(() => parseSecret(text, 'legacy')), 'WHSEC')
  assert.is(parseSecret(vector.secrets[0] as string, 'legacy').key.symmetricKeySize, 24)
})

secrets('never appear in the error that refuses them', () => {
  try {
    parseSecret('very-private-text')
    assert.unreachable()
  } catch (error) {
    const { message, detail, hint } = error as RowhookError
    assert.not.match(`${message}${detail}${hint}`, 'very-private-text')
  }
})

signatures.run()
secrets.run()
