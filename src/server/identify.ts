/** From an `Authorization` header to an identity: a JWT, or an API key. */
import type { Identity } from '../graphql/identity.ts'
import { refused, type TokenVerifier } from './tokens.ts'

/** How API keys begin, so that people and secret scanners know one. */
export const KEY_PREFIX = 'rhk_'
/** 32 bytes in base64url follow. */
const KEY_FORM = /^rhk_[\w-]{43}$/

export type IdentifyDeps = {
  readonly verifyToken: TokenVerifier
  /** the identity of a key that is valid now, or nothing */
  readonly findKey: (key: string) => Promise<Identity | undefined>
}

/** @throws RowhookError WHNOA without a header, WHTOK, WHEXP, WHCLM, WHAPK, WHJWK */
export type Identify = (authorization: string | undefined) => Promise<Identity>

export const createIdentify = ({ verifyToken, findKey }: IdentifyDeps): Identify => async (authorization) => {
  const token = /^Bearer +([\w.~+/=-]+)$/i.exec(authorization ?? '')?.[1]
  if (token === undefined) {
    throw refused('WHNOA', 'The request does not say who asks.', authorization ? 'Its header authorization is not a bearer token.' : 'It has no header authorization.', 'Send authorization: Bearer <token or API key>.')
  }
  if (!token.startsWith(KEY_PREFIX)) return verifyToken(token)
  const identity = KEY_FORM.test(token) ? await findKey(token) : undefined // whoever guesses at random costs no statement
  if (identity === undefined) throw refused('WHAPK', 'The API key is not valid.', 'It is unknown, revoked or expired.', 'Make a new one: createApiKey.')
  return identity
}
