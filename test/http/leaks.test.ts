import type { Socket } from 'node:net'
import { setImmediate as turn } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { createSender } from '../../src/http/sender.ts'
import { closeServers, loopbackPolicy, tcpServer, until } from './support/loopback.ts'

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

const BLOCK = Buffer.alloc(65_536, 'x')
const handles = () => process.getActiveResourcesInfo().filter((name) => /TCP|TLS|Timeout|GetAddrInfo|QueryWrap/.test(name)).toSorted()

// What each connection does, in turn: every way in which a request can end.
const scripts: readonly ((socket: Socket) => void)[] = [
  (socket) => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\nok'),
  () => {},
  (socket) => socket.resetAndDestroy(),
  (socket) => socket.end('rubbish'),
  (socket) => socket.write('HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\n'),
  (socket) => {
    socket.write('HTTP/1.1 200 OK\r\n\r\n')
    const more = () => {
      while (!socket.destroyed && socket.write(BLOCK));
    }
    socket.on('drain', more)
    more()
  },
]

const leaks = suite('after many bad receivers')

leaks('no socket, timer or memory is left behind', async () => {
  let connections = 0
  const server = await tcpServer((socket) => void socket.once('data', () => scripts[connections++ % scripts.length]?.(socket)))
  const before = handles()
  const sender = createSender({ policy: loopbackPolicy })
  const rounds = async (count: number) => {
    for (let round = 0; round < count; round++) {
      await Promise.all(Array.from({ length: 60 }, () => sender.send({ url: server.url, headers: ['x-a', 'b'], body: 'x'.repeat(1000), timeoutMs: 60 })))
    }
    await until(() => server.connections() === 0, 'all connections closed')
    for (let index = 0; index < 3; index++) {
      await turn()
      collectGarbage()
    }
    return process.memoryUsage().heapUsed + process.memoryUsage().external
  }
  const warm = await rounds(5)
  const later = await rounds(20)
  assert.ok(later - warm < 8 * 1024 * 1024, `${Math.round((later - warm) / 1024)} KiB more after 1,200 requests`)
  await sender.close()
  await server.close()
  await until(() => handles().length <= before.length, `nothing but ${before.join(', ')} is active`)
})

leaks.after.each(closeServers)
leaks.run()
