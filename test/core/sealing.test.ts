/** Sealed secrets: they open with their key, in their place, as they were sealed, and not otherwise. */
import { randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { createKeyring, headerPurpose, isSealed, keyIdOf, type Place } from '../../src/core/sealing.ts'
import { formatSecret } from '../../src/core/signature.ts'

const keyring = (...keys: Uint8Array[]) => createKeyring({ keys, randomBytes })
const first = randomBytes(32)
const second = randomBytes(32)
const place: Place = { tenantId: 'a', endpointId: '019aa7a2-3f00-7000-8000-000000000001', purpose: 'signing' }
const secret = formatSecret(randomBytes(32))

const sealing = suite('sealing')

sealing('gives back any text, and never the same sealed one twice', () => {
  const ring = keyring(first)
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => {
      const sealed = ring.seal(text, place)
      assert.match(sealed, /^sealed\.v1\.text\.[0-9a-f]{16}\.[\w-]{38,}$/)
      assert.not(sealed === ring.seal(text, place))
      assert.equal(ring.open(sealed, place), { kind: 'open', text })
    }),
  )
})

sealing('says of a signing secret whether the standard profile takes it, and of nothing else', () => {
  const ring = keyring(first)
  const formOf = (text: string, purpose: string) => ring.seal(text, { ...place, purpose }).split('.')[2]
  assert.equal([formOf(secret, 'signing'), formOf('sixteen letters.', 'signing'), formOf(secret, 'oauth2_client')], ['whsec', 'text', 'text'])
})

for (const [what, elsewhere] of Object.entries({
  'another endpoint': { ...place, endpointId: '019aa7a2-3f00-7000-8000-000000000002' },
  'another tenant': { ...place, tenantId: 'b' },
  'another purpose': { ...place, purpose: 'oauth2_client' },
  'a header': { ...place, purpose: headerPurpose('signing') },
})) {
  sealing(`does not open for ${what}`, () => {
    const ring = keyring(first)
    assert.equal(ring.open(ring.seal(secret, place), elsewhere), { kind: 'closed', keyId: ring.newest, reason: 'refused' })
  })
}

sealing('does not open when one character of it differs', () => {
  const ring = keyring(first, second)
  const sealed = ring.seal(secret, place)
  const other = (character: string) => (character === 'A' ? 'B' : 'A')
  for (let at = 'sealed.'.length; at < sealed.length; at += 1) {
    const changed = sealed.slice(0, at) + other(sealed[at]!) + sealed.slice(at + 1)
    // The last character of base64 may have bits that mean nothing.
    if (at === sealed.length - 1 && Buffer.from(changed, 'base64url').equals(Buffer.from(sealed, 'base64url'))) continue
    assert.is(ring.open(changed, place).kind, 'closed', changed)
  }
  for (const cut of ['sealed.', 'sealed.v1.', sealed.slice(0, -4), sealed.replace('whsec', 'text')]) assert.is(ring.open(cut, place).kind, 'closed', cut)
})

sealing('does not open under another key, and says which one is missing', () => {
  const sealed = keyring(first).seal(secret, place)
  assert.equal(keyring(second).open(sealed, place), { kind: 'closed', keyId: keyring(first).newest, reason: 'no key' })
  assert.equal(keyring().open(sealed, place), { kind: 'closed', keyId: keyring(first).newest, reason: 'no key' })
})

sealing('by the newest key opens what older ones have sealed', () => {
  const old = keyring(first).seal(secret, place)
  const rotated = keyring(second, first)
  assert.equal(rotated.open(old, place), { kind: 'open', text: secret })
  assert.is(keyIdOf(rotated.seal(secret, place)), keyring(second).newest)
  assert.equal(rotated.ids, [keyring(second).newest, keyring(first).newest])
})

sealing('without a key changes nothing', () => {
  const ring = keyring()
  assert.is(ring.newest, undefined)
  assert.is(ring.seal(secret, place), secret)
  assert.equal(ring.open(secret, place), { kind: 'open', text: secret })
})

sealing('takes what is not sealed as it is, and anything that looks sealed for sealed', () => {
  assert.equal([isSealed(secret), isSealed('sealed with a kiss'), isSealed('sealed.'), keyIdOf(secret), keyIdOf('sealed.v1.')], [false, false, true, undefined, undefined])
})

sealing('names a header in lower case', () => assert.is(headerPurpose('X-Token'), 'header x-token'))

sealing.run()
