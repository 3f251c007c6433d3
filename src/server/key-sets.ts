/** The public keys of tokens: from a file or from an identity provider, which may be away for a while. */
import { statSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { createLocalJWKSet, createRemoteJWKSet, errors, jwksCache, type JSONWebKeySet, type JWTVerifyGetKey } from 'jose'
import { RowhookError } from '../core/errors.ts'

/** Keys that were read hold for so long where they cannot be read again. */
const KEPT_MS = 3_600_000
/** After a failure the provider is left alone, so that its trouble does not become waiting for everybody. */
const PAUSE_MS = 10_000

export type KeySetOptions = {
  readonly url: string
  /** told when keys cannot be read, not more often than every ten seconds */
  readonly onTrouble: (error: RowhookError) => void
}

const unreadable = (cause: unknown) =>
  new RowhookError({
    code: 'WHJWK',
    message: 'The keys for tokens cannot be read.',
    detail: 'The identity provider is out of reach, or the file of its keys is.',
    hint: 'Try again in a moment; operators find in the log what came instead of keys (JWKS_URL).',
    cause,
  })

/** Where keys come from. What it knows stays the same object until it is read again. */
type Source = {
  readonly keys: () => JSONWebKeySet | undefined
  readonly readAtMs: () => number
  readonly isFresh: () => boolean
  /** whether it was read so lately that a key that is not there is not there */
  readonly isNew: () => boolean
  readonly read: () => Promise<void>
}

/** A file is read again when it has changed, so that keys rotate without a restart. */
const fromFile = (url: string): Source => {
  const path = fileURLToPath(url)
  let [keys, version, readAtMs]: [JSONWebKeySet | undefined, string, number] = [undefined, '', 0]
  const versionNow = () => {
    const found = statSync(path, { throwIfNoEntry: false })
    return found && `${found.mtimeMs} ${found.size} ${found.ino}`
  }
  const isFresh = () => {
    const isSame = keys !== undefined && versionNow() === version
    if (isSame) readAtMs = Date.now()
    return isSame
  }
  const read = async () => {
    const is = versionNow() ?? ''
    const set = JSON.parse(await readFile(path, 'utf8')) as JSONWebKeySet
    createLocalJWKSet(set) // throws where it is none
    ;[keys, version, readAtMs] = [set, is, Date.now()]
  }
  return { keys: () => keys, readAtMs: () => readAtMs, isFresh, isNew: () => true, read }
}

/** What a provider gives is read again after ten minutes, and for a key that is not there, but not within 30 seconds. */
const fromProvider = (url: string): Source => {
  const cache: { jwks?: JSONWebKeySet; uat?: number } = {}
  const remote = createRemoteJWKSet(new URL(url), { [jwksCache]: cache as Record<string, never> })
  return { keys: () => cache.jwks, readAtMs: () => cache.uat ?? 0, isFresh: () => remote.fresh, isNew: () => remote.coolingDown, read: remote.reload }
}

/**
 * Finds the key that a token names.
 * @throws JWKSNoMatchingKey where there is none; RowhookError WHJWK where the keys cannot be read and none are known that still hold
 */
export const createKeySet = ({ url, onTrouble }: KeySetOptions): JWTVerifyGetKey => {
  const source = url.startsWith('file:') ? fromFile(url) : fromProvider(url)
  let known: { readonly set: JSONWebKeySet; readonly find: JWTVerifyGetKey } | undefined
  let failure: { readonly atMs: number; readonly error: RowhookError } | undefined

  const read = async () => {
    if (failure && Date.now() - failure.atMs < PAUSE_MS) return
    try {
      await source.read()
      failure = undefined
    } catch (error) {
      failure = { atMs: Date.now(), error: unreadable(error) }
      onTrouble(failure.error)
    }
  }
  const find: JWTVerifyGetKey = (header, token) => {
    const set = source.keys()
    if (failure && (set === undefined || Date.now() - source.readAtMs() > KEPT_MS)) throw failure.error
    if (known?.set !== set) known = { set: set!, find: createLocalJWKSet(set!) }
    return known!.find(header, token)
  }

  return async (header, token) => {
    if (!source.isFresh()) await read()
    try {
      return await find(header, token)
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey) || source.isNew()) throw error
      await read()
      return find(header, token)
    }
  }
}
