/** Access tokens by OAuth 2 client credentials (RFC 6749 §4.4), kept in memory until shortly before they expire. */
import { describeOutcome, type Outcome } from '../core/outcome.ts'
import type { Sender } from './sender.ts'

/** What an endpoint with OAuth 2 is configured with. */
export type ClientCredentials = {
  /** judged by the same address rules as an endpoint */
  readonly tokenUrl: string
  readonly clientId: string
  readonly clientSecret: string
  /** space separated */
  readonly scope?: string | undefined
  /** how the client proves itself: `basic` (default, what every server must support) or in the `body` */
  readonly clientAuth?: 'basic' | 'body' | undefined
}

export type TokenResult =
  | { readonly kind: 'token'; readonly value: string }
  /** no token: `reason` is one short line without secrets; `outcome` what the token server's answer came to */
  | { readonly kind: 'refused'; readonly reason: string; readonly outcome: Outcome }

export type TokenSource = {
  /** A valid token; asks the token server at most once at a time, for all that wait. Never rejects. */
  token(credentials: ClientCredentials): Promise<TokenResult>
  /** After a 401: forgets the token, unless a newer one has come meanwhile. */
  invalidate(credentials: ClientCredentials, value: string): void
}

type Entry = { readonly result: Promise<TokenResult>; staleAtMs: number; value: string | undefined }

const TIMEOUT_MS = 10_000
const MAX_ENTRIES = 10_000
// For answers without expires_in.
const DEFAULT_LIFE_SECONDS = 300
// So that the token still holds when a request under its deadline arrives.
const MARGIN_SECONDS = 30
// A refusal counts for a moment, so that a thousand waiting deliveries do not ask a thousand times.
const REFUSAL_MS = 5_000
const TOKEN = /^[\x21-\x7e]+$/

const formEncode = (text: string) => new URLSearchParams({ '': text }).toString().slice(1)

const refused = (reason: string, outcome: Outcome): TokenResult => ({ kind: 'refused', reason, outcome })

const parse = (body: string): Record<string, unknown> => {
  try {
    const value: unknown = JSON.parse(body)
    return value !== null && typeof value === 'object' ? (value as Record<string, unknown>) : {}
  } catch {
    return {}
  }
}

const lifeSeconds = (expiresIn: unknown): number => {
  const seconds = typeof expiresIn === 'string' ? Number.parseInt(expiresIn, 10) : expiresIn
  return typeof seconds === 'number' && seconds > 0 ? seconds : DEFAULT_LIFE_SECONDS
}

/** @param nowMs a clock in milliseconds that never runs backwards, such as `performance.now` */
export const createTokenSource = (sender: Pick<Sender, 'send'>, nowMs: () => number): TokenSource => {
  const entries = new Map<string, Entry>()
  const keyOf = (credentials: ClientCredentials) => {
    const { tokenUrl, clientId, clientSecret, scope, clientAuth } = credentials
    return JSON.stringify([tokenUrl, clientId, clientSecret, scope, clientAuth])
  }

  const request = async (credentials: ClientCredentials): Promise<{ result: TokenResult; lifeMs: number }> => {
    const { tokenUrl, clientId, clientSecret, scope, clientAuth = 'basic' } = credentials
    const form = new URLSearchParams({ grant_type: 'client_credentials' })
    if (scope !== undefined && scope !== '') form.set('scope', scope)
    const headers = ['content-type', 'application/x-www-form-urlencoded', 'accept', 'application/json']
    if (clientAuth === 'basic') {
      // Both parts are form-encoded first (RFC 6749 §2.3.1), so that a colon in the id does no harm.
      headers.push('authorization', `Basic ${Buffer.from(`${formEncode(clientId)}:${formEncode(clientSecret)}`).toString('base64')}`)
    } else {
      form.set('client_id', clientId)
      form.set('client_secret', clientSecret)
    }
    const { outcome, response } = await sender.send({ url: tokenUrl, headers, body: form.toString(), timeoutMs: TIMEOUT_MS })
    const answer = parse(response?.body ?? '')
    if (outcome.kind !== 'accepted') {
      const code = typeof answer['error'] === 'string' && /^[a-z_]{1,40}$/.test(answer['error']) ? `, ${answer['error']}` : ''
      return { result: refused(`the token server gave no token: ${describeOutcome(outcome)}${code}`, outcome), lifeMs: REFUSAL_MS }
    }
    const { access_token: value, token_type: type } = answer
    if (typeof value !== 'string' || !TOKEN.test(value) || response?.truncated === true) {
      return { result: refused('the token server’s answer holds no usable access_token', outcome), lifeMs: REFUSAL_MS }
    }
    if (typeof type === 'string' && type.toLowerCase() !== 'bearer') {
      return { result: refused('the token server’s token is not a bearer token', outcome), lifeMs: REFUSAL_MS }
    }
    const seconds = lifeSeconds(answer['expires_in'])
    return { result: { kind: 'token', value }, lifeMs: (seconds - Math.min(MARGIN_SECONDS, seconds / 5)) * 1000 }
  }

  const token = (credentials: ClientCredentials): Promise<TokenResult> => {
    const key = keyOf(credentials)
    const known = entries.get(key)
    if (known !== undefined && nowMs() < known.staleAtMs) return known.result
    const asked = request(credentials)
    const entry: Entry = { result: asked.then(({ result }) => result), staleAtMs: Infinity, value: undefined }
    if (entries.size >= MAX_ENTRIES) entries.clear()
    entries.set(key, entry)
    void asked.then(({ result, lifeMs }) => {
      entry.staleAtMs = nowMs() + lifeMs
      if (result.kind === 'token') entry.value = result.value
    })
    return entry.result
  }

  const invalidate = (credentials: ClientCredentials, value: string): void => {
    const key = keyOf(credentials)
    if (entries.get(key)?.value === value) entries.delete(key)
  }

  return { token, invalidate }
}
