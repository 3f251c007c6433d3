/** Who asks, and the database role that answers. */

/** What a token or a key may say. */
export type ApiRole = 'viewer' | 'manager' | 'owner' | 'operator'

export type Identity = {
  /** who, for the audit log: the token's `sub`, or `key:<id>` */
  readonly subject: string
  readonly role: ApiRole
  /** `undefined` for the operator alone: all tenants */
  readonly tenantId: string | undefined
  /** end of the token or key, epoch milliseconds; `undefined`: no end */
  readonly expiresAtMs: number | undefined
  /** set for API keys */
  readonly keyId: string | undefined
}

/** The only way from a claim to a database role: nothing that a token says is ever used as one. */
const databaseRoles: Readonly<Record<ApiRole, string>> = {
  viewer: 'rowhook_viewer',
  manager: 'rowhook_manager',
  owner: 'rowhook_tenant_owner',
  operator: 'rowhook_operator',
}

export const isApiRole = (role: unknown): role is ApiRole => typeof role === 'string' && Object.hasOwn(databaseRoles, role)

/** A request that needs longer than this asks for too much. */
const STATEMENT_TIMEOUT_MS = 10_000

/**
 * Ten times the default: rows that are read and thrown away are what makes a list slow. By the default the newest rows of all
 * tenants looked cheaper than the index of one, for a tenant with a twentieth of the log; one that had been silent lately
 * would have waited for the whole of it.
 */
const TUPLE_COST = 0.1

/** Over what a request came, from which address, and for whom a proxy says that it asks: for the audit log, which believes nothing. */
export const originOf = ({ node, ws }: Partial<Grafast.RequestContext>): string => {
  const request = node?.req ?? ws?.request
  const forwarded = request?.headers['x-forwarded-for']?.toString().replaceAll(/[^\w.:, [\]-]/g, '').slice(0, 100)
  return [ws ? 'websocket' : 'http', request?.socket.remoteAddress, forwarded && `for ${forwarded}`].filter(Boolean).join(' ')
}

/** What is set for each transaction of a request; row security reads it (migrations/core/240_access.sql). */
export const pgSettingsOf = ({ subject, role, tenantId }: Identity, origin: string, statementTimeoutMs = STATEMENT_TIMEOUT_MS): Record<string, string> => ({
  role: databaseRoles[role],
  'rowhook.tenant_id': tenantId ?? '',
  'rowhook.user': subject,
  'rowhook.origin': origin,
  statement_timeout: String(statementTimeoutMs),
  cpu_tuple_cost: String(TUPLE_COST),
})
