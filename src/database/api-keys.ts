/** API keys, as the server's login looks them up. */
import { createHash } from 'node:crypto'
import type pg from 'pg'

export type FoundKey = { readonly id: string; readonly tenantId: string; readonly role: string; readonly expiresAt: Date | null }

const FIND = `select id, tenant_id as "tenantId", role, expires_at as "expiresAt" from webhooks_private.identify_key($1)`

/**
 * A key that is valid at this moment, or nothing. Asked for each request, so that a revoked one is refused at once; by its hash,
 * since a database may log the parameters of statements.
 */
export const findApiKey = async (pool: pg.Pool, key: string): Promise<FoundKey | undefined> => {
  const { rows } = await pool.query<FoundKey>({ name: 'find_api_key', text: FIND, values: [createHash('sha256').update(key).digest()] })
  return rows[0]
}
