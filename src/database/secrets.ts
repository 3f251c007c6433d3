/**
 * What is secret of an endpoint, sealed before it is written and opened after it is read: for the API and for commands.
 *
 * A database may log the parameters of statements, so none of them is an open secret: what is to be kept is sealed, in place of what SQL will
 * refuse stands something that it refuses in the same words, and where there is no key, SQL makes the secret itself. What remains is a
 * secret or header value that somebody gives while there is no key.
 */
import { randomBytes } from 'node:crypto'
import type pg from 'pg'
import { RowhookError } from '../core/errors.ts'
import { headerPurpose, isSealed, type Keyring } from '../core/sealing.ts'
import { formatSecret, isStandardSecret } from '../core/signature.ts'

/** Runs a statement on the caller's connection, with the caller's rights. */
export type Ask = (text: string, values: readonly unknown[]) => Promise<readonly Readonly<Record<string, unknown>>[]>

/** A connection of pg as these functions take one. */
export const askerOf = (client: Pick<pg.ClientBase, 'query'>): Ask => async (text, values) => (await client.query<Record<string, unknown>>(text, [...values])).rows

/** Columns of `webhooks.endpoints`, as `create_endpoint` and `update_endpoint` take them. */
type Columns = Readonly<Record<string, unknown>>

type Endpoint = { readonly tenantId: string; readonly endpointId: string; readonly profile: unknown }

const SECRET_BYTES = 32
const isControl = /\p{Cc}/u

/** Nobody but Rowhook says what is sealed: a text that only looks so would keep the endpoint waiting for ever. */
const notSealed = (text: string, code: 'WHSEC' | 'WHHDR' | 'WHOAS', what: string): string => {
  if (!isSealed(text)) return text
  throw new RowhookError({ code, message: `${what} cannot be used.`, detail: 'It begins with "sealed.", as sealed secrets alone may.', hint: 'Use another one.' })
}

/** No secret at all, of either profile. */
const REFUSED = ''
/** A header value that is refused for the same reason as the one that is given. */
const refusedLike = (value: string): string => (value.length > 4096 ? 'x'.repeat(4097) : '\u0001')

const fits = (secret: string, profile: unknown): boolean =>
  profile === 'legacy' ? secret.length >= 16 && secret.length <= 255 && !isControl.test(secret) : isStandardSecret(secret)

const sealSigning = (keyring: Keyring, { profile, ...at }: Endpoint, secret: string): string =>
  fits(notSealed(secret, 'WHSEC', 'The signing secret'), profile) ? keyring.seal(secret, { ...at, purpose: 'signing' }) : REFUSED

const sealHeaders = (keyring: Keyring, { tenantId, endpointId }: Endpoint, headers: unknown): unknown => {
  if (headers === null) return null
  if (typeof headers !== 'object' || Array.isArray(headers)) return []
  const seal = ([name, value]: [string, unknown]): [string, unknown] => {
    if (typeof value !== 'string') return [name, null]
    const isRefused = value.length > 4096 || /[^\x20-\x7e\t]/.test(notSealed(value, 'WHHDR', `The value of header ${JSON.stringify(name.slice(0, 128))}`))
    return [name, isRefused ? refusedLike(value) : keyring.seal(value, { tenantId, endpointId, purpose: headerPurpose(name) })]
  }
  return Object.fromEntries(Object.entries(headers).map(seal))
}

const one = async (ask: Ask, text: string, values: readonly unknown[]): Promise<Readonly<Record<string, unknown>>> => {
  const [row] = await ask(text, values)
  if (row === undefined) throw new Error('A statement that gives one row gave none.')
  return row
}

/** A new secret; `undefined` where it could not be sealed, so that SQL has to make it. */
const madeHere = (keyring: Keyring): string | undefined => (keyring.newest === undefined ? undefined : formatSecret(randomBytes(SECRET_BYTES)))

/** The endpoint, as far as the caller may see it. */
const find = async (ask: Ask, endpointId: string): Promise<Endpoint | undefined> => {
  const [row] = await ask('select id, tenant_id, signature_profile from webhooks.endpoints where id = $1', [endpointId])
  return row && { endpointId: String(row['id']), tenantId: String(row['tenant_id']), profile: row['signature_profile'] }
}

/**
 * Makes an endpoint.
 * @param input.secret left out, a good one is made
 * @returns its id and its signing secret
 */
