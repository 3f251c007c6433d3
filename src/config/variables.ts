/** The kinds of values that environment variables hold. An empty variable counts as one that is not set. */
import { isIP } from 'node:net'
import { z } from 'zod'

const trimmed = z
  .string()
  .optional()
  .transform((text) => text?.trim() || undefined)

/** What is wrong with a value, to be read after the variable's name. */
type Complaint = { readonly complaint: string }

const isComplaint = (value: unknown): value is Complaint => typeof value === 'object' && value !== null && 'complaint' in value

/** Reads one variable: `undefined` when unset, else what `parse` makes of it, or its complaint. */
const read = <T>(parse: (text: string) => T) =>
  trimmed.transform((text, context): Exclude<T, Complaint> | undefined => {
    if (text === undefined) return undefined
    const value = parse(text)
    if (!isComplaint(value)) return value as Exclude<T, Complaint>
    context.issues.push({ code: 'custom', message: value.complaint, input: text })
    return z.NEVER
  })

export const text = (isGood: RegExp, complaint: string) => read((value) => (isGood.test(value) ? value : { complaint }))

/** A whole number; units belong into the variable's name. */
export const integer = (least: number, most: number) =>
  read((value) => {
    const number = Number(value)
    return /^-?\d+$/.test(value) && number >= least && number <= most
      ? number
      : { complaint: `must be a whole number from ${least} to ${most}, not ${JSON.stringify(value)}` }
  })

const words: Readonly<Record<string, boolean>> = { true: true, yes: true, on: true, 1: true, false: false, no: false, off: false, 0: false }

export const flag = read((value) => words[value.toLowerCase()] ?? { complaint: `must be true or false, not ${JSON.stringify(value)}` })

export const oneOf = <T extends string>(...allowed: readonly T[]) =>
  read((value) => allowed.find((each) => each === value) ?? { complaint: `must be one of ${allowed.join(', ')}, not ${JSON.stringify(value)}` })

/** A URL that is kept as it was written. Its text may hold a password, so a complaint does not repeat it. */
export const url = (...schemes: readonly string[]) =>
  read((value) => {
    const scheme = URL.canParse(value) ? new URL(value).protocol.slice(0, -1) : undefined
    return scheme !== undefined && schemes.includes(scheme) ? value : { complaint: `must be a URL that begins with ${schemes.map((each) => `${each}://`).join(' or ')}` }
  })

const isThisMachine = ({ hostname }: URL) => /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname)

/** Where public keys are: over plain http anybody on the way could put in keys of his own. */
export const keySetUrl = read((value) => {
  const found = URL.canParse(value) ? new URL(value) : undefined
  const isSafe = found !== undefined && (['https:', 'file:'].includes(found.protocol) || (found.protocol === 'http:' && isThisMachine(found)))
  return isSafe ? value : { complaint: 'must be a URL that begins with https:// or file:// (http:// for this machine alone)' }
})

/** Keys as base64, base64url or hex, separated by commas or spaces. */
export const keys = (bytes: number) =>
  read((value) => {
    const isHex = (item: string) => item.length === bytes * 2 && /^[0-9a-f]+$/i.test(item)
    const decoded = value.split(/[\s,]+/).filter(Boolean).map((item) => Buffer.from(item, isHex(item) ? 'hex' : 'base64'))
    return decoded.every((key) => key.length === bytes) ? decoded : { complaint: `must be ${bytes} bytes in base64 or hex (openssl rand -base64 ${bytes})` }
  })

/** Values separated by commas or spaces. */
export const list = <T>(parse: (item: string) => T | undefined, complaint: string) =>
  read((value) => {
    const items = value.split(/[\s,]+/).filter(Boolean)
    const bad = items.filter((item) => parse(item) === undefined)
    return bad.length > 0 ? { complaint: `${complaint}, not ${bad.map((item) => JSON.stringify(item)).join(', ')}` } : items.map((item) => parse(item)!)
  })

export const asPort = (item: string) => (/^\d{1,5}$/.test(item) && Number(item) >= 1 && Number(item) <= 65_535 ? Number(item) : undefined)

/** An address or a network in CIDR notation, as `10.1.0.0/16` or `fd00::/8`. */
export const asNetwork = (item: string) => {
  const [address = '', bits, more] = item.split('/')
  const family = isIP(address)
  const most = family === 6 ? 128 : 32
  const fits = more === undefined && (bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= most))
  return family !== 0 && fits ? item : undefined
}

export const asOrigin = (item: string) => (item === '*' || (URL.canParse(item) && new URL(item).origin === item) ? item : undefined)

export const asHttpUrl = (item: string) => (URL.canParse(item) && ['http:', 'https:'].includes(new URL(item).protocol) ? item : undefined)

export const asMetricsLabel = (item: string) => (item === 'tenant' || item === 'endpoint' ? item : undefined)
