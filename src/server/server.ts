/** The HTTP server: GraphQL, the routes that it is given (the admin page), GraphiQL where it is wanted, and signs of life. */
import '../config/graphile-env.ts'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import type pg from 'pg'
import { postgraphile } from 'postgraphile'
import { grafserv } from 'postgraphile/grafserv/node'
import type { AddressPolicy } from '../core/address.ts'
import { RowhookError } from '../core/errors.ts'
import type { Keyring } from '../core/sealing.ts'
import type { Identity } from '../graphql/identity.ts'
import type { Live } from '../graphql/live.ts'
import type { KnownOperations } from '../graphql/known-operations.ts'
import { apiPreset, MAX_REQUEST_BYTES } from '../graphql/preset.ts'
import type { Identify } from './identify.ts'
import { closeWhenOver } from './socket-end.ts'
import { createUpgrade } from './web-sockets.ts'
import { cors, secure, sendJson, sendRefusal, statusOf } from './respond.ts'

/** Answers a request if it is its own. @returns whether it was */
export type Route = (request: IncomingMessage, response: ServerResponse, path: string) => boolean | Promise<boolean>

export type ServerOptions = {
  /** 0 = a free one */
  readonly port: number
  readonly host: string
  /** without a slash at its end; empty = the root */
  readonly publicPath: string
  readonly corsOrigins: readonly string[]
  readonly graphiql: boolean
  readonly pool: pg.Pool
  readonly policy: AddressPolicy
  readonly keyring: Keyring
  readonly live: Live
  /** the only operations that it runs; `undefined`: any */
  readonly operations: KnownOperations | undefined
  readonly identify: Identify
  /** after which a statement of a request is ended; ten seconds if left out */
  readonly statementTimeoutMs?: number | undefined
  /** what keeps the server from serving; empty: nothing does */
  readonly troubles: () => Promise<readonly string[]>
  /** asked in order, before the server's own */
  readonly routes?: readonly Route[]
  /** told of each request when its answer has ended, or its client has gone */
  readonly onAnswered?: (path: string, status: number, durationMs: number) => void
  readonly log: { readonly info: (fields: object, message: string) => void; readonly error: (fields: object, message: string) => void }
}

export type Server = {
  /** `http://127.0.0.1:5080`, with the public path */
  readonly url: string
  readonly port: number
  /** WebSockets that are open */
  readonly sockets: () => number
  /** lets requests under way end, for so many milliseconds at most */
  readonly stop: (graceMs?: number) => Promise<void>
}

const GRACE_MS = 10_000
/** A client that sends its head slower than this is not one. */
const HEADERS_TIMEOUT_MS = 10_000
const REQUEST_TIMEOUT_MS = 30_000
/** WebSockets at once; each costs some 20 KB. */
const MAX_SOCKETS = 5_000

