/** A small HTTP server for Prometheus, beside a worker or the API. */
import { createServer } from 'node:http'
import { RowhookError } from '../core/errors.ts'
import { CONTENT_TYPE, scrape, type Metrics } from './scrape.ts'

export type MetricsListener = { readonly port: number; readonly close: () => Promise<void> }

/**
 * Serves `GET /metrics`, and `GET /healthz` for whoever asks whether the process lives.
 * @param parts of the process, asked at each scrape
 * @param port 0 takes a free one
 * @throws RowhookError WHLIS where the port cannot be had
 */
export const listenForScrapes = async (parts: readonly Metrics[], port: number): Promise<MetricsListener> => {
  const server = createServer((request, response) => {
    const path = request.url?.split('?')[0]
    if (request.method !== 'GET' && request.method !== 'HEAD') response.writeHead(405).end()
    else if (path === '/healthz') response.writeHead(200, { 'content-type': 'text/plain' }).end('ok\n')
    else if (path !== '/metrics') response.writeHead(404).end()
    else {
      scrape(parts).then(
        (text) => response.writeHead(200, { 'content-type': CONTENT_TYPE }).end(text),
        () => response.writeHead(500).end(),
      )
    }
  })
  await new Promise<void>((done, failed) => server.once('error', failed).listen(port, done)).catch((cause: unknown) => {
    throw new RowhookError({
      code: 'WHLIS',
      message: `Port ${port} cannot be listened on.`,
      detail: `The system says: ${(cause as Error).message}.`,
      hint: 'Stop the program that listens there, or change METRICS_PORT.',
      cause,
    })
  })
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('a TCP server has an address and a port')
  return {
    port: address.port,
    close: async () => {
      const closed = new Promise((done) => server.close(done))
      server.closeAllConnections()
      await closed
    },
  }
}
