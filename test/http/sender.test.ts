import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { addressPolicy } from '../../src/core/address.ts'
import { createSender } from '../../src/http/sender.ts'
import { closeServers, httpServer, loopbackPolicy, received, tcpServer, until } from './support/loopback.ts'

const sender = createSender({ policy: loopbackPolicy })
const post = (url: string, over = {}) => sender.send({ url, headers: ['x-event', 'sale.created'], body: '{"a":"ñ"}', timeoutMs: 2_000, ...over })

const sending = suite('sender')

sending('posts headers and body as they are and returns status, headers and body', async () => {
  let seen: unknown
  const server = await httpServer(async (request, response) => {
    const body = await received(request)
    seen = { method: request.method, url: request.url, event: request.headers['x-event'], length: request.headers['content-length'], body: String(body) }
    response.writeHead(202, { 'x-a': ['1', '2'] }).end('thänks')
  })
  const { outcome, durationMs, response } = await post(`${server.url}?q=1#fragment`)
  assert.equal(seen, { method: 'POST', url: '/hook?q=1', event: 'sale.created', length: '10', body: '{"a":"ñ"}' })
  assert.equal(outcome, { kind: 'accepted', status: 202 })
  assert.ok(Number.isInteger(durationMs) && durationMs >= 0)
  assert.equal([response?.status, response?.headers['x-a'], response?.body, response?.truncated], [202, '1, 2', 'thänks', false])
})

sending('takes headers as a record and a body of bytes, and other methods', async () => {
  let seen: unknown
  const server = await httpServer(async (request, response) => {
    seen = [request.method, request.headers['x-custom'], await received(request)]
    response.end()
  })
  await post(server.url, { method: 'PUT', headers: { 'x-custom': 'yes' }, body: Buffer.from([0, 255, 10]) })
  assert.equal(seen, ['PUT', 'yes', Buffer.from([0, 255, 10])])
})

sending('keeps connections, takes the one that was free last, and closes those that a burst has left over', async () => {
  const ports = new Set<number | undefined>()
  const server = await httpServer((request, response) => void request.resume().on('end', () => (ports.add(request.socket.remotePort), response.setHeader('connection', 'keep-alive').setHeader('keep-alive', 'timeout=3').end('ok'))))
  await Promise.all(Array.from({ length: 5 }, () => post(server.url)))
  assert.is(ports.size, 5)
  ports.clear()
  for (let index = 0; index < 20; index++) assert.is((await post(server.url)).outcome.kind, 'accepted')
  assert.is(ports.size, 1)
  await until(() => server.connections() === 0, 'what nobody uses is closed')
  assert.is((await post(server.url)).outcome.kind, 'accepted')
})

sending('calls back in the turn in which an answer ends, so that the next request goes by the same connection', async () => {
  const ports = new Set<number | undefined>()
  const server = await httpServer((request, response) => void request.resume().on('end', () => (ports.add(request.socket.remotePort), response.end('ok'))))
  const kinds: string[] = []
  await new Promise<void>((resolve) => {
    const next = (): void => sender.start({ url: server.url, headers: [], body: 'x', timeoutMs: 2_000 }, ({ outcome }) => (kinds.push(outcome.kind), kinds.length < 50 ? next() : resolve()))
    next()
  })
  assert.equal([kinds.filter((kind) => kind === 'accepted').length, ports.size], [50, 1])
})

sending('hides no error of whom it calls back', async () => {
  const server = await httpServer((_, response) => response.end())
  const thrown = new Promise<unknown>((resolve) => process.once('uncaughtException', resolve))
  sender.start({ url: server.url, headers: [], body: '', timeoutMs: 2_000 }, () => {
    throw new Error('a bug')
  })
  assert.is(((await thrown) as Error).message, 'a bug')
  assert.is((await post(server.url)).outcome.kind, 'accepted')
})

sending('does without a connection that its receiver closed while it was free, or says that it closes', async () => {
  let connections = 0
  const server = await tcpServer((socket) => {
    connections += 1
    socket.on('data', () => void (connections === 1 ? socket.write('HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n', () => socket.end()) : socket.end('HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 0\r\n\r\n')))
  })
  assert.is((await post(server.url)).outcome.kind, 'accepted')
  await until(() => server.connections() === 0, 'the first is closed')
  for (let index = 0; index < 5; index++) assert.is((await post(server.url)).outcome.kind, 'accepted')
  assert.is(connections, 6)
})

