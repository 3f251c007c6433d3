/** The key by which tokens are made and checked. */
import { randomBytes } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Config } from '../config/load.ts'

/**
 * JWT_SECRET; with the embedded PostgreSQL, which is for development, one that is made once and kept beside it, for its owner's eyes
 * only. `undefined` where JWKS_URL says who makes tokens, and where nothing is set.
 */
export const apiSecret = ({ jwtSecret, jwksUrl, databaseUrl, home }: Config): string | undefined => {
  if (jwtSecret !== undefined || jwksUrl !== undefined || databaseUrl !== undefined) return jwtSecret
  const path = join(home, 'jwt-secret')
  mkdirSync(home, { recursive: true })
  try {
    writeFileSync(path, randomBytes(32).toString('base64url'), { mode: 0o600, flag: 'wx' })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
  return readFileSync(path, 'utf8').trim()
}
