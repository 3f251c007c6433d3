/** The headers of a request: which ones Rowhook alone sets, what an endpoint may add, and how they are put together. */
import type { RowhookErrorFields } from './errors.ts'
import { bodySignature, sign, type Secret, type SignatureProfile } from './signature.ts'

/** Names that a custom header can never take. `proxy-*` too. */
export const RESERVED_HEADERS: ReadonlySet<string> = new Set([
  'content-type', 'user-agent', 'webhook-id', 'webhook-timestamp', 'webhook-signature', 'x-event', 'x-signature',
  'host', 'content-length', 'transfer-encoding', 'connection', 'te', 'trailer', 'upgrade', 'expect', 'keep-alive', 'cookie',
])

/** @param name in any case */
export const isReservedHeader = (name: string): boolean => {
  const lower = name.toLowerCase()
  return RESERVED_HEADERS.has(lower) || lower.startsWith('proxy-')
}

const TOKEN = /^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/
const VISIBLE = /^[\x20-\x7e]*$/
const MAX_HEADERS = 50
const MAX_CHARACTERS = 8192

const problem = (message: string, detail: string, hint: string): RowhookErrorFields => ({ code: 'WHHDR', message, detail, hint })

const headerProblem = (name: string, value: unknown): RowhookErrorFields | undefined => {
  const header = `Custom header ${JSON.stringify(name.slice(0, 100))}`
  if (!TOKEN.test(name)) return problem(`${header} has an invalid name.`, 'HTTP allows letters, digits and !#$%&\'*+.^_`|~- in a name.', 'Correct the name.')
  if (isReservedHeader(name)) return problem(`${header} is reserved.`, 'Rowhook or HTTP itself sets it, and a second one would contradict.', 'Choose another name, such as x-my-header.')
  if (typeof value !== 'string') return problem(`${header} is not a string.`, `Its value is ${value === null ? 'null' : `of type ${typeof value}`}.`, 'Write the value as a string.')
  // The value is a secret as often as not, so that no error shows it.
  if (!VISIBLE.test(value)) return problem(`${header} has an invalid value.`, 'Control characters and characters outside ASCII may not travel in a header.', 'Remove line breaks and the like; percent-encode other text.')
  return undefined
}

/** All problems of an endpoint's custom headers, given as parsed JSON; empty when they are valid. Code WHHDR. */
export const customHeaderProblems = (headers: unknown): RowhookErrorFields[] => {
  if (headers === null || typeof headers !== 'object' || Array.isArray(headers)) {
    return [problem('Custom headers are not an object.', 'Names and values are expected.', 'Write {"name": "value"}.')]
  }
  const entries = Object.entries(headers)
  const problems = entries.flatMap(([name, value]) => headerProblem(name, value) ?? [])
  const names = entries.map(([name]) => name.toLowerCase())
  const twice = names.filter((name, index) => names.indexOf(name) !== index)
  for (const name of new Set(twice)) problems.push(problem(`Custom header ${JSON.stringify(name)} is given twice.`, 'Names differ only in case.', 'Keep one.'))
  if (entries.length > MAX_HEADERS) problems.push(problem(`There are ${entries.length} custom headers.`, `At most ${MAX_HEADERS} are allowed.`, 'Remove some.'))
  const characters = entries.reduce((sum, [name, value]) => sum + name.length + (typeof value === 'string' ? value.length : 0), 0)
  if (characters > MAX_CHARACTERS) problems.push(problem(`The custom headers have ${characters} characters.`, `At most ${MAX_CHARACTERS} are allowed; receivers refuse large heads.`, 'Shorten them.'))
  return problems
}

/** What the headers of one attempt are made of. */
export type RequestHeaderParts = {
  readonly profile: SignatureProfile
  /** `Rowhook/<version>` */
  readonly userAgent: string
  /** the event's id: `webhook-id` */
  readonly eventId: string
  readonly eventType: string
  /** unix seconds of this attempt */
  readonly timestampSeconds: number
  /** the very bytes that are sent */
  readonly body: string | Buffer
  /** every valid secret, the oldest first: that one makes `x-signature` */
  readonly secrets: readonly Secret[]
  /** of the trace that the application gave */
  readonly traceparent?: string | undefined
  /** checked by `customHeaderProblems` when they were saved */
  readonly custom?: Readonly<Record<string, string>> | undefined
  /** e.g. `Bearer …` from OAuth 2; takes the place of a custom `authorization` */
  readonly authorization?: string | undefined
}

/**
 * The headers of one attempt as a flat list `name, value, name, value …`: Rowhook's own in a fixed order, then the custom ones.
 * A custom header that names a reserved one is left out, whoever wrote it into the database.
 */
export const requestHeaders = (parts: RequestHeaderParts): string[] => {
  const { body, secrets, eventId, eventType, timestampSeconds, authorization, custom } = parts
  const list = ['content-type', 'application/json', 'user-agent', parts.userAgent]
  if (parts.profile === 'standard') {
    list.push(
      'webhook-id', eventId,
      'webhook-timestamp', String(timestampSeconds),
      'webhook-signature', sign({ id: eventId, timestampSeconds, body, secrets }),
    )
  }
  list.push('x-event', eventType)
  const [oldest] = secrets
  if (oldest !== undefined) list.push('x-signature', bodySignature(body, oldest))
  const traceparent = parts.profile === 'standard' ? parts.traceparent : undefined // a legacy receiver gets what it knows and nothing else
  if (traceparent !== undefined) list.push('traceparent', traceparent)
  if (authorization !== undefined) list.push('authorization', authorization)
  for (const name in custom) {
    const value = custom[name]
    if (value === undefined || isReservedHeader(name)) continue
    if (authorization !== undefined && name.toLowerCase() === 'authorization') continue
    if (traceparent !== undefined && name.toLowerCase() === 'traceparent') continue
    list.push(name, value)
  }
  return list
}
