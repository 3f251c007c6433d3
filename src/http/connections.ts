/**
 * The connections to receivers. Each carries one request at a time, and the one that was free last is taken first, so that
 * those that a burst has opened come to their end. undici's Agent goes along all of them, and opens twice as many, since one counts
 * as busy for a turn after its answer: 8 µs of CPU a request, with a hundred under way.
 */
import type { Socket } from 'node:net'
import { Client } from 'undici'
import type { GuardedConnector } from './connector.ts'

export type Connection = {
  readonly client: Client
  readonly origin: string
  /** the socket that it connects by or is connected by; undefined = none was made yet */
  socket: Socket | undefined
  isFree: boolean
}

export type Connections = {
  /** A free one, or a new one, which connects when a request is dispatched. */
  readonly take: (origin: string) => Connection
  /** The answer has been read to its end. The next request may be dispatched at once, before undici is told that this one is over. */
  readonly giveBack: (connection: Connection) => void
  /** Closes one whose request did not end well. */
  readonly drop: (connection: Connection) => void
  /** Closes all of them. */
  readonly close: () => Promise<void>
}

const OPTIONS = {
  // The deadline of a request is its sender's.
  headersTimeout: 0,
  bodyTimeout: 0,
  maxHeaderSize: 16 * 1024,
  keepAliveTimeout: 4_000,
  keepAliveMaxTimeout: 60_000,
  // So that a busy endpoint follows its DNS: as a connection idle for 4 s is closed, one lives for half an hour at most.
  maxRequestsPerClient: 500,
} as const

export const createConnections = (connect: GuardedConnector): Connections => {
  const all = new Set<Connection>()
  const freeOf = new Map<string, Connection[]>()

  const drop = (connection: Connection): void => {
    if (!all.delete(connection)) return
    // Not in the turn of undici's own event, in which it counts on its client.
    queueMicrotask(() => void connection.client.destroy())
  }

  /** One that lost its socket while it was free is of no more use. */
  const onDisconnect = (connection: Connection): void => {
    if (!connection.isFree) return
    const free = freeOf.get(connection.origin)
    if (free === undefined) return // all are being closed
    free.splice(free.indexOf(connection), 1)
    if (free.length === 0) freeOf.delete(connection.origin)
    drop(connection)
  }

  const open = (origin: string): Connection => {
    const client = new Client(origin, { ...OPTIONS, connect: (options, callback) => connect(options, callback, (socket) => (connection.socket = socket)) })
    const connection: Connection = { client, origin, socket: undefined, isFree: false }
    client.on('disconnect', () => onDisconnect(connection))
    all.add(connection)
    return connection
  }

  return {
    take: (origin) => {
      const connection = freeOf.get(origin)?.pop() ?? open(origin)
      connection.isFree = false
      return connection
    },
    giveBack: (connection) => {
      connection.isFree = true
      const free = freeOf.get(connection.origin)
      if (free === undefined) freeOf.set(connection.origin, [connection])
      else free.push(connection)
    },
    drop,
    close: async () => {
      freeOf.clear()
      await Promise.all([...all].map(({ client }) => client.destroy()))
      all.clear()
    },
  }
}