const pathOf = ({ url = '/' }: IncomingMessage): string => url.replace(/[?#].*$/s, '')

const cannotListen = (host: string, port: number, cause: NodeJS.ErrnoException) =>
  new RowhookError({
    code: 'WHLIS',
    message: `Port ${port} of ${host} cannot be listened on.`,
    detail: cause.code === 'EADDRINUSE' ? 'Another program listens there.' : `The system says: ${cause.message}.`,
    hint: cause.code === 'EADDRINUSE' ? 'Stop that program, or choose another port: PORT.' : 'Name an address of this machine, or 0.0.0.0 for all of them: HOST.',
    cause,
  })

/** How a client on this machine reaches it. */
const reachable = (host: string) => (host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host.includes(':') ? `[${host}]` : host)

/**
 * Builds the schema and starts to listen.
 * @throws RowhookError WHLIS
 */
export const startServer = async (options: ServerOptions): Promise<Server> => {
  const { publicPath, log, identify } = options
  const graphqlPath = `${publicPath}/graphql`
  /** Who each request stands for, checked before GraphQL sees it. */
  const identities = new WeakMap<IncomingMessage, Identity>()
  const sockets = new Set<Socket>()
  let isStopping = false

  const pgl = postgraphile(
    apiPreset({
      ...options,
      graphqlPath,
      identify: (context) => {
        const request = context.node?.req ?? context.ws?.request
        const identity = request && identities.get(request)
        if (identity) return identity
        throw new Error('A request reached GraphQL without an identity.')
      },
      onInternal: (error, id) => log.error({ err: error, id }, 'a request failed'),
    }),
  )
  const api = pgl.createServ(grafserv)
  await Promise.all([api.ready(), pgl.getSchema()]) // who is let in before there is a schema would wait, or be told nothing of use
  const handle = api.createHandler()
  const upgrade = createUpgrade(api, {
    maxMessageBytes: MAX_REQUEST_BYTES,
    admit: async (request, socket, authorization) => {
      const identity = await identify(authorization)
      identities.set(request, identity)
      closeWhenOver(socket, identity, () => identify(authorization))
    },
    onTrouble: (error) => log.error({ err: error }, 'a WebSocket was closed'),
  })

  const isGraphiql = (path: string) => options.graphiql && (path === `${publicPath}/graphiql` || path.startsWith(`${publicPath}/ruru-static/`))

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    secure(response)
    const path = pathOf(request)
    if (isStopping) response.setHeader('connection', 'close')
    for (const route of options.routes ?? []) if (await route(request, response, path)) return
    if (path === `${publicPath}/healthz`) return sendJson(response, 200, { status: 'ok' })
    if (path === `${publicPath}/readyz`) {
      const troubles = isStopping ? ['The server is stopping.'] : await options.troubles()
      return sendJson(response, troubles.length === 0 ? 200 : 503, { status: troubles.length === 0 ? 'ok' : 'not ready', troubles })
    }
    if (isGraphiql(path)) return handle(request, response)
    if (path !== graphqlPath) return sendJson(response, 404, { errors: [{ message: 'There is nothing here.', extensions: { code: 'WHNOT', hint: `GraphQL is at ${graphqlPath}.` } }] })
    if (cors(request, response, options.corsOrigins)) return
    try {
      identities.set(request, await identify(request.headers.authorization))
    } catch (error) {
      if (error instanceof RowhookError) return sendRefusal(request, response, statusOf(error), error)
      throw error
    }
    // Who says nothing of it is given what every client reads.
    if (request.headers.accept === undefined || request.headers.accept === '*/*') request.headers.accept = 'application/json'
    handle(request, response)
  }

  const server = createServer({ headersTimeout: HEADERS_TIMEOUT_MS, requestTimeout: REQUEST_TIMEOUT_MS }, (request, response) => {
    const startedMs = performance.now()
    if (options.onAnswered) response.once('close', () => options.onAnswered?.(pathOf(request), response.statusCode, performance.now() - startedMs))
    answer(request, response).catch((error: unknown) => {
      log.error({ err: error }, 'a request failed')
      if (response.headersSent) response.destroy()
      else sendJson(response, 500, { errors: [{ message: 'Something went wrong in the server.', extensions: { code: 'WHINT' } }] })
    })
  })
  server.on('upgrade', (request, socket: Socket, head) => {
    const isOurs = pathOf(request) === graphqlPath && !isStopping
    if (!isOurs || sockets.size >= MAX_SOCKETS) {
      socket.destroy()
      return
    }
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
    upgrade(request, socket, head)
  })

  await new Promise<void>((done, failed) => server.once('error', failed).listen(options.port, options.host, done)).catch((error: unknown) => {
    throw cannotListen(options.host, options.port, error as NodeJS.ErrnoException)
  })
  const { port } = server.address() as AddressInfo

  const stop = async (graceMs = GRACE_MS): Promise<void> => {
    isStopping = true
    const closed = new Promise((done) => server.close(done))
    server.closeIdleConnections()
    options.live.stop()
    for (const socket of sockets) socket.destroy()
    const timer = setTimeout(() => server.closeAllConnections(), graceMs)
    await closed
    clearTimeout(timer)
    await pgl.release()
  }
  let stopping: Promise<void> | undefined
  return { url: `http://${reachable(options.host)}:${port}${publicPath}`, port, sockets: () => sockets.size, stop: (graceMs) => (stopping ??= stop(graceMs)) }
}
