/** WebSockets of graphql-ws: whoever opens one says at once who asks, and no message is larger than a request may be. */
import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { CloseCode, handleProtocols, makeServer } from 'graphql-ws'
import { makeGraphQLWSConfig, normalizeConnectionParams, type GrafservBase } from 'postgraphile/grafserv'
import { WebSocketServer, type WebSocket } from 'ws'
import { RowhookError } from '../core/errors.ts'
import { statusOf } from './respond.ts'

export type SocketDeps = {
  readonly maxMessageBytes: number
  /** remembers who asks. @throws RowhookError where nobody is let in */
  readonly admit: (request: IncomingMessage, socket: WebSocket, authorization: string | undefined) => Promise<void>
  readonly onTrouble: (error: unknown) => void
}

/** Who has not said who asks by then is sent away (4408). */
const SAY_WHO_MS = 3_000
/** Whoever does not answer a ping before the next one is gone. */
const BEAT_MS = 12_000
/** Of RFC 6455: the server cannot help at the moment; clients come back. */
const TRY_AGAIN_LATER = 1013
/** A reason has 123 bytes at the most. */
const reasonOf = ({ code, message }: RowhookError) => `${code} ${message}`.slice(0, 120)

/** Ends a socket whose other side has gone without a word. */
const keepAlive = (socket: WebSocket): void => {
  let hasAnswered = true
  const timer = setInterval(() => {
    if (!hasAnswered) socket.terminate()
    hasAnswered = false
    socket.ping()
  }, BEAT_MS)
  socket.on('pong', () => (hasAnswered = true))
  socket.once('close', () => clearInterval(timer))
}

/** Takes a connection over from `node:http`. */
export const createUpgrade = (serv: GrafservBase, { maxMessageBytes, admit, onTrouble }: SocketDeps): ((request: IncomingMessage, socket: Duplex, head: Buffer) => void) => {
  const sockets = new WebSocketServer({ noServer: true, maxPayload: maxMessageBytes, handleProtocols })
  const server = makeServer({
    ...makeGraphQLWSConfig(serv),
    connectionInitWaitTimeout: SAY_WHO_MS,
    onConnect: async ({ connectionParams, extra }) => {
      const { socket, request } = extra as { readonly socket: WebSocket; readonly request: IncomingMessage }
      const given = normalizeConnectionParams(connectionParams)?.['authorization'] ?? request.headers.authorization
      try {
        await admit(request, socket, typeof given === 'string' ? given : undefined)
        return true
      } catch (error) {
        const isRefused = error instanceof RowhookError && statusOf(error) === 401
        if (!(error instanceof RowhookError)) onTrouble(error)
        socket.close(isRefused ? CloseCode.Forbidden : TRY_AGAIN_LATER, error instanceof RowhookError ? reasonOf(error) : 'Something went wrong in the server.')
        return false
      }
    },
  })

  const serve = (socket: WebSocket, request: IncomingMessage): void => {
    keepAlive(socket)
    socket.on('error', () => socket.terminate()) // what it sent was no WebSocket frame, or one that is too large
    let hear: ((text: string) => Promise<void>) | undefined
    const closed = server.opened(
      {
        protocol: socket.protocol,
        // Resolved when it is written, so that whoever reads slowly is sent less.
        send: (text) => new Promise((done, failed) => socket.send(text, (error?: Error | null) => (error ? failed(error) : done()))),
        close: (code = CloseCode.InternalServerError, reason = '') => socket.close(code, reason),
        onMessage: (listener) => (hear = listener),
      },
      { socket, request },
    )
    socket.on('message', (data: Buffer) => {
      hear?.(String(data)).catch((error: unknown) => {
        if (socket.readyState !== socket.OPEN) return
        onTrouble(error)
        socket.close(CloseCode.InternalServerError, 'Something went wrong in the server.')
      })
    })
    socket.once('close', (code: number, reason: Buffer) => void closed(code, String(reason)))
  }
  return (request, socket, head) => sockets.handleUpgrade(request, socket, head, (accepted) => serve(accepted, request))
}
