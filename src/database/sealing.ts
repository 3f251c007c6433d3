/**
 * Seals what lies in the tables as it is, or under an older key.
 *
 * Rows are locked as they are read, for the milliseconds that sealing takes, so that nobody's change is overwritten. No statement has
 * an open secret among its parameters: the server may log those.
 */
import type pg from 'pg'
import { headerPurpose, keyIdOf, type Keyring } from '../core/sealing.ts'
import { inTransaction } from './transaction.ts'

type SecretRow = { readonly id: string; readonly tenantId: string; readonly endpointId: string; readonly purpose: string; readonly secret: string }
type HeadersRow = { readonly id: string; readonly tenantId: string; readonly headers: Readonly<Record<string, string>> }

const SECRETS = `
select s.id, p.tenant_id as "tenantId", s.endpoint_id as "endpointId", s.purpose, s.secret
  from webhooks_private.endpoint_secrets as s
  join webhooks.endpoints as p on p.id = s.endpoint_id`
const HEADERS = `
select p.id, p.tenant_id as "tenantId", p.headers
  from webhooks.endpoints as p`

const SEAL_SECRETS = `
update webhooks_private.endpoint_secrets as s
   set secret = sealed.text
  from unnest($1::uuid[], $2::text[]) as sealed (id, text)
 where s.id = sealed.id`
const SEAL_HEADERS = `
update webhooks.endpoints as p
   set headers = sealed.headers::jsonb
  from unnest($1::uuid[], $2::text[]) as sealed (id, headers)
 where p.id = sealed.id`

/** Rows sealed, and what no key opens. */
export type Sealed = { readonly sealed: number; readonly closed: readonly { readonly endpointId: string; readonly purpose: string; readonly keyId: string }[] }

type Change = { readonly id: string; readonly text: string }

/** The text under the newest key; `undefined`: no key opens it. */
const reseal = (keyring: Keyring, text: string, place: Parameters<Keyring['seal']>[1]): string | undefined => {
  if (keyIdOf(text) === keyring.newest) return text
  const opened = keyring.open(text, place)
  return opened.kind === 'open' ? keyring.seal(opened.text, place) : undefined
}

const write = async (client: pg.ClientBase, statement: string, changes: readonly Change[]): Promise<number> => {
  if (changes.length === 0) return 0
  const { rowCount } = await client.query(statement, [changes.map(({ id }) => id), changes.map(({ text }) => text)])
  return rowCount ?? 0
}

const sealSecrets = async (client: pg.ClientBase, keyring: Keyring, rows: readonly SecretRow[]): Promise<Sealed> => {
  const changes: Change[] = []
  const closed: Sealed['closed'][number][] = []
  for (const { id, tenantId, endpointId, purpose, secret } of rows) {
    const text = reseal(keyring, secret, { tenantId, endpointId, purpose })
    if (text === undefined) closed.push({ endpointId, purpose, keyId: keyIdOf(secret) ?? '' })
    else changes.push({ id, text })
  }
  return { sealed: await write(client, SEAL_SECRETS, changes), closed }
}

const sealHeaders = async (client: pg.ClientBase, keyring: Keyring, rows: readonly HeadersRow[]): Promise<Sealed> => {
  const changes: Change[] = []
  const closed: Sealed['closed'][number][] = []
  for (const { id, tenantId, headers } of rows) {
    let isChanged = false
    const sealed = Object.entries(headers).map(([name, value]) => {
      const purpose = headerPurpose(name)
      const text = reseal(keyring, value, { tenantId, endpointId: id, purpose })
      if (text === undefined) closed.push({ endpointId: id, purpose, keyId: keyIdOf(value) ?? '' })
      isChanged ||= text !== undefined && text !== value
      return [name, text ?? value]
    })
    if (isChanged) changes.push({ id, text: JSON.stringify(Object.fromEntries(sealed)) })
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
    const secrets = await client.query<SecretRow>(`${SECRETS} where s.secret not like 'sealed.%' limit $1 for update of s skip locked`, [BATCH])
    const headers = await client.query<HeadersRow>(`${HEADERS} where webhooks_private.has_plain_values(p.headers) limit $1 for no key update skip locked`, [BATCH])
    return (await sealSecrets(client, keyring, secrets.rows)).sealed + (await sealHeaders(client, keyring, headers.rows)).sealed
  })
}