sending('opens a busy connection anew now and then, so that it follows DNS, and fails no request by that', async () => {
  const server = await httpServer((request, response) => void request.resume().on('end', () => response.end('ok')))
  let questions = 0
  const named = createSender({ policy: loopbackPolicy, resolver: { resolve: async () => (questions++, ['127.0.0.1']) } })
  const url = `http://hooks.example.com:${server.port}/`
  for (let index = 0; index < 1_100; index++) assert.is((await named.send({ url, headers: [], body: 'x', timeoutMs: 2_000 })).outcome.kind, 'accepted')
  assert.ok(questions > 1 && questions < 20, `asked ${questions} times`)
  await named.close()
})

sending('reads Retry-After and webhook-delivery into the outcome', async () => {
  const server = await httpServer((_, response) => response.writeHead(429, { 'retry-after': '17', 'webhook-delivery': 'Abort-Message' }).end())
  assert.equal((await post(server.url)).outcome, { kind: 'rejected', status: 429, retryAfterSeconds: 17, control: 'abort-message' })
})

sending('never follows a redirect', async () => {
  let requests = 0
  const server = await httpServer((_, response) => {
    requests++
    response.writeHead(307, { location: '/elsewhere' }).end()
  })
  assert.equal((await post(server.url)).outcome, { kind: 'rejected', status: 307 })
  assert.is(requests, 1)
})

sending('refuses what the policy does not allow before it connects, and says that no retry helps', async () => {
  const strict = createSender({ policy: addressPolicy() })
  const cases = [['http://example.com/', 'WHURL'], ['https://127.0.0.1/', 'WHADR'], ['https://[::1]/', 'WHADR'], ['https://example.com:22/', 'WHPRT'], ['https://u:p@example.com/', 'WHURL'], ['rubbish', 'WHURL'], ['https://2130706433/', 'WHADR']]
  for (const [url = '', code] of cases) {
    const { outcome, response } = await strict.send({ url, headers: [], body: '', timeoutMs: 1_000 })
    assert.equal(outcome, { kind: 'unreachable', reason: 'blocked', code, literal: true }, url)
    assert.is(response, undefined)
  }
  await strict.close()
})

sending('refuses headers that are invalid or frame the request, and serves the origin on', async () => {
  const server = await httpServer((request, response) => void request.resume().on('end', () => response.end()))
  const invalid = [['x-a'], ['x a', '1'], ['x-a', 'b\r\nc: d'], ['x-a', 'Ж'], ['host', 'evil'], ['Content-Length', '0'], ['proxy-authorization', 'x'], ['te', 'trailers'], ['expect', '100-continue'], ['x-a', 1 as unknown as string]]
  const outcomes = await Promise.all(invalid.map(async (headers) => (await post(server.url, { headers })).outcome))
  for (const outcome of outcomes) assert.equal(outcome, { kind: 'unreachable', reason: 'protocol', code: 'INVALID_HEADERS' })
  assert.is((await post(server.url)).outcome.kind, 'accepted')
})

sending('stops a request by its signal, and all that share one', async () => {
  const server = await httpServer(() => {})
  const stop = new AbortController()
  const requests = Array.from({ length: 30 }, () => post(server.url, { signal: stop.signal }))
  await until(() => server.connections() === 30, '30 requests')
  stop.abort()
  for (const { outcome } of await Promise.all(requests)) assert.equal(outcome, { kind: 'unreachable', reason: 'aborted' })
  assert.equal((await post(server.url, { signal: stop.signal })).outcome, { kind: 'unreachable', reason: 'aborted' })
  await until(() => server.connections() === 0, 'connections closed')
})

sending('on close waits for what is under way, closes connections and sends no more', async () => {
  const server = await httpServer((_, response) => void setTimeout(() => response.end('late'), 50))
  const closing = createSender({ policy: loopbackPolicy })
  const under = closing.send({ url: server.url, headers: [], body: 'x', timeoutMs: 2_000 })
  await closing.close()
  assert.is((await under).response?.body, 'late')
  assert.equal((await closing.send({ url: server.url, headers: [], body: 'x', timeoutMs: 2_000 })).outcome, { kind: 'unreachable', reason: 'aborted' })
  await until(() => server.connections() === 0, 'connections closed')
})

sending.after.each(closeServers)
sending.after(() => sender.close())
sending.run()
