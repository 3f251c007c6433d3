/** Keys of an identity provider, asked by real https under an authority of its own: they rotate, and it may be away. */
import { exportJWK, generateKeyPair, SignJWT, type JWK } from 'jose'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { createTokenVerifier } from '../../src/server/tokens.ts'
import { issue } from '../http/support/certificate.ts'

const authority = issue({ names: ['authority of the tests'], isAuthority: true })
const { cert, key } = issue({ names: ['127.0.0.1'], issuer: authority })

let keys: JWK[] = []
let status = 200
let asked = 0
const provider = createServer({ cert, key }, (_request, response) => {
  asked++
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify({ keys }))
})
await new Promise<void>((done) => provider.listen(0, '127.0.0.1', done))
const jwksUrl = `https://127.0.0.1:${(provider.address() as AddressInfo).port}/jwks`

/** A key pair, and tokens that it signs. */
const keyPair = async (alg: string, kid: string) => {
  const { publicKey, privateKey } = await generateKeyPair(alg)
  const token = await new SignJWT({ role: 'owner', tenant_id: 'a' }).setProtectedHeader({ alg, kid }).setIssuer('rowhook').setAudience('rowhook').setSubject('ada').setExpirationTime('5h').sign(privateKey)
  return { jwk: { ...(await exportJWK(publicKey)), kid, alg }, token }
}
const [one, two, three] = await Promise.all([keyPair('RS256', 'one'), keyPair('ES256', 'two'), keyPair('EdDSA', 'three')])

const troubles: string[] = []
const createVerifier = () => {
  const verify = createTokenVerifier({ jwtSecret: undefined, jwksUrl, jwtIssuer: undefined, onTrouble: ({ cause }) => void troubles.push((cause as Error).message) })
  return (token: string): Promise<string> => verify(token).then(({ subject }) => subject, (error: { code: string }) => error.code)
}

/** How far the clock of the key set is ahead; tokens are judged by another one. */
let aheadMs = 0
const { now } = Date
Date.now = () => now() + aheadMs

const provided = suite('keys of a provider')

provided.before.each(() => {
  ;[keys, status, asked, aheadMs, troubles.length] = [[one.jwk], 200, 0, 0, 0]
})
provided.after(() => {
  Date.now = now
  provider.close()
})

provided('are not believed where nobody vouches for it', async () => {
  assert.is(await createVerifier()(one.token), 'WHJWK')
  assert.is(asked, 0)
  assert.is(troubles.length, 1)
  setDefaultCACertificates([...getCACertificates('default'), authority.cert])
})

provided('are asked for once, and again when a token names one that is not there', async () => {
  const verify = createVerifier()
  assert.equal([await verify(one.token), await verify(one.token), asked], ['ada', 'ada', 1])
  assert.equal([await verify(two.token), await verify(two.token), asked], ['WHTOK', 'WHTOK', 1], 'unknown keys do not become requests')
  keys = [one.jwk, two.jwk, three.jwk]
  aheadMs = 31_000
  assert.equal([await verify(two.token), await verify(three.token), await verify(one.token), asked], ['ada', 'ada', 'ada', 2])
})

provided('that are taken away hold for ten minutes at most', async () => {
  const verify = createVerifier()
  assert.is(await verify(one.token), 'ada')
  keys = [two.jwk]
  aheadMs = 601_000
  assert.equal([await verify(one.token), await verify(two.token)], ['WHTOK', 'ada'])
})

provided('hold for an hour while it is away, and it is not asked with every request', async () => {
  const verify = createVerifier()
  assert.is(await verify(one.token), 'ada')
  status = 500
  aheadMs = 3_000_000
  assert.equal([await verify(one.token), await verify(one.token), await verify(two.token)], ['ada', 'ada', 'WHTOK'])
  assert.equal([asked, troubles], [2, ['Expected 200 OK from the JSON Web Key Set HTTP response']])
  aheadMs = 3_700_000
  assert.is(await verify(one.token), 'WHJWK')
  status = 200
  aheadMs = 3_711_000
  assert.is(await verify(one.token), 'ada')
})

provided.run()
