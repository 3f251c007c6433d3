/** Resolves host names without `dns.lookup`, whose four threads four silent name servers would block. */
import { readFile } from 'node:fs/promises'
import { Resolver as DnsResolver } from 'node:dns/promises'
import { isIP } from 'node:net'

/** What turns a host name into addresses. Tests script one that fails, never answers or changes its mind. */
export type Resolver = {
  /** every address of the name, at least one; rejects with an error whose `code` is a DNS one such as `ENOTFOUND` */
  resolve(hostname: string): Promise<readonly string[]>
}

export type ResolverOptions = {
  /** for one name, all its queries together */
  readonly deadlineMs?: number
  /** an answer is kept as long as its TTL says, and so long at most */
  readonly cacheMs?: number
  readonly hostsFile?: string
  /** name servers, `address` or `address:port`; default those of the system */
  readonly servers?: readonly string[]
}

type Entry = { readonly answer: Promise<readonly string[]>; expiresAtMs: number }
type Answer = { readonly addresses: readonly string[]; readonly ttlSeconds: number }

const MAX_ENTRIES = 10_000
// A failure is remembered briefly, so that a thousand waiting requests ask once.
const FAILURE_CACHE_MS = 1_000
// How long one family may lag behind the other: some name servers never answer for IPv6.
const SECOND_FAMILY_MS = 500

const dnsError = (code: string) => Object.assign(new Error(`DNS: ${code}`), { code })

/** Addresses by lower-case name, of a text in the format of hosts(5). */
export const parseHosts = (text: string): Map<string, string[]> => {
  const hosts = new Map<string, string[]>()
  for (const line of text.split('\n')) {
    const [address = '', ...names] = line.replace(/#.*/, '').trim().split(/\s+/)
    if (isIP(address) === 0 || address.includes('%')) continue
    for (const name of names) hosts.set(name.toLowerCase(), [...(hosts.get(name.toLowerCase()) ?? []), address])
  }
  return hosts
}

/** Both families of a name; an answer of one is enough. A channel of its own for each name, so that one can be cancelled alone. */
const query = (hostname: string, deadlineMs: number, servers: readonly string[] | undefined): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const channel = new DnsResolver({ timeout: 2_000, tries: 2 })
    if (servers !== undefined) channel.setServers(servers)
    const answers: { address: string; ttl: number }[] = []
    let open = 2
    let code = 'ETIMEOUT'
    const finish = () => {
      clearTimeout(deadline)
      clearTimeout(patience)
      channel.cancel()
      if (answers.length === 0) return reject(dnsError(code))
      resolve({ addresses: answers.map(({ address }) => address), ttlSeconds: Math.min(...answers.map(({ ttl }) => ttl)) })
    }
    const deadline = setTimeout(finish, deadlineMs)
    let patience: NodeJS.Timeout | undefined
    const settle = (found: readonly { address: string; ttl: number }[]) => {
      answers.push(...found)
      if (--open === 0) finish()
      else if (found.length > 0) patience = setTimeout(finish, SECOND_FAMILY_MS)
    }
    const fail = (error: { code?: string }) => {
      // "No such name" says more than "no such record", and than the other family's silence.
      if (code !== 'ENOTFOUND' && error.code !== undefined && error.code !== 'ECANCELLED') code = error.code
      settle([])
    }
    channel.resolve4(hostname, { ttl: true }).then(settle, fail)
    channel.resolve6(hostname, { ttl: true }).then(settle, fail)
  })

/** The hosts file first, then the system's name servers, with a deadline and a cache of its own. */
export const createResolver = (options: ResolverOptions = {}): Resolver => {
  const { deadlineMs = 5_000, cacheMs = 60_000, hostsFile = '/etc/hosts', servers } = options
  const cache = new Map<string, Entry>()

  const look = async (hostname: string): Promise<Answer> => {
    const hosts = parseHosts(await readFile(hostsFile, 'utf8').catch(() => ''))
    const listed = hosts.get(hostname)
    if (listed !== undefined) return { addresses: listed, ttlSeconds: 5 }
    // Never asked of a name server (RFC 6761).
    if (hostname === 'localhost' || hostname.endsWith('.localhost')) return { addresses: ['127.0.0.1', '::1'], ttlSeconds: 60 }
    return query(hostname, deadlineMs, servers)
  }

  const resolve = (hostname: string): Promise<readonly string[]> => {
    const nowMs = performance.now()
    const known = cache.get(hostname)
    if (known !== undefined && known.expiresAtMs > nowMs) return known.answer
    const found = look(hostname)
    const entry: Entry = { answer: found.then(({ addresses }) => addresses), expiresAtMs: Infinity }
    if (cache.size >= MAX_ENTRIES) cache.clear()
    cache.set(hostname, entry)
    found.then(
      ({ ttlSeconds }) => (entry.expiresAtMs = performance.now() + Math.min(ttlSeconds * 1000, cacheMs)),
      () => (entry.expiresAtMs = performance.now() + Math.min(FAILURE_CACHE_MS, cacheMs)),
    )
    return entry.answer
  }
  return { resolve }
}
