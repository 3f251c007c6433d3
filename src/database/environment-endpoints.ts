/** Endpoints that the environment names (WEBHOOK_URLS), for installations with a single tenant. */
import type pg from 'pg'
import type { Keyring } from '../core/sealing.ts'
import { isStandardSecret } from '../core/signature.ts'
import { askerOf, setSecret } from './secrets.ts'
import { asRowhookError } from './sql-error.ts'
import { inTransaction } from './transaction.ts'

/** By this they are told from endpoints that somebody has made. */
const MADE_BY = 'WEBHOOK_URLS'
const REMOVED = 'no longer in WEBHOOK_URLS'

type Row = { readonly id: string; readonly url: string; readonly is_active: boolean; readonly disabled_reason: string | null }

const create = async (client: pg.PoolClient, url: string): Promise<Row> => {
  const { rows } = await client.query<Row>(
    `insert into webhooks.endpoints (name, description, url, events, created_by)
     values ('from the environment', 'Named by WEBHOOK_URLS.', $1, '{*}', $2)
     returning id, url, is_active, disabled_reason`,
    [url, MADE_BY],
  )
  return rows[0]!
}

/** A secret that is not `whsec_…` needs the legacy profile; while it changes hands the profile that takes both is set. */
const agreeOnSecret = async (client: pg.PoolClient, keyring: Keyring, id: string, secret: string) => {
  const { rows } = await client.query<{ tenant_id: string; secret: string }>('select tenant_id, secret from webhooks.stored_secret($1)', [id])
  const stored = rows[0] && keyring.open(rows[0].secret, { tenantId: rows[0].tenant_id, endpointId: id, purpose: 'signing' })
  if (stored?.kind === 'open' && stored.text === secret) return
  await client.query(`update webhooks.endpoints set signature_profile = 'legacy' where id = $1`, [id])
  await setSecret(askerOf(client), keyring, id, secret)
  if (isStandardSecret(secret)) await client.query(`update webhooks.endpoints set signature_profile = 'standard' where id = $1`, [id])
}

/**
 * Makes the endpoints of tenant `default` that the environment names agree with it: new ones are made, their secret is set, those no
 * longer named are disabled. One that was disabled for another reason stays so. An empty list changes nothing.
 * @throws RowhookError WHURL, WHADR, WHPRT, WHLIM for a URL that an endpoint may not have
 */
export const applyEnvironmentEndpoints = async (pool: pg.Pool, keyring: Keyring, urls: readonly string[], secret: string): Promise<void> => {
  if (urls.length === 0) return
  const apply = async (client: pg.PoolClient) => {
    await client.query(`select pg_advisory_xact_lock(hashtextextended('rowhook WEBHOOK_URLS', 0))`) // workers start together
    const { rows } = await client.query<Row>(
      `select id, url, is_active, disabled_reason from webhooks.endpoints where tenant_id = 'default' and created_by = $1 and deleted_at is null`,
      [MADE_BY],
    )
    for (const url of new Set(urls)) {
      const endpoint = rows.find((row) => row.url === url) ?? (await create(client, url))
      if (endpoint.disabled_reason === REMOVED) await client.query('select webhooks.enable_endpoint($1)', [endpoint.id])
      await agreeOnSecret(client, keyring, endpoint.id, secret)
    }
    for (const { id, url, is_active: isActive } of rows) {
      if (isActive && !urls.includes(url)) await client.query('select webhooks.disable_endpoint($1, $2)', [id, REMOVED])
    }
  }
  try {
    await inTransaction(pool, apply)
  } catch (error) {
    throw asRowhookError(error)
  }
}
