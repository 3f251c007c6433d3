import type { Socket } from 'node:net'
import { gzipSync } from 'node:zlib'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { Outcome } from '../../src/core/outcome.ts'
import type { Exchange } from '../../src/http/exchange.ts'
import { createSender } from '../../src/http/sender.ts'
import { closeServers, httpServer, loopbackPolicy, tcpServer, until, within } from './support/loopback.ts'

/** For receivers that are expected to reach it. */
const DEADLINE_MS = 400
/** For those that are judged before it, however busy the machine is. */
const FAR_DEADLINE_MS = 10_000
// The process shares its machine with others; what is proven is that the deadline counts, not the scheduler.
const SLACK_MS = 1_000

const sender = createSender({ policy: loopbackPolicy })
const post = (url: string, body = '{}', timeoutMs = DEADLINE_MS): Promise<Exchange> => within(sender.send({ url, headers: ['x-event', 'a.b'], body, timeoutMs }))

const hostile = suite('hostile receivers')

type Expected = { outcome: Outcome; waits?: true; truncated?: true; body?: string }

/** A receiver that runs `script` once the head of a request arrived, and what is to be recorded of it. */
const receiver = (name: string, script: (socket: Socket) => void, expected: Expected) => {
  hostile(name, async () => {
    const server = await tcpServer((socket) => void socket.once('data', () => script(socket)))
    const { outcome, durationMs, response } = await post(server.url, '{}', expected.waits ? DEADLINE_MS : FAR_DEADLINE_MS)
    assert.equal(outcome, expected.outcome)
    if (expected.waits) assert.ok(durationMs >= DEADLINE_MS - 5, `ended early, after ${durationMs} ms`)
    if (expected.waits) assert.ok(durationMs <= DEADLINE_MS + SLACK_MS, `took ${durationMs} ms`)
    if (expected.truncated !== undefined) assert.is(response?.truncated, expected.truncated)
    if (expected.body !== undefined) assert.is(response?.body, expected.body)
    if (expected.waits || expected.truncated) await until(() => server.connections() === 0, 'the connection is closed')
  })
}

const head = (status: string, ...headers: string[]) => [`HTTP/1.1 ${status}`, ...headers, '', ''].join('\r\n')
const every = (socket: Socket, ms: number, chunk: () => string) => {
  const timer = setInterval(() => socket.write(chunk()), ms)
  socket.on('close', () => clearInterval(timer))
}
const flood = (socket: Socket, chunk: Buffer | string) => {
  const more = () => {
    while (!socket.destroyed && socket.write(chunk)) if (socket.writableLength > 1 << 20) break
  }
  socket.on('drain', more)
  more()
}
const accepted: Outcome = { kind: 'accepted', status: 200 }
const timeout: Outcome = { kind: 'unreachable', reason: 'timeout', code: 'ANSWER_TIMEOUT' }
const reset = (code: string): Outcome => ({ kind: 'unreachable', reason: 'reset', code })
const protocol = (code?: string): Outcome => ({ kind: 'unreachable', reason: 'protocol', ...(code && { code }) })

// Silence
receiver('that never answers runs into the deadline', () => {}, { outcome: timeout, waits: true })
receiver('that stops in the status line runs into the deadline', (socket) => socket.write('HTTP/1.1 20'), { outcome: timeout, waits: true })
receiver('that drips headers runs into the deadline', (socket) => {
  socket.write('HTTP/1.1 200 OK\r\n')
  every(socket, 20, () => 'x-a: b\r\n')
}, { outcome: timeout, waits: true })
receiver('that hangs after the headers of a 200 has accepted', (socket) => socket.write(head('200 OK', 'content-length: 5')), { outcome: accepted, waits: true, truncated: true, body: '' })
receiver('that hangs after the headers of a 500 has rejected', (socket) => socket.write(head('500 No', 'content-length: 5')), { outcome: { kind: 'rejected', status: 500 }, waits: true, truncated: true })
receiver('that drips the body of a 200 for ever has accepted', (socket) => {
  socket.write(head('200 OK', 'transfer-encoding: chunked'))
  every(socket, 20, () => '1\r\nx\r\n')
}, { outcome: accepted, waits: true, truncated: true })

// Too much
receiver('that floods the body of a 200 has accepted, and is cut off', (socket) => {
  socket.write(head('200 OK'))
  flood(socket, Buffer.alloc(65_536, 'x'))
}, { outcome: accepted, truncated: true, body: 'x'.repeat(8192) })
receiver('that announces 1 GB is cut off after 16 KiB', (socket) => {
  socket.write(head('503 No', 'content-length: 1073741824', 'retry-after: 9'))
  flood(socket, Buffer.alloc(65_536, 'x'))
}, { outcome: { kind: 'rejected', status: 503, retryAfterSeconds: 9 }, truncated: true, body: 'x'.repeat(8192) })
receiver('that sends a gzip bomb is never inflated', (socket) => {
  const bomb = gzipSync(Buffer.alloc(4 << 20))
  socket.end(Buffer.concat([Buffer.from(head('200 OK', 'content-encoding: gzip', `content-length: ${bomb.length}`)), bomb]))
}, { outcome: accepted })
receiver('that sends huge headers is refused', (socket) => socket.write(head('200 OK', `x-a: ${'a'.repeat(70_000)}`, 'content-length: 0')), { outcome: protocol('UND_ERR_HEADERS_OVERFLOW') })
receiver('that floods headers is refused', (socket) => {
  socket.write('HTTP/1.1 200 OK\r\n')
  flood(socket, 'x-a: b\r\n'.repeat(100))
}, { outcome: protocol('UND_ERR_HEADERS_OVERFLOW') })
receiver('that floods with 103 is refused', (socket) => flood(socket, head('103 Early Hints', 'link: </a>')), { outcome: protocol('TOO_MANY_INFORMATIONAL') })
receiver('that drips 103 runs into the deadline', (socket) => every(socket, 50, () => head('103 Early Hints', 'link: </a>')), { outcome: timeout, waits: true })
receiver('that sends a few 103 before its 200 has accepted', (socket) => socket.write(head('103 Early Hints').repeat(3) + head('200 OK', 'content-length: 2') + 'ok'), { outcome: accepted, body: 'ok' })

