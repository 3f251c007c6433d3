/** Loopback servers for the tests of the HTTP side: plain HTTP with a handler, or raw TCP with a script. */
import { createServer, type IncomingMessage, type ServerResponse, type Server as HttpServer } from 'node:http'
import { createServer as createTcpServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { addressPolicy } from '../../../src/core/address.ts'

/** What tests allow: http, loopback, every port. */
export const loopbackPolicy = addressPolicy({ allowHttp: true, allowNets: ['127.0.0.0/8', '::1'], allowPorts: 'any' })

// A test that fails half-way must not keep its file from ending.
const open = new Set<Loopback>()

/** Closes every server that is still open; for `after.each`. */
export const closeServers = async (): Promise<void> => {
  await Promise.all([...open].map((server) => server.close()))
}

export type Loopback = { readonly port: number; readonly url: string; close(): Promise<void>; connections(): number }

const listening = async (server: Server | HttpServer, sockets: Set<Socket>, scheme: string): Promise<Loopback> => {
  server.on(scheme === 'https' ? 'secureConnection' : 'connection', (socket: Socket) => {
    sockets.add(socket)
    socket.on('error', () => {})
    socket.on('close', () => sockets.delete(socket))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const close = async () => {
    open.delete(loopback)
    const closed = new Promise((resolve) => server.close(resolve))
    for (const socket of sockets) socket.destroy()
    await closed
  }
  const loopback: Loopback = { port, url: `${scheme}://127.0.0.1:${port}/hook`, close, connections: () => sockets.size }
  open.add(loopback)
  return loopback
}

/** An HTTP server on a free port of 127.0.0.1. */
export const httpServer = (listener: (request: IncomingMessage, response: ServerResponse) => unknown): Promise<Loopback> =>
  listening(createServer((request, response) => void listener(request, response)), new Set(), 'http')

/** A TCP server that runs `script` on each connection; without a script it reads and says nothing. */
export const tcpServer = (script: (socket: Socket) => void = (socket) => void socket.resume()): Promise<Loopback> => {
  const server = createTcpServer((socket) => {
    socket.on('error', () => {})
    script(socket)
  })
  return listening(server, new Set(), 'http')
}

/** Any server, e.g. of node:tls, made ready the same way. */
export const anyServer = (server: Server, scheme: 'http' | 'https'): Promise<Loopback> => listening(server, new Set(), scheme)

/** The whole body of a request that a test server got. */
export const received = async (request: IncomingMessage): Promise<Buffer> => Buffer.concat(await request.toArray())

/** The promise, or a failure where it hangs: a lost deadline must turn a test red, not keep it waiting. */
export const within = async <T>(promise: Promise<T>, deadlineMs = 20_000): Promise<T> => {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => (timer = setTimeout(() => reject(new Error(`Not settled within ${deadlineMs} ms`)), deadlineMs)))
  return Promise.race([promise, late]).finally(() => clearTimeout(timer))
}

/** Waits until something holds; fails after `deadlineMs`. */
export const until = async (holds: () => boolean, what: string, deadlineMs = 20_000): Promise<void> => {
  const endMs = performance.now() + deadlineMs
  while (!holds()) {
    if (performance.now() > endMs) throw new Error(`Not within ${deadlineMs} ms: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}
