/** Makes tokens that the server accepts, where it knows a secret. */
import { SignJWT } from 'jose'
import type { ApiRole } from '../graphql/identity.ts'
import { AUDIENCE, DEFAULT_ISSUER } from './tokens.ts'

export type TokenRequest = {
  readonly role: ApiRole
  /** left out: the operator, who has all tenants */
  readonly tenantId?: string
  readonly subject: string
  readonly expiresInSeconds: number
}

/** A JWT signed by HS256. */
export const mintToken = (secret: string, issuer: string | undefined, { role, tenantId, subject, expiresInSeconds }: TokenRequest): Promise<string> =>
  new SignJWT({ role, ...(tenantId === undefined ? {} : { tenant_id: tenantId }) })
    .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
    .setSubject(subject)
    .setIssuer(issuer ?? DEFAULT_ISSUER)
    .setAudience(AUDIENCE)
    .setIssuedAt()
    .setExpirationTime(Math.floor(Date.now() / 1000) + expiresInSeconds)
    .sign(new TextEncoder().encode(secret))