// Broken off
receiver('that resets the connection', (socket) => socket.resetAndDestroy(), { outcome: reset('ECONNRESET') })
receiver('that closes before the status', (socket) => socket.end(), { outcome: reset('UND_ERR_SOCKET') })
receiver('that closes in the headers', (socket) => socket.end('HTTP/1.1 200 OK\r\nx-a: '), { outcome: reset('UND_ERR_SOCKET') })
receiver('that closes in the body of a 200 has accepted', (socket) => socket.end(`${head('200 OK', 'content-length: 50')}half`), { outcome: accepted, truncated: true, body: 'half' })
receiver('that resets in the body of a 200 has accepted', (socket) => {
  socket.write(`${head('200 OK', 'content-length: 50')}half`, () => setTimeout(() => socket.resetAndDestroy(), 20))
}, { outcome: accepted, truncated: true })
receiver('that answers until it closes has accepted, with nothing missing', (socket) => socket.end(`${head('200 OK')}all`), { outcome: accepted, body: 'all' })

// Not HTTP
receiver('that speaks HTTP/0.9', (socket) => socket.end('<html>hello</html>'), { outcome: protocol() })
receiver('that speaks another protocol', (socket) => socket.write('SSH-2.0-OpenSSH_9.2\r\n'), { outcome: protocol() })
receiver('that answers with status 099', (socket) => socket.end(head('099 Odd', 'content-length: 0')), { outcome: protocol('ERR_ASSERTION') })
receiver('that answers with two content-lengths', (socket) => socket.end(`${head('200 OK', 'content-length: 2', 'content-length: 3')}abc`), { outcome: protocol('UND_ERR_RES_CONTENT_LENGTH_MISMATCH') })
receiver('that answers with a length and with chunks', (socket) => socket.end(`${head('200 OK', 'content-length: 2', 'transfer-encoding: chunked')}0\r\n\r\n`), { outcome: protocol('UND_ERR_RES_CONTENT_LENGTH_MISMATCH') })
receiver('that chunks badly after a 200 has accepted', (socket) => socket.write(`${head('200 OK', 'transfer-encoding: chunked')}zz\r\n`), { outcome: accepted, truncated: true })
receiver('that answers 101', (socket) => socket.write(head('101 Switching Protocols', 'upgrade: websocket', 'connection: upgrade')), { outcome: protocol('UND_ERR_SOCKET') })
receiver('that answers 100', (socket) => socket.write(head('100 Continue')), { outcome: protocol('UND_ERR_SOCKET') })
receiver('that sends NUL and line noise in a header', (socket) => socket.end(head('200 OK', 'x-a: a\0b', 'content-length: 0')), { outcome: protocol() })

hostile('that refuses the connection', async () => {
  const server = await tcpServer()
  await server.close()
  assert.equal((await post(server.url)).outcome, { kind: 'unreachable', reason: 'connect', code: 'ECONNREFUSED' })
})

hostile('that never reads a large request runs into the deadline', async () => {
  const server = await tcpServer((socket) => void socket.pause())
  const { outcome, durationMs } = await post(server.url, 'x'.repeat(16 << 20))
  assert.equal(outcome, timeout)
  assert.ok(durationMs <= DEADLINE_MS + SLACK_MS)
})

hostile('that answers twice does not answer the next request', async () => {
  const answer = (text: string) => `${head('200 OK', `content-length: ${text.length}`)}${text}`
  let requests = 0
  const server = await tcpServer((socket) => void socket.on('data', () => socket.write(++requests === 1 ? answer('first') + answer('poison') : answer('next'))))
  assert.is((await post(server.url)).response?.body, 'first')
  for (let index = 0; index < 3; index++) assert.is((await post(server.url)).response?.body, 'next')
})

hostile('that is slow does not hold up another request to the same origin', async () => {
  const server = await httpServer((request, response) => void (request.headers['x-event'] === 'fast.one' && response.end('ok')))
  const slow = Array.from({ length: 50 }, () => post(server.url))
  const fast = await sender.send({ url: server.url, headers: ['x-event', 'fast.one'], body: '', timeoutMs: 2_000 })
  assert.ok(fast.durationMs < DEADLINE_MS, `took ${fast.durationMs} ms`)
  for (const { outcome } of await Promise.all(slow)) assert.equal(outcome, timeout)
})

hostile.after.each(closeServers)
hostile.after(() => sender.close())
hostile.run()
