import { createServer as createTlsServer } from 'node:tls'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { Outcome } from '../../src/core/outcome.ts'
import { createSender } from '../../src/http/sender.ts'
import { issue, type CertificateOptions } from './support/certificate.ts'
import { anyServer, closeServers, loopbackPolicy, tcpServer, until, type Loopback } from './support/loopback.ts'

const authority = issue({ names: ['Test authority'], isAuthority: true })
const resolver = { resolve: async () => ['127.0.0.1'] }
const sender = createSender({ policy: loopbackPolicy, resolver, trustedCertificates: [authority.cert] })
const post = (url: string, timeoutMs = 2_000) => sender.send({ url, headers: ['x-event', 'a.b'], body: '{}', timeoutMs })
const failed = (code: string): Outcome => ({ kind: 'unreachable', reason: 'tls', code })

/** A TLS server that answers 200 to whatever it gets. */
const tlsServer = (options: Partial<CertificateOptions>, server: object = {}): Promise<Loopback> => {
  const { key, cert } = issue({ names: ['hooks.example.com', '127.0.0.1'], issuer: authority, ...options })
  return anyServer(createTlsServer({ key, cert, ...server }, (socket) => void socket.on('data', () => socket.write('HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n'))), 'https')
}
const outcomeOf = async (server: Loopback, host = 'hooks.example.com') => (await post(`https://${host}:${server.port}/`)).outcome

const hostile = suite('hostile TLS')

hostile('with a certificate that is valid for the name, or for the address, is accepted', async () => {
  const server = await tlsServer({})
  assert.equal(await outcomeOf(server), { kind: 'accepted', status: 200 })
  assert.equal(await outcomeOf(server, 'hooks.example.com.'), { kind: 'accepted', status: 200 })
  assert.equal(await outcomeOf(server, '127.0.0.1'), { kind: 'accepted', status: 200 })
})

hostile('with a self-signed certificate', async () => {
  const { key, cert } = issue({ names: ['hooks.example.com'] })
  assert.equal(await outcomeOf(await tlsServer({}, { key, cert })), failed('DEPTH_ZERO_SELF_SIGNED_CERT'))
})

hostile('with a certificate of an unknown authority', async () => {
  const server = await tlsServer({ issuer: issue({ names: ['Nobody'], isAuthority: true }) })
  assert.equal(await outcomeOf(server), failed('UNABLE_TO_VERIFY_LEAF_SIGNATURE'))
})

hostile('with an expired certificate', async () => {
  const server = await tlsServer({ validFrom: new Date('2020-01-01'), validTo: new Date('2021-01-01') })
  assert.equal(await outcomeOf(server), failed('CERT_HAS_EXPIRED'))
})

hostile('with a certificate that is not valid yet', async () => {
  const server = await tlsServer({ validFrom: new Date('2048-01-01'), validTo: new Date('2049-01-01') })
  assert.equal(await outcomeOf(server), failed('CERT_NOT_YET_VALID'))
})

hostile('with a certificate for another name', async () => {
  const server = await tlsServer({ names: ['other.example.com'] })
  assert.equal(await outcomeOf(server), failed('ERR_TLS_CERT_ALTNAME_INVALID'))
})

hostile('that asks for a client certificate', async () => {
  const server = await tlsServer({}, { requestCert: true, rejectUnauthorized: true, ca: [authority.cert] })
  const outcome = await outcomeOf(server)
  assert.ok(outcome.kind === 'unreachable' && ['tls', 'reset'].includes(outcome.reason), JSON.stringify(outcome))
})

hostile('that speaks only TLS 1.1', async () => {
  const server = await tlsServer({}, { minVersion: 'TLSv1.1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' })
  const outcome = await outcomeOf(server)
  assert.ok(outcome.kind === 'unreachable' && outcome.reason === 'tls', JSON.stringify(outcome))
})

hostile('that answers the handshake with rubbish', async () => {
  const server = await tcpServer((socket) => void socket.once('data', () => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')))
  const outcome = await outcomeOf(server)
  assert.ok(outcome.kind === 'unreachable' && outcome.reason === 'tls' && outcome.code?.startsWith('ERR_SSL_'), JSON.stringify(outcome))
})

hostile('that closes or resets in the handshake', async () => {
  for (const end of ['end', 'resetAndDestroy'] as const) {
    const server = await tcpServer((socket) => void socket.once('data', () => socket[end]()))
    assert.equal(await outcomeOf(server), failed('ECONNRESET'))
  }
})

hostile('that never finishes the handshake runs into the deadline, and its connection is closed', async () => {
  const server = await tcpServer()
  const { outcome, durationMs } = await post(`https://hooks.example.com:${server.port}/`, 300)
  assert.equal(outcome, { kind: 'unreachable', reason: 'timeout', code: 'TLS_TIMEOUT' })
  assert.ok(durationMs >= 295 && durationMs < 900, `took ${durationMs} ms`)
  await until(() => server.connections() === 0, 'the connection is closed')
})

hostile.after.each(closeServers)
hostile.after(() => sender.close())
hostile.run()
