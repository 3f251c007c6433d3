/** Bearer tokens: what a JWT must be like, and what follows from its claims. */
import { errors, jwtVerify, type JWTPayload } from 'jose'
import { RowhookError } from '../core/errors.ts'
import { isApiRole, type Identity } from '../graphql/identity.ts'
import { createKeySet } from './key-sets.ts'

export const AUDIENCE = 'rowhook'
export const DEFAULT_ISSUER = 'rowhook'

export type TokenOptions = {
  /** HS256 */
  readonly jwtSecret: string | undefined
  /** RS256, ES256, EdDSA; `https:`, `http:` or `file:` */
  readonly jwksUrl: string | undefined
  readonly jwtIssuer: string | undefined
  /** told when the keys of `jwksUrl` cannot be read */
  readonly onTrouble: (error: RowhookError) => void
}

/** Clocks of two machines differ by less. */
const CLOCK_TOLERANCE_SECONDS = 5
/** No token of ours comes near; what does is not looked at. */
const MAX_TOKEN_LENGTH = 8_192

export const refused = (code: string, message: string, detail: string, hint: string, cause?: unknown) => new RowhookError({ code, message, detail, hint, cause })

const whyNot = (error: unknown): RowhookError => {
  if (error instanceof RowhookError) return error
  if (error instanceof errors.JWTExpired) return refused('WHEXP', 'The token has expired.', 'Its claim exp lies in the past.', 'Sign in again, or mint one: rowhook token.', error)
  if (error instanceof errors.JWTClaimValidationFailed) {
    return refused('WHTOK', 'The token is not meant for this server.', `Its claim ${error.claim} is ${error.reason === 'missing' ? 'missing' : 'another one'}.`, `Issue it with aud ${AUDIENCE}, the expected iss, and exp.`, error)
  }
  return refused('WHTOK', 'The token cannot be trusted.', 'It is malformed, signed by another key, or by an algorithm that is not accepted.', 'Sign it with the key that this server knows (JWT_SECRET or JWKS_URL).', error)
}

/** Seconds to milliseconds; a token always has an end. */
const identityOf = ({ sub, exp, tenant_id: tenantId, role }: JWTPayload): Identity => {
  const claim = (name: string, hint: string) => refused('WHCLM', 'The token says too little.', `Its claim ${name} is missing or cannot be used.`, hint)
  if (!isApiRole(role)) throw claim('role', 'It is one of viewer, manager, owner, operator.')
  if (typeof sub !== 'string' || sub === '' || sub.length > 255) throw claim('sub', 'It names who asks, for the audit log: 1 to 255 characters.')
  if (tenantId !== undefined && (typeof tenantId !== 'string' || tenantId === '' || tenantId.length > 255)) throw claim('tenant_id', 'It is a text of 1 to 255 characters.')
  if (tenantId === undefined && role !== 'operator') throw claim('tenant_id', 'Every role but operator belongs to a tenant.')
  return { subject: sub, role, tenantId, expiresAtMs: exp === undefined ? undefined : exp * 1000, keyId: undefined }
}

/** Gives who a token stands for. @throws RowhookError WHTOK, WHEXP, WHCLM, WHJWK */
export type TokenVerifier = (token: string) => Promise<Identity>

/**
 * Verifies tokens by the one kind of key that the configuration names, so that a public key is never taken for a secret.
 * @throws RowhookError WHAUT where it names none
 */
export const createTokenVerifier = ({ jwtSecret, jwksUrl, jwtIssuer = DEFAULT_ISSUER, onTrouble }: TokenOptions): TokenVerifier => {
  if (jwtSecret === undefined && jwksUrl === undefined) {
    throw refused('WHAUT', 'The API has no key to check tokens with.', 'Neither JWT_SECRET nor JWKS_URL is set.', 'Set JWT_SECRET (openssl rand -base64 32), or JWKS_URL of your identity provider.')
  }
  const rules = { audience: AUDIENCE, issuer: jwtIssuer, clockTolerance: CLOCK_TOLERANCE_SECONDS, requiredClaims: ['exp'] }
  const secret = jwtSecret === undefined ? undefined : new TextEncoder().encode(jwtSecret)
  const keys = jwksUrl === undefined ? undefined : createKeySet({ url: jwksUrl, onTrouble })
  return async (token) => {
    if (token.length > MAX_TOKEN_LENGTH) throw refused('WHTOK', 'The token is too long.', `It has ${token.length} characters; ${MAX_TOKEN_LENGTH} are allowed.`, 'Leave out what is not needed.')
    const { payload } = await (secret
      ? jwtVerify(token, secret, { ...rules, algorithms: ['HS256'] })
      : jwtVerify(token, keys!, { ...rules, algorithms: ['RS256', 'ES256', 'EdDSA'] })
    ).catch((error: unknown) => {
      throw whyNot(error)
    })
    return identityOf(payload)
  }
}
