/** A webhook receiver on loopback that does what a test tells it and keeps what it got. */
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { waitFor } from './wait.ts'

/** A request as it arrived; `body` has the very bytes. */
export type ReceivedRequest = {
  readonly method: string
  /** path and query */
  readonly path: string
  /** names in lower case */
  readonly headers: IncomingHttpHeaders
  /** names and values as sent, alternating */
  readonly rawHeaders: readonly string[]
  readonly body: Buffer
  /** `performance.now()` when the body was complete */
  readonly receivedAtMs: number
}

/** What to answer; anything left out is 200, no headers, an empty body, at once. */
export type Answer = {
  readonly status?: number
  readonly headers?: Readonly<Record<string, string | string[]>>
  readonly body?: string | Buffer
  readonly delayMs?: number
}

/** Decides the answer from the request and its number (1 for the first). A function that answers through `response` itself returns nothing. */
export type Responder = (
  request: ReceivedRequest,
  number: number,
  response: ServerResponse,
) => Answer | number | undefined | Promise<Answer | number | undefined>

export type Receiver = {
  /** `http://127.0.0.1:<port>/`; any path below it is received too */
  readonly url: string
  readonly port: number
  /** in the order in which they were complete */
  readonly requests: readonly ReceivedRequest[]
  /** from now on: a status for every request, or a function */
  readonly respond: (answer: number | Answer | Responder) => void
  /** the n-th request (1 for the first), waited for */
  readonly waitForRequest: (n: number, deadlineMs?: number) => Promise<ReceivedRequest>
  /** stops listening and cuts what is open; a request that is still waiting for its answer sees a reset */
  readonly close: () => Promise<void>
}

const readBody = async (request: IncomingMessage): Promise<Buffer> => {
  const chunks: Buffer[] = []
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk)
  return Buffer.concat(chunks)
}

/** Starts a receiver that answers 200 until told otherwise. */
export const createReceiver = async (): Promise<Receiver> => {
  const requests: ReceivedRequest[] = []
  let responder: Responder = () => 200

  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const received: ReceivedRequest = {
      method: request.method ?? '',
      path: request.url ?? '',
      headers: request.headers,
      rawHeaders: request.rawHeaders,
      body: await readBody(request),
      receivedAtMs: performance.now(),
    }
    const number = requests.push(received)
    const said = await responder(received, number, response)
    if (said === undefined) return
    const { status = 200, headers = {}, body = '', delayMs = 0 } = typeof said === 'number' ? { status: said } : said
    if (delayMs > 0) await sleep(delayMs, undefined, { ref: false })
    response.writeHead(status, headers).end(body)
  }

  const server = createServer((request, response) => void answer(request, response).catch(() => response.destroy()))
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('a TCP server has an address and a port')

  return {
    url: `http://127.0.0.1:${address.port}/`,
    port: address.port,
    requests,
    respond: (next) => (responder = typeof next === 'function' ? next : () => next),
    waitForRequest: (n, deadlineMs = 20_000) =>
      waitFor(() => requests[n - 1], { deadlineMs, what: `request ${n} (got ${requests.length} when the wait began)` }),
    close: async () => {
      const closed = new Promise((done) => server.close(done))
      server.closeAllConnections()
      await closed
    },
  }
}
