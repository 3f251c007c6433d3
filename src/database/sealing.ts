/**
 * Seals what lies in the tables as it is, or under an older key.
 *
 * A row is written only if nobody has written it since it was read (its `xmin` says so), and no statement has a secret among its
 * parameters: those may be logged by the server. What is passed by is found the next time.
 */
import type pg from 'pg'
import { headerPurpose, keyIdOf, type Keyring } from '../core/sealing.ts'
import { inTransaction } from './transaction.ts'

type SecretRow = { readonly id: string; readonly version: string; readonly tenantId: string; readonly endpointId: string; readonly purpose: string; readonly secret: string }
type HeadersRow = { readonly id: string; readonly version: string; readonly tenantId: string; readonly headers: Readonly<Record<string, string>> }

const SECRETS = `
select s.id, s.xmin::text as version, p.tenant_id as "tenantId", s.endpoint_id as "endpointId", s.purpose, s.secret
  from webhooks_private.endpoint_secrets as s
  join webhooks.endpoints as p on p.id = s.endpoint_id`
const HEADERS = `
select p.id, p.xmin::text as version, p.tenant_id as "tenantId", p.headers
  from webhooks.endpoints as p`

const SEAL_SECRETS = `
update webhooks_private.endpoint_secrets as s
   set secret = sealed.text
  from unnest($1::uuid[], $2::text[], $3::text[]) as sealed (id, version, text)
 where s.id = sealed.id and s.xmin::text = sealed.version`
const SEAL_HEADERS = `
update webhooks.endpoints as p
   set headers = sealed.headers::jsonb
  from unnest($1::uuid[], $2::text[], $3::text[]) as sealed (id, version, headers)
 where p.id = sealed.id and p.xmin::text = sealed.version`

/** Rows sealed, and those that were passed by: changed meanwhile, or sealed by a key that is missing. */
export type Sealed = { readonly sealed: number; readonly closed: readonly { readonly endpointId: string; readonly purpose: string; readonly keyId: string }[] }

type Change = { readonly id: string; readonly version: string; readonly text: string }

/** The text under the newest key; `undefined`: no key opens it. */
const reseal = (keyring: Keyring, text: string, place: Parameters<Keyring['seal']>[1]): string | undefined => {
  if (keyIdOf(text) === keyring.newest) return text
  const opened = keyring.open(text, place)
  return opened.kind === 'open' ? keyring.seal(opened.text, place) : undefined
}

const write = async (client: pg.ClientBase, statement: string, changes: readonly Change[]): Promise<number> => {
  if (changes.length === 0) return 0
  const { rowCount } = await client.query(statement, [changes.map(({ id }) => id), changes.map(({ version }) => version), changes.map(({ text }) => text)])
  return rowCount ?? 0
}

const sealSecrets = async (client: pg.ClientBase, keyring: Keyring, rows: readonly SecretRow[]): Promise<Sealed> => {
  const changes: Change[] = []
  const closed: Sealed['closed'][number][] = []
  for (const { id, version, tenantId, endpointId, purpose, secret } of rows) {
    const text = reseal(keyring, secret, { tenantId, endpointId, purpose })
    if (text === undefined) closed.push({ endpointId, purpose, keyId: keyIdOf(secret) ?? '' })
    else changes.push({ id, version, text })
  }
  return { sealed: await write(client, SEAL_SECRETS, changes), closed }
}

const sealHeaders = async (client: pg.ClientBase, keyring: Keyring, rows: readonly HeadersRow[]): Promise<Sealed> => {
  const changes: Change[] = []
  const closed: Sealed['closed'][number][] = []
  for (const { id, version, tenantId, headers } of rows) {
    let isChanged = false
    const sealed = Object.entries(headers).map(([name, value]) => {
      const purpose = headerPurpose(name)
      const text = reseal(keyring, value, { tenantId, endpointId: id, purpose })
      if (text === undefined) closed.push({ endpointId: id, purpose, keyId: keyIdOf(value) ?? '' })
      isChanged ||= text !== undefined && text !== value
      return [name, text ?? value]
    })
    if (isChanged) changes.push({ id, version, text: JSON.stringify(Object.fromEntries(sealed)) })
  }
  return { sealed: await write(client, SEAL_HEADERS, changes), closed }
}

const PLAIN = `select exists (select from webhooks_private.endpoint_secrets where secret not like 'sealed.%')
                   or exists (select from webhooks.endpoints where webhooks_private.has_plain_values(headers)) as "isPlain"`

/** Rows that are sealed in one transaction: a lock on an endpoint's row is held for milliseconds. */
const BATCH = 200

/** Seals a batch of what lies as it is. @returns rows sealed; 0 where there is nothing to do, which costs one small statement */
export const sealPlain = async (pool: pg.Pool, keyring: Keyring): Promise<number> => {
  const { rows } = await pool.query<{ isPlain: boolean }>({ name: 'is_anything_plain', text: PLAIN })
  if (rows[0]?.isPlain !== true) return 0
  return inTransaction(pool, async (client) => {
    await client.query(`select set_config('rowhook.user', 'rowhook worker', true)`)
    const secrets = await client.query<SecretRow>(`${SECRETS} where s.secret not like 'sealed.%' limit $1`, [BATCH])
    const headers = await client.query<HeadersRow>(`${HEADERS} where webhooks_private.has_plain_values(p.headers) limit $1`, [BATCH])
    return (await sealSecrets(client, keyring, secrets.rows)).sealed + (await sealHeaders(client, keyring, headers.rows)).sealed
  })
}