export const createEndpoint = async (
  ask: Ask,
  keyring: Keyring,
  { columns, tenantId, secret: given }: { readonly columns: Columns; readonly tenantId?: string | null | undefined; readonly secret?: string | null | undefined },
): Promise<{ readonly id: string; readonly secret: string }> => {
  // What is sealed is sealed for an endpoint, so that its id comes first.
  const place = await one(ask, 'select endpoint_id, tenant from webhooks_private.place_of_new_endpoint($1)', [tenantId ?? null])
  const id = String(place['endpoint_id'])
  const endpoint: Endpoint = { endpointId: id, tenantId: String(place['tenant']), profile: columns['signature_profile'] ?? 'standard' }
  const secret = given ?? madeHere(keyring)
  const sealed = columns['headers'] === undefined ? columns : { ...columns, headers: sealHeaders(keyring, endpoint, columns['headers']) }
  const stored = secret === undefined ? null : sealSigning(keyring, endpoint, secret)
  const made = await one(ask, 'select new_secret from webhooks.create_endpoint($1, $2, $3, $4)', [JSON.stringify(sealed), tenantId ?? null, stored, id])
  return { id, secret: secret ?? String(made['new_secret']) }
}

/** Changes columns of an endpoint; headers are replaced as a whole. */
export const updateEndpoint = async (ask: Ask, keyring: Keyring, id: string, columns: Columns): Promise<void> => {
  const endpoint = columns['headers'] === undefined ? undefined : await find(ask, id)
  const { headers, ...others } = columns
  const sealed = endpoint === undefined ? others : { ...others, headers: sealHeaders(keyring, endpoint, headers) }
  await one(ask, 'select (webhooks.update_endpoint($1, $2)).id', [id, JSON.stringify(sealed)])
}

/** @returns the new signing secret; the one before signs beside it until the overlap ends (null: 24 hours) */
export const rotateSecret = async (ask: Ask, keyring: Keyring, id: string, overlap: string | null, given?: string | null): Promise<string> => {
  const endpoint = await find(ask, id)
  const secret = given ?? madeHere(keyring)
  const stored = endpoint === undefined || secret === undefined ? null : sealSigning(keyring, endpoint, secret)
  const rotated = await one(ask, `select webhooks.rotate_secret($1, coalesce($2, interval '24 hours'), $3) as secret`, [id, overlap, stored])
  return secret ?? String(rotated['secret'])
}

/** Replaces all signing secrets at once. */
export const setSecret = async (ask: Ask, keyring: Keyring, id: string, secret: string): Promise<void> => {
  const endpoint = await find(ask, id)
  await one(ask, 'select webhooks.set_secret($1, $2)', [id, endpoint === undefined ? REFUSED : sealSigning(keyring, endpoint, secret)])
}

/** Sets the OAuth 2 client secret. */
export const setOauthSecret = async (ask: Ask, keyring: Keyring, id: string, secret: string): Promise<void> => {
  const endpoint = await find(ask, id)
  const isGood = secret.length >= 1 && secret.length <= 4096 && !isControl.test(notSealed(secret, 'WHOAS', 'The OAuth 2 client secret'))
  await one(ask, 'select webhooks.set_oauth_secret($1, $2)', [id, isGood && endpoint ? keyring.seal(secret, { tenantId: endpoint.tenantId, endpointId: endpoint.endpointId, purpose: 'oauth2_client' }) : REFUSED])
}

/**
 * The current signing secret. Audited.
 * @throws RowhookError WHOPN where no key opens it
 */
export const revealSecret = async (ask: Ask, keyring: Keyring, id: string): Promise<string | null> => {
  const { endpoint_id: endpointId, tenant_id: tenantId, secret } = await one(ask, 'select $1::uuid as endpoint_id, tenant_id, secret from webhooks.stored_secret($1::uuid)', [id])
  if (typeof secret !== 'string') return null
  const opened = keyring.open(secret, { tenantId: String(tenantId), endpointId: String(endpointId), purpose: 'signing' })
  if (opened.kind === 'open') return opened.text
  throw new RowhookError({
    code: 'WHOPN',
    message: `The secret of endpoint ${id} does not open.`,
    detail: opened.reason === 'no key' ? `It was sealed by key ${opened.keyId}, which is not in WEBHOOK_SECRETS_KEY here.` : 'It was not sealed for this endpoint, or has been changed since.',
    hint: opened.reason === 'no key' ? 'Put that key back into WEBHOOK_SECRETS_KEY, and start again.' : 'Give the endpoint a new secret: rotateSecret, or rowhook endpoints rotate-secret.',
  })
}
