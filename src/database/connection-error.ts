/** Turns a refused connection into an error that says what was tried and what to do. */
import pg from 'pg'
import { RowhookError } from '../core/errors.ts'
import { behindPooler } from './own-session.ts'

/** The target of a connection without its password: `postgres://app@db.example:5432/shop`. */
export const describeTarget = (databaseUrl: string): string => {
  try {
    const url = new URL(databaseUrl)
    const host = url.searchParams.get('host') ?? url.hostname
    return `postgres://${url.username ? `${url.username}@` : ''}${host || 'localhost'}:${url.port || '5432'}${url.pathname || '/'}`
  } catch {
    return 'an address that is not a URL'
  }
}

const checkAddress = 'Check that the server runs and that DATABASE_URL names its host and port; unset it to use the embedded PostgreSQL.'
const checkLogin = 'Check user and password in DATABASE_URL, and pg_hba.conf of the server.'
const migrateFirst = 'Run rowhook migrate up first, as the owner of the database.'

/** What to do, by SQLSTATE of the server or error code of the network. */
const advice: Readonly<Record<string, string>> = {
  '3D000': 'Create it with createdb, or correct the name in DATABASE_URL.',
  '28P01': checkLogin,
  '28000': checkLogin,
  '53300': 'Close other connections, or raise max_connections of the server.',
  '57P03': 'Wait until the server has started, then try again.',
  '22023': migrateFirst, // role "rowhook_owner" does not exist
  ENOTFOUND: 'Check the host name in DATABASE_URL.',
  EAI_AGAIN: 'Check the host name in DATABASE_URL, and that this machine resolves names.',
}

const codeOf = (error: unknown): string | undefined => {
  const { code, errors } = error as { code?: string; errors?: { code?: string }[] } // AggregateError: one for each address tried
  return code ?? errors?.[0]?.code
}

const reasonOf = (error: unknown): string => {
  const { message, errors } = error as { message?: string; errors?: { message?: string }[] }
  return message || errors?.map((each) => each.message).join('; ') || String(error)
}

/** PgBouncer's words: it knows few of the settings that a session may begin with. */
const isPoolers = (error: unknown) => /unsupported startup parameter/.test(reasonOf(error))

/** The server answered and logged the user in, but not with the role that was asked for. */
const isRefusedRole = (error: unknown) => codeOf(error) === '42501'

const mayNot = (databaseUrl: string, cause: unknown) =>
  new RowhookError({
    code: 'WHRGT',
    message: 'The database user may not do this.',
    detail: `Tried ${describeTarget(databaseUrl)}: ${reasonOf(cause)}.`,
    hint: 'Grant rowhook_owner to this user, or log in as the user who migrated.',
    cause,
  })

/** WHDBC for a connection that could not be made to `databaseUrl`; WHPOL where a pooler answered instead, WHRGT where the role may not be taken. */
export const connectionError = (databaseUrl: string, cause: unknown): RowhookError =>
  isRefusedRole(cause) ? mayNot(databaseUrl, cause)
  : isPoolers(cause) ? behindPooler(`Tried ${describeTarget(databaseUrl)}: ${reasonOf(cause)}.`, cause)
  : new RowhookError({
    code: 'WHDBC',
    message: 'The database cannot be reached.',
    detail: `Tried ${describeTarget(databaseUrl)}: ${reasonOf(cause)}.`,
    hint: advice[codeOf(cause) ?? ''] ?? checkAddress,
    cause,
  })

/**
 * Connects a client of its own, outside any pool.
 * @throws RowhookError WHDBC, WHPOL, WHRGT
 */
export const connectClient = async (config: pg.ClientConfig & { readonly connectionString: string }): Promise<pg.Client> => {
  const client = new pg.Client({ connectionTimeoutMillis: 10_000, ...config })
  client.on('error', () => undefined) // a connection that breaks fails the query under way, or the next one
  try {
    await client.connect()
    return client
  } catch (error) {
    throw connectionError(config.connectionString, error)
  }
}
