/** A receiver of webhooks on loopback: takes requests, verifies them, answers, and hands over what came. */
import { createServer, type IncomingHttpHeaders, type IncomingMessage } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { RowhookError } from '../core/errors.ts'
import { verify } from '../http/verify.ts'

/** A request and what is known of it. */
export type Arrival = {
  readonly method: string
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
  /** `webhook-id` and `x-event`, as sent */
  readonly eventId: string | undefined
  readonly eventType: string | undefined
  /** `undefined`: there was no secret to check with; else why it does not verify, or nothing */
  readonly verdict: { readonly refusal?: RowhookError } | undefined
  /** `performance.now()` when the body was complete */
  readonly receivedAtMs: number
  readonly answered: number
}

export type ReceiverOptions = {
  /** TCP port on 127.0.0.1; 0 = a free one */
  readonly port: number
  /** secrets that are valid now; none: requests are not checked */
  readonly secrets: () => readonly string[]
  /** status of every answer; left out: 200, or 401 for what does not verify */
  readonly status?: number
  /** wait before each answer */
  readonly delayMs?: number
  /** called when the answer is about to be sent */
  readonly onArrival: (arrival: Arrival) => void
}

export type Receiver = {
  readonly url: string
  readonly port: number
  /** stops listening and cuts what is open */
  readonly close: () => Promise<void>
}

/** Rowhook sends 256 KiB of data and an envelope; whoever sends more than this is somebody else. */
const MAX_BODY_BYTES = 2 * 1024 * 1024

const readBody = async (request: IncomingMessage): Promise<Buffer> => {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes > MAX_BODY_BYTES) throw new Error('body too large')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

const judge = (headers: IncomingHttpHeaders, body: Buffer, secrets: readonly string[]): Arrival['verdict'] => {
  if (secrets.length === 0) return undefined
  try {
    verify({ headers, body, secrets })
    return {}
  } catch (error) {
    if (error instanceof RowhookError) return { refusal: error }
    throw error
  }
}

const cannotListen = (port: number, cause: NodeJS.ErrnoException) =>
  new RowhookError({
    code: 'WHLIS',
    message: `Port ${port} of 127.0.0.1 cannot be listened on.`,
    detail: cause.code === 'EADDRINUSE' ? 'Another program listens there.' : `The system says: ${cause.message}.`,
    hint: 'Stop that program, or choose another port with --port.',
    cause,
  })

/**
 * Starts listening.
 * @throws RowhookError WHLIS where the port cannot be had
 */
export const openReceiver = async ({ port, secrets, status, delayMs = 0, onArrival }: ReceiverOptions): Promise<Receiver> => {
  const server = createServer((request, response) => {
    const take = async () => {
      const body = await readBody(request)
      const receivedAtMs = performance.now()
      const { method = '', url = '', headers } = request
      const verdict = judge(headers, body, secrets())
      const answered = status ?? (verdict?.refusal ? 401 : 200)
      if (delayMs > 0) await sleep(delayMs)
      if (response.destroyed) return // the sender has given up waiting
      const one = (name: string) => (typeof headers[name] === 'string' ? headers[name] : undefined)
      onArrival({ method, path: url, headers, body, eventId: one('webhook-id'), eventType: one('x-event'), verdict, receivedAtMs, answered })
      response.writeHead(answered).end(verdict?.refusal ? `${verdict.refusal.message}\n` : undefined)
    }
    take().catch(() => response.destroy())
  })
  await new Promise<void>((done, failed) => server.once('error', failed).listen(port, '127.0.0.1', done)).catch((error: unknown) => {
    throw cannotListen(port, error as NodeJS.ErrnoException)
  })
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('a TCP server has an address and a port')
  return {
    url: `http://127.0.0.1:${address.port}/`,
    port: address.port,
    close: async () => {
      const closed = new Promise((done) => server.close(done))
      server.closeAllConnections()
      await closed
    },
  }
}
