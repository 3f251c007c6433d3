/** Checks a request before it reaches undici, which hangs an origin on some invalid headers and drops userinfo silently. */
import type { AddressPolicy } from '../core/address.ts'
import { parseEndpointUrl } from '../core/endpoint-url.ts'

/** A URL as it is dispatched. `refused` is the code of the first rule that it breaks. */
export type Target = { readonly origin: string; readonly path: string; readonly secure: boolean; readonly refused?: string }

const MAX_ENTRIES = 10_000

const parseTarget = (text: string, policy: AddressPolicy): Target => {
  const { problems, url, host = '' } = parseEndpointUrl(text, policy)
  const [problem] = problems
  if (problem !== undefined || url === undefined) return { origin: '', path: '', secure: false, refused: problem?.code ?? 'WHURL' }
  // Without the trailing dot of a name, which certificates do not have.
  const name = host.includes(':') ? `[${host}]` : host
  return { origin: `${url.protocol}//${name}${url.port && `:${url.port}`}`, path: url.pathname + url.search, secure: url.protocol === 'https:' }
}

/** Judges each URL once: the same few are asked for thousands of times. */
export const createTargets = (policy: AddressPolicy): ((url: string) => Target) => {
  const targets = new Map<string, Target>()
  return (url) => {
    const known = targets.get(url)
    if (known !== undefined) return known
    if (targets.size >= MAX_ENTRIES) targets.clear()
    const target = parseTarget(url, policy)
    targets.set(url, target)
    return target
  }
}

const NAME = /^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/
const VALUE = /^[\t\x20-\x7e\x80-\xff]*$/
// Framing and routing are undici's alone.
const TRANSPORT = /^(host|content-length|transfer-encoding|connection|te|trailer|upgrade|expect|keep-alive|proxy-.*)$/i
const goodNames = new Set<string>()

const isGoodName = (name: string): boolean => {
  if (goodNames.has(name)) return true
  if (typeof name !== 'string' || !NAME.test(name) || TRANSPORT.test(name)) return false
  if (goodNames.size < MAX_ENTRIES) goodNames.add(name)
  return true
}

/** Whether a flat list `name, value, …` can be written as HTTP without touching what frames the request. */
export const areValidHeaders = (list: readonly string[]): boolean => {
  if (list.length % 2 !== 0) return false
  for (let index = 0; index < list.length; index += 2) {
    const value = list[index + 1]
    if (!isGoodName(list[index] as string) || typeof value !== 'string' || !VALUE.test(value)) return false
  }
  return true
}
