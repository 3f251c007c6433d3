/** A WebSocket ends with what opened it: the token that expires, the key that is revoked. */
import type { Identity } from '../graphql/identity.ts'

type Closable = { readonly close: (code: number, reason: string) => void; readonly once: (event: 'close', listener: () => void) => unknown }

/** graphql-ws reads it as: do not come back with the same credentials. */
const FORBIDDEN = 4403
/** A revoked key closes what it opened as soon as this. */
const CHECK_MS = 2_000
/** Timers of Node hold no more. */
const LONGEST_MS = 2 ** 31 - 1

export const closeWhenOver = (socket: Closable, { expiresAtMs, keyId }: Identity, identifyAgain: () => Promise<Identity>): void => {
  const end = (reason: string) => socket.close(FORBIDDEN, reason)
  const expiry = expiresAtMs === undefined ? undefined : setTimeout(() => end('The token has expired.'), Math.min(Math.max(expiresAtMs - Date.now(), 0), LONGEST_MS))
  // A database that is away for a moment is no reason to close: only a refusal is.
  const check = keyId === undefined ? undefined : setInterval(() => void identifyAgain().catch((error: { code?: string }) => error.code === 'WHAPK' && end('The API key is not valid any more.')), CHECK_MS)
  socket.once('close', () => {
    clearTimeout(expiry)
    clearInterval(check)
  })
}
