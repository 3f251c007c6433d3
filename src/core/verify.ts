/** Verifies a received webhook: what a receiver runs before it trusts a body. */
import { timingSafeEqual } from 'node:crypto'
import { RowhookError } from './errors.ts'
import { bodySignature, isStandardSecret, parseSecret, sign, type Secret } from './signature.ts'

/** Headers as node:http has them, or anything with a `get`, such as `Headers` of fetch. */
export type ReceivedHeaders =
  | { readonly [name: string]: string | readonly string[] | undefined }
  | { get(name: string): string | null }

/** A request as the receiver got it. */
export type Received = {
  readonly headers: ReceivedHeaders
  /** the raw body, before any JSON parser touched it */
  readonly body: string | Buffer
  /** the endpoint's secret, or in `secrets` several that are valid at once */
  readonly secret?: string
  readonly secrets?: readonly string[]
  /** the receiver's clock, as a `Date` or in unix seconds */
  readonly now: Date | number
  /** how far the timestamp may lie from `now`, either way */
  readonly toleranceSeconds?: number
  /**
   * `standard`: `webhook-signature` must verify. `x-signature`: that one must. `any`: the standard one where it is
   * present, else `x-signature`. Left out: `standard` for `whsec_…` secrets and `x-signature` for others, because whoever
   * captured a request could strip the standard headers and replay it for ever: `x-signature` covers no timestamp.
   */
  readonly scheme?: 'standard' | 'x-signature' | 'any'
}

/** What is proven about a request that verified. `id` and `sentAt` are signed only under scheme `standard`. */
export type Verified =
  | { readonly scheme: 'standard'; readonly id: string; readonly sentAt: Date }
  | { readonly scheme: 'x-signature' }

const refused = (message: string, detail: string, hint: string) => new RowhookError({ code: 'WHSIG', message, detail, hint })

const headerOf = (headers: ReceivedHeaders, name: string): string | undefined => {
  if (typeof headers.get === 'function') return headers.get(name) ?? undefined
  const record = headers as { readonly [name: string]: string | readonly string[] | undefined }
  const key = record[name] !== undefined ? name : Object.keys(record).find((each) => each.toLowerCase() === name)
  const value = key === undefined ? undefined : record[key]
  return typeof value === 'object' ? value.join(' ') : value
}

// Compares in a time that does not tell where the texts differ; their length is no secret.
const equal = (a: string, b: string): boolean => {
  const left = Buffer.from(a)
  const right = Buffer.from(b)
  return left.length === right.length && timingSafeEqual(left, right)
}

const WRONG = ['The webhook signature does not match.', 'Neither the secret given nor another valid one made this signature of this body.'] as const
const WRONG_HINT = 'Check that the secret is this endpoint’s and that the body is the raw bytes, not JSON printed again.'

const verifyStandard = (request: Received, secrets: readonly Secret[]): Verified => {
  const { headers, body, now, toleranceSeconds = 300 } = request
  const id = headerOf(headers, 'webhook-id')
  const timestamp = headerOf(headers, 'webhook-timestamp')
  const signatures = headerOf(headers, 'webhook-signature')
  if (!id || !timestamp || !signatures) {
    const missing = [!id && 'webhook-id', !timestamp && 'webhook-timestamp', !signatures && 'webhook-signature'].filter(Boolean)
    throw refused(
      'The request is not a signed webhook.',
      `Missing: ${missing.join(', ')}.`,
      'Pass all headers of the request; for a sender with the legacy profile pass scheme: \'x-signature\'.',
    )
  }
  if (!/^(0|[1-9]\d{0,11})$/.test(timestamp)) {
    throw refused('The webhook timestamp is not valid.', 'webhook-timestamp is not a number of unix seconds.', 'Pass the header unchanged.')
  }
  const timestampSeconds = Number(timestamp)
  const given = signatures.split(' ')
  const expected = secrets.map((secret) => sign({ id, timestampSeconds, body, secrets: [secret] }))
  if (!expected.some((ours) => given.some((theirs) => equal(ours, theirs)))) throw refused(...WRONG, WRONG_HINT)
  const nowSeconds = typeof now === 'number' ? now : now.getTime() / 1000
  if (!(Math.abs(nowSeconds - timestampSeconds) <= toleranceSeconds)) {
    throw refused(
      'The webhook timestamp is outside the tolerance.',
      `It was signed ${Math.round(nowSeconds - timestampSeconds)} s before the receiver's clock; ${toleranceSeconds} s either way are allowed.`,
      'Synchronise the clock; an old request may be a replay.',
    )
  }
  return { scheme: 'standard', id, sentAt: new Date(timestampSeconds * 1000) }
}

const verifyBody = ({ headers, body }: Received, secrets: readonly string[]): Verified => {
  const given = headerOf(headers, 'x-signature')
  if (!given) throw refused('The request is not a signed webhook.', 'Missing: x-signature.', 'Pass all headers of the request.')
  const matches = secrets.map((secret) => equal(bodySignature(body, secret), given))
  if (!matches.includes(true)) throw refused(...WRONG, WRONG_HINT)
  return { scheme: 'x-signature' }
}

/**
 * Proves that a request comes from who shares the secret, unchanged and (scheme `standard`) recent.
 * Use `id` as the idempotency key: a delivery may arrive more than once.
 * @throws RowhookError WHSIG when it does not verify, WHSEC when a secret is not valid
 * @see Standard Webhooks, "Verifying signatures"
 */
export const verify = (request: Received): Verified => {
  const texts = request.secrets ?? (request.secret === undefined ? [] : [request.secret])
  if (texts.length === 0) {
    throw new RowhookError({ code: 'WHSEC', message: 'No secret to verify with.', hint: 'Pass secret: \'whsec_…\', or secrets: [...].' })
  }
  const scheme = request.scheme ?? (texts.every((text) => !text.startsWith('whsec_')) ? 'x-signature' : 'standard')
  const standardWhere = scheme === 'any' && headerOf(request.headers, 'webhook-signature') !== undefined
  if (scheme === 'standard' || (standardWhere && texts.some(isStandardSecret))) {
    return verifyStandard(request, texts.filter((text) => scheme === 'standard' || isStandardSecret(text)).map((text) => parseSecret(text)))
  }
  return verifyBody(request, texts)
}
