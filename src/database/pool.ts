/** Pools of connections, each with the role that its work needs. */
import { Socket } from 'node:net'
import pg from 'pg'
import { RowhookError } from '../core/errors.ts'
import { askInTime } from './asking.ts'
import { connectionError } from './connection-error.ts'
import { checkSession, sessionMark } from './own-session.ts'

/** `rowhook_owner` for workers and administrators' commands; the server logs in as `rowhook_api` and takes a role for each request. */
export type Role = 'rowhook_owner' | 'rowhook_api'

export type PoolOptions = {
  readonly databaseUrl: string
  /** what the DBA sees in pg_stat_activity, e.g. `rowhook worker` */
  readonly name: string
  /** set on every connection from its first moment; none: the login itself */
  readonly role?: Role
  /** 10 by default */
  readonly max?: number
  /**
   * Milliseconds after which the server ends a statement; a connection that has said nothing after a fifth more is given up.
   * No limit by default; `unhurried` lets single statements take longer.
   */
  readonly statementTimeoutMs?: number | undefined
  /** told when an idle connection breaks; the pool replaces it by itself */
  readonly onError?: (error: Error) => void
}

/** The URL with more options for a session to begin with. */
export const withOptions = (databaseUrl: string, ...options: readonly string[]): string => {
  const url = new URL(databaseUrl)
  url.searchParams.set('options', [url.searchParams.get('options'), ...options].filter(Boolean).join(' '))
  return url.href
}

/**
 * The URL with a role to take at login. A startup option rather than a `set role` after it: it also holds after
 * `reset role` and `discard all`, and costs no round trip.
 */
export const withRole = (databaseUrl: string, role: Role): string => withOptions(databaseUrl, `-c role=${role}`, sessionMark)

/** The server itself ends a statement: a connection that says nothing for so much longer leads nowhere any more. */
export const answerMs = (statementTimeoutMs: number): number => statementTimeoutMs * 1.2

const socketsOf = new WeakMap<pg.Pool, ReadonlySet<Socket>>()

/**
 * Cuts every connection of a pool at once; statements under way fail, and the pool makes new ones. For a server that has vanished
 * without a word: TCP itself would wait some 15 minutes for each connection that has sent something.
 */
export const cutConnections = (pool: pg.Pool): void => {
  for (const socket of socketsOf.get(pool) ?? []) socket.destroy()
}

/** SQLSTATE of a write that a read-only session refuses. */
const READ_ONLY = '25006'

/**
 * A session that began while the database took no writes (`alter database … set default_transaction_read_only`, which hosts do whose disk is
 * full) refuses them for good, also when the database takes them again: one that has refused is closed when it is given back.
 */
const closeReadOnlySessions = (pool: pg.Pool): void => {
  const refusing = new WeakSet<pg.Client>()
  pool.on('connect', (client) => {
    client.connection.on('errorMessage', ({ code }: pg.DatabaseError) => {
      if (code === READ_ONLY) refusing.add(client)
    })
  })
  pool.on('release', (_error, client) => {
    if (refusing.has(client)) void client.end()
  })
}

/** Makes a pool. Nothing connects yet: `checkPool` does, for a clear error at start. */
export const createPool = ({ databaseUrl, name, role, max = 10, statementTimeoutMs, onError = () => undefined }: PoolOptions): pg.Pool => {
  const sockets = new Set<Socket>()
  const openSocket = (): Socket => {
    const socket = new Socket()
    sockets.add(socket)
    return socket.once('close', () => sockets.delete(socket))
  }
  const pool = new pg.Pool({
    stream: openSocket,
    connectionString: role === undefined ? databaseUrl : withRole(databaseUrl, role),
    application_name: name,
    max,
    connectionTimeoutMillis: 10_000,
    keepAlive: true,
    ...(statementTimeoutMs === undefined ? undefined : { statement_timeout: statementTimeoutMs }),
  })
  socketsOf.set(pool, sockets)
  pool.on('error', onError)
  pool.on('connect', (client) => {
    client.on('error', onError) // one that breaks while it is checked out
    askInTime(client, statementTimeoutMs && answerMs(statementTimeoutMs))
  })
  closeReadOnlySessions(pool)
  return pool
}

/**
 * Connects once, and sees that a pool with a role has it.
 * @throws RowhookError WHDBC with what was tried and what to do, WHPOL behind a pooler
 */
export const checkPool = async (pool: pg.Pool): Promise<void> => {
  const { connectionString = '' } = pool.options
  const hasMark = new URL(connectionString).searchParams.get('options')?.includes(sessionMark) === true
  try {
    await (hasMark ? checkSession(pool) : pool.query('select'))
  } catch (error) {
    throw error instanceof RowhookError ? error : connectionError(connectionString, error)
  }
}
