/**
 * Receives webhooks as cheaply as it can (a parser of its own over plain sockets, so that it is never the limit) and notes when.
 * A path that begins with /hang is never answered, one with /status/<code> is answered by that code.
 */
import { createServer, type Server, type Socket } from 'node:net'
import { sharedNowMs } from '../harness/clock.ts'
import { serve } from '../harness/serve.ts'

export type Received = { readonly count: number; readonly firstMs: number; readonly lastMs: number }

const HEAD_END = Buffer.from('\r\n\r\n')
const answerOf = (status: number) => Buffer.from(`HTTP/1.1 ${status} -\r\ndate: Thu, 01 Jan 2026 00:00:00 GMT\r\ncontent-type: text/plain\r\ncontent-length: 2\r\n\r\nok`)
const OK = answerOf(200)

let server: Server
let delayMs = 0
let count = 0
let firstMs = 0
let lastMs = 0
/** by the number `n` in the payload: when it came first */
let arrivals = new Map<number, number>()
let notesArrivals = false
let waiting: { readonly until: number; readonly done: () => void } | undefined

const note = (request: Buffer, bodyAt: number): void => {
  const nowMs = sharedNowMs()
  if (count === 0) firstMs = nowMs
  lastMs = nowMs
  count += 1
  if (notesArrivals) {
    const at = request.indexOf('"n"', bodyAt)
    const n = Number(/\d+/.exec(request.toString('latin1', at, at + 20))?.[0])
    if (at >= 0 && !arrivals.has(n)) arrivals.set(n, nowMs)
  }
  if (waiting !== undefined && count >= waiting.until) {
    waiting.done()
    waiting = undefined
  }
}

const reply = (socket: Socket, head: string): void => {
  const path = head.slice(head.indexOf(' ') + 1, head.indexOf(' HTTP'))
  if (path.startsWith('/hang')) return
  const answer = path.startsWith('/status/') ? answerOf(Number(path.slice(8, 11))) : OK
  if (delayMs === 0) socket.write(answer)
  else setTimeout(() => socket.writable && socket.write(answer), delayMs)
}

const listenTo = (socket: Socket): void => {
  let rest: Buffer = Buffer.alloc(0)
  /** bytes until the request that has begun is whole */
  let missing = 0
  socket.setNoDelay(true)
  socket.on('error', () => undefined)
  socket.on('data', (chunk) => {
    missing -= chunk.length
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
    if (missing > 0) return
    for (let end = rest.indexOf(HEAD_END); end >= 0; end = rest.indexOf(HEAD_END)) {
      const head = rest.toString('latin1', 0, end)
      const length = Number(/content-length: *(\d+)/i.exec(head)?.[1] ?? 0)
      const whole = end + 4 + length
      if (rest.length < whole) {
        missing = whole - rest.length
        return
      }
      note(rest, end + 4)
      reply(socket, head)
      rest = rest.subarray(whole)
    }
  })
}

serve({
  start: () =>
    new Promise<void>((resolve) => {
      server = createServer(listenTo)
      server.listen(0, '127.0.0.1', 1024, () => resolve())
    }),
  port: () => (server.address() as { port: number }).port,
  /** begins to count anew */
  reset: (options: { readonly delayMs?: number; readonly notesArrivals?: boolean }) => {
    count = 0
    firstMs = 0
    lastMs = 0
    arrivals = new Map()
    delayMs = options.delayMs ?? 0
    notesArrivals = options.notesArrivals ?? false
  },
  received: (): Received => ({ count, firstMs, lastMs }),
  /** resolves when so many requests have come since the reset */
  waitFor: (until: number) => (count >= until ? undefined : new Promise<void>((done) => (waiting = { until, done }))),
  arrivals: () => arrivals,
  stop: () => void server.close(),
})
