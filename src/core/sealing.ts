/**
 * Secrets at rest: sealed by AES-256-GCM under a key that the database does not know, and for one place alone.
 *
 * A sealed text is `sealed.v1.<form>.<key id>.<base64url of nonce, ciphertext and tag>`. The place (tenant, endpoint, purpose) and
 * all that stands before the data are authenticated: copied to another row, or with another form, it does not open.
 */
import { createCipheriv, createDecipheriv, createHmac, createSecretKey, type KeyObject } from 'node:crypto'
import { isStandardSecret } from './signature.ts'

/** Where a secret lies. */
export type Place = {
  readonly tenantId: string
  readonly endpointId: string
  /** `signing`, `oauth2_client`, or what `headerPurpose` gives */
  readonly purpose: string
}

/** What became of opening a text: one that is not sealed is open already. */
export type Opened =
  | { readonly kind: 'open'; readonly text: string }
  /** `no key`: none has this id; `refused`: the key is there, and the text is not what was sealed for this place */
  | { readonly kind: 'closed'; readonly keyId: string; readonly reason: 'no key' | 'refused' }

export type Keyring = {
  /** id of the key that seals; `undefined`: there is no key, and `seal` gives back what it gets */
  readonly newest: string | undefined
  /** ids of all keys, the newest first */
  readonly ids: readonly string[]
  readonly seal: (text: string, place: Place) => string
  readonly open: (text: string, place: Place) => Opened
}

/** What every sealed text begins with, and no other secret may. */
export const SEALED_PREFIX = 'sealed.'
const SEALED = /^sealed\.v1\.(?:whsec|text)\.([0-9a-f]{16})\.([A-Za-z0-9_-]{38,})$/

const NONCE_BYTES = 12
const TAG_BYTES = 16

/** Whether a text is to be opened before it is used. A damaged one is, too: it must never be taken for the secret itself. */
export const isSealed = (text: string): boolean => text.startsWith(SEALED_PREFIX)

/** The key that a sealed text asks for; `undefined`: it is not sealed, or damaged. */
export const keyIdOf = (text: string): string | undefined => SEALED.exec(text)?.[1]

/** The purpose of the value of an endpoint's header. Names differ by more than case to nobody. */
export const headerPurpose = (name: string): string => `header ${name.toLowerCase()}`

/** Tells keys apart, and says nothing of them. */
const idOf = (key: KeyObject): string => createHmac('sha256', key).update('rowhook secrets key').digest('hex').slice(0, 16)

const authenticated = (head: string, { tenantId, endpointId, purpose }: Place): Buffer => Buffer.from(JSON.stringify([head, tenantId, endpointId, purpose]))

/**
 * The keys of `WEBHOOK_SECRETS_KEY`.
 * @param deps.keys 32 bytes each; the first one seals, all of them open
 * @param deps.randomBytes as of node:crypto; a nonce must never come twice under a key
 */
export const createKeyring = ({ keys, randomBytes }: { readonly keys: readonly Uint8Array[]; readonly randomBytes: (count: number) => Uint8Array }): Keyring => {
  const byId = new Map(keys.map((bytes) => createSecretKey(bytes)).map((key) => [idOf(key), key]))
  const [newest] = byId.keys()
  const sealingKey = newest === undefined ? undefined : byId.get(newest)

  const seal = (text: string, place: Place): string => {
    if (newest === undefined || sealingKey === undefined) return text
    // The form tells the database whether the standard signature profile may have it.
    const head = `sealed.v1.${place.purpose === 'signing' && isStandardSecret(text) ? 'whsec' : 'text'}.${newest}`
    const nonce = randomBytes(NONCE_BYTES)
    const cipher = createCipheriv('aes-256-gcm', sealingKey, nonce).setAAD(authenticated(head, place))
    const data = Buffer.concat([nonce, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()])
    return `${head}.${data.toString('base64url')}`
  }

  const open = (text: string, place: Place): Opened => {
    if (!isSealed(text)) return { kind: 'open', text }
    const [, keyId = '', encoded = ''] = SEALED.exec(text) ?? []
    const key = byId.get(keyId)
    if (key === undefined) return { kind: 'closed', keyId, reason: keyId === '' ? 'refused' : 'no key' }
    const data = Buffer.from(encoded, 'base64url')
    const decipher = createDecipheriv('aes-256-gcm', key, data.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES })
      .setAAD(authenticated(text.slice(0, text.lastIndexOf('.')), place))
      .setAuthTag(data.subarray(-TAG_BYTES))
    try {
      return { kind: 'open', text: decipher.update(data.subarray(NONCE_BYTES, -TAG_BYTES), undefined, 'utf8') + decipher.final('utf8') }
    } catch {
      return { kind: 'closed', keyId, reason: 'refused' }
    }
  }

  return { newest, ids: [...byId.keys()], seal, open }
}
