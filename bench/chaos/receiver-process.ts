/**
 * The receivers of a chaos run, in a process of their own: answers by the seed, and a ledger of every request.
 * Started by `ledger.ts` with seed and ledger file as arguments; tells its port by a message.
 */
import { createHash } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { createServer, type ServerResponse } from 'node:http'
import { draw } from './random.ts'

/** One line of the ledger. `status` 0: the connection was cut. */
export type Receipt = { readonly path: string; readonly id: string; readonly body: string; readonly status: number; readonly atMs: number; readonly signature: boolean }

const [seedText = '1', file = ''] = process.argv.slice(2)
const seed = Number(seedText)
const ledger = createWriteStream(file)
const seen = new Map<string, number>()

/** Mostly 200. One in 200 pairs of event and endpoint never succeeds, and one in 200 is refused for good. */
const decide = (pair: string, time: number): { readonly status: number; readonly delayMs: number } => {
  const fate = draw(seed, pair)
  if (fate < 0.005) return { status: 500, delayMs: 0 }
  if (fate < 0.01) return { status: 400, delayMs: 0 }
  const isOrdered = pair.includes('ordered')
  const mood = draw(seed, `${pair} ${time}`) * (isOrdered ? 3 : 1) // what fails holds up what follows
  if (mood < 0.04) return { status: 500, delayMs: 0 }
  if (mood < 0.05) return { status: 503, delayMs: 20 }
  if (mood < 0.065) return { status: 0, delayMs: 0 }
  if (mood < 0.085) return { status: 200, delayMs: isOrdered ? 30 : 400 + Math.floor(draw(seed, `${pair} slow`) * 1_600) }
  return { status: 200, delayMs: 0 }
}

const answer = (response: ServerResponse, status: number): void => {
  if (status === 0) response.destroy()
  else response.writeHead(status).end()
}

const server = createServer((request, response) => {
  const chunks: Buffer[] = []
  request.on('data', (chunk: Buffer) => chunks.push(chunk))
  request.on('end', () => {
    const path = request.url ?? ''
    const id = String(request.headers['webhook-id'])
    const pair = `${path} ${id}`
    const time = (seen.get(pair) ?? 0) + 1
    seen.set(pair, time)
    const { status, delayMs } = decide(pair, time)
    const receipt: Receipt = {
      path,
      id,
      body: createHash('sha256').update(Buffer.concat(chunks)).digest('base64url').slice(0, 22),
      status,
      atMs: Date.now(),
      signature: request.headers['webhook-signature'] !== undefined,
    }
    ledger.write(`${JSON.stringify(receipt)}\n`)
    if (delayMs > 0) setTimeout(answer, delayMs, response, status)
    else answer(response, status)
  })
})
server.keepAliveTimeout = 60_000
server.listen(0, '127.0.0.1', () => process.send?.({ port: (server.address() as { port: number }).port }))
process.on('disconnect', () => process.exit())
process.on('message', () => {
  server.closeAllConnections()
  ledger.end(() => process.send?.('closed'))
})
