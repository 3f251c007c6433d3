import type { BlockList } from 'node:net'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { addressPolicy } from '../../src/core/address.ts'
import { BLOCKED, guardedConnector } from '../../src/http/connector.ts'
import { createSender } from '../../src/http/sender.ts'
import { closeServers, httpServer, loopbackPolicy, tcpServer } from './support/loopback.ts'

const connecting = suite('connector')

connecting('opens no socket to an address that is not allowed, for which Node would call no lookup', async () => {
  let sockets = 0
  let lookups = 0
  const resolver = { resolve: async () => (lookups++, ['8.8.8.8']) }
  const connect = guardedConnector({ policy: addressPolicy(), resolver })
  for (const hostname of ['127.0.0.1', '10.0.0.1', '::1', '::ffff:127.0.0.1', '0.0.0.0']) {
    const error = await new Promise<(Error & { code?: string }) | null>((resolve) => {
      connect({ hostname, protocol: 'http:', port: '80' }, (...[failure]) => resolve(failure), () => sockets++)
    })
    assert.is(error?.code, BLOCKED, hostname)
  }
  assert.equal([sockets, lookups], [0, 0])
})

const sendTo = async (addresses: readonly string[], port: number) => {
  const sender = createSender({ policy: loopbackPolicy, resolver: { resolve: async () => addresses } })
  const { outcome } = await sender.send({ url: `http://hooks.example.com:${port}/`, headers: [], body: '', timeoutMs: 2_000 })
  await sender.close()
  return outcome
}

connecting('tries the next address of a name where one refuses', async () => {
  const server = await httpServer((_, response) => response.end())
  for (const addresses of [['::1', '127.0.0.1'], ['127.0.0.9', '127.0.0.1']]) assert.equal(await sendTo(addresses, server.port), { kind: 'accepted', status: 200 })
})

connecting('tells one reason where all addresses refuse', async () => {
  const server = await tcpServer()
  await server.close()
  const outcome = await sendTo(['127.0.0.1', '127.0.0.9'], server.port)
  assert.ok(outcome.kind === 'unreachable' && outcome.reason === 'connect' && outcome.code === 'ECONNREFUSED', JSON.stringify(outcome))
})

connecting('closes a socket that is connected to an address that is not allowed, whatever the names said', async () => {
  const server = await httpServer((_, response) => response.end())
  let checks = 0
  const allowNets = { check: () => (checks += 1) === 1 } as unknown as BlockList // allowed when it was resolved, and not when it is connected
  const connect = guardedConnector({ policy: { ...loopbackPolicy, allowNets }, resolver: { resolve: async () => ['127.0.0.1'] } })
  const error = await new Promise<(Error & { code?: string }) | null>((resolve) => {
    connect({ hostname: 'hooks.example.com', protocol: 'http:', port: String(server.port) }, (...[failure]) => resolve(failure), () => undefined)
  })
  assert.is(error?.code, BLOCKED)
  assert.is(checks, 2)
})

connecting.after.each(closeServers)
connecting.run()