const OTHER_SECRETS = `${SECRETS} where s.id > $1 and webhooks_private.key_of(s.secret) is distinct from $2 order by s.id limit ${BATCH} for update of s`
const OTHER_HEADERS = `${HEADERS}
 where p.id > $1
   and exists (select from jsonb_each_text(p.headers) as h where webhooks_private.key_of(h.value) is distinct from $2)
 order by p.id limit ${BATCH} for no key update`
const FIRST_ID = '00000000-0000-0000-0000-000000000000'

/** A batch of a kind of rows: what became of it, and the last id of it, after which the next begins. */
type Batch = (client: pg.ClientBase, after: string) => Promise<Sealed & { readonly last: string | undefined }>

const secretsAfter = (keyring: Keyring): Batch => async (client, after) => {
  const { rows } = await client.query<SecretRow>(OTHER_SECRETS, [after, keyring.newest])
  return { ...(await sealSecrets(client, keyring, rows)), last: rows.at(-1)?.id }
}
const headersAfter = (keyring: Keyring): Batch => async (client, after) => {
  const { rows } = await client.query<HeadersRow>(OTHER_HEADERS, [after, keyring.newest])
  return { ...(await sealHeaders(client, keyring, rows)), last: rows.at(-1)?.id }
}

/** Goes once through the rows of a kind that are not under the newest key, a transaction for each batch. */
const pass = async (pool: pg.Pool, batch: Batch, onSealed: (rows: number) => void): Promise<Sealed> => {
  const closed: Sealed['closed'][number][] = []
  let sealed = 0
  let after: string | undefined = FIRST_ID
  while (after !== undefined) {
    const from: string = after
    const done = await inTransaction(pool, (client) => batch(client, from))
    sealed += done.sealed
    closed.push(...done.closed)
    onSealed(done.sealed)
    after = done.last
  }
  return { sealed, closed }
}

/**
 * Moves everything under the newest key: what lies as it is, and what older keys have sealed. Safe while others write, and to be
 * stopped and started again. Passes follow until one finds nothing that it can do, so that what others wrote meanwhile is there too.
 * @param onSealed rows sealed since it was called last
 * @returns all rows sealed, and what stays since no key opens it
 */
export const rekey = async (pool: pg.Pool, keyring: Keyring, onSealed: (rows: number) => void): Promise<Sealed> => {
  let sealed = 0
  for (;;) {
    const secrets = await pass(pool, secretsAfter(keyring), onSealed)
    const headers = await pass(pool, headersAfter(keyring), onSealed)
    sealed += secrets.sealed + headers.sealed
    if (secrets.sealed + headers.sealed === 0) return { sealed, closed: [...secrets.closed, ...headers.closed] }
  }
}

/** How much of what is secret lies under a key. */
export type KeyFigures = { readonly keyId: string | null; readonly secrets: number; readonly headers: number; readonly endpoints: number }

/** By key; null: it lies as it is. */
export const sealingFigures = async (client: Pick<pg.ClientBase, 'query'>): Promise<KeyFigures[]> => {
  const { rows } = await client.query<KeyFigures>(
    `select key_id as "keyId", secrets::integer, headers::integer, endpoints::integer from webhooks_private.sealing_figures() order by key_id nulls first`,
  )
  return rows
}

/** An endpoint that has something sealed which does not open. */
export type ClosedEndpoint = { readonly endpointId: string; readonly name: string; readonly purpose: string; readonly keyId: string; readonly reason: 'no key' | 'refused' }

type SealedValue = { readonly endpointId: string; readonly tenantId: string; readonly name: string; readonly purpose: string; readonly sealed: string }

/** Endpoints are asked for in batches of so many. */
const LOOK = 5_000

/** Endpoints of which something does not open, one entry each. */
export const closedEndpoints = async (client: Pick<pg.ClientBase, 'query'>, keyring: Keyring): Promise<ClosedEndpoint[]> => {
  const closed = new Map<string, ClosedEndpoint>()
  let after: string | null = null
  do {
    const { rows }: pg.QueryResult<SealedValue> = await client.query<SealedValue>(
      `select endpoint_id as "endpointId", tenant_id as "tenantId", name, purpose, sealed from webhooks_private.sealed_values($1, $2)`,
      [after, LOOK],
    )
    for (const { endpointId, tenantId, name, purpose, sealed } of rows) {
      const opened = keyring.open(sealed, { tenantId, endpointId, purpose })
      if (opened.kind === 'closed' && !closed.has(endpointId)) closed.set(endpointId, { endpointId, name, purpose, keyId: opened.keyId, reason: opened.reason })
    }
    after = rows.at(-1)?.endpointId ?? null
  } while (after !== null)
  return [...closed.values()]
}
