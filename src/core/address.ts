/** Which IP addresses, ports and schemes a request may go to, by one explicit policy. */
import { BlockList, isIP } from 'node:net'
import { RowhookError, type RowhookErrorFields } from './errors.ts'

/** What the operator allows beyond public addresses over https on the usual ports. Build it with `addressPolicy`. */
export type AddressPolicy = {
  /** http:// as well as https:// (development) */
  readonly allowHttp: boolean
  /** networks that are reachable although they are not public */
  readonly allowNets: BlockList
  readonly allowPorts: ReadonlySet<number> | 'any'
}

export const DEFAULT_PORTS: readonly number[] = [443, 80, 8443, 8080]

const netsOf = (cidrs: readonly string[]): BlockList => {
  const nets = new BlockList()
  for (const cidr of cidrs) addNet(nets, cidr)
  return nets
}

const addNet = (nets: BlockList, cidr: string): boolean => {
  const [address = '', prefix, ...rest] = cidr.trim().split('/')
  const family = isIP(address)
  const longest = family === 4 ? 32 : 128
  const bits = prefix === undefined ? longest : /^\d{1,3}$/.test(prefix) ? Number(prefix) : NaN
  if (family === 0 || address.includes('%') || rest.length > 0 || !(bits <= longest)) return false
  nets.addSubnet(address, bits, family === 4 ? 'ipv4' : 'ipv6')
  return true
}

/**
 * @param options.allowNets addresses or CIDRs, e.g. `127.0.0.0/8`, `fd00:1::/64`
 * @param options.allowPorts default 443, 80, 8443, 8080
 * @throws RowhookError WHNET naming every network that is not an address or CIDR
 */
export const addressPolicy = (
  options: { allowHttp?: boolean; allowNets?: readonly string[]; allowPorts?: readonly number[] | 'any' } = {},
): AddressPolicy => {
  const { allowHttp = false, allowNets = [], allowPorts = DEFAULT_PORTS } = options
  const nets = new BlockList()
  const invalid = allowNets.filter((cidr) => !addNet(nets, cidr))
  if (invalid.length > 0) {
    throw new RowhookError({
      code: 'WHNET',
      message: `Not a network: ${invalid.map((each) => JSON.stringify(each)).join(', ')}.`,
      detail: 'A network is an IPv4 or IPv6 address, with or without a prefix length.',
      hint: 'Write it like 10.1.0.0/16, 192.168.1.7 or fd00:1::/64.',
    })
  }
  return { allowHttp, allowNets: nets, allowPorts: allowPorts === 'any' ? 'any' : new Set(allowPorts) }
}

// Special-purpose blocks of the IANA registries, multicast, reserved, and the address at which Azure serves its guests.
const NOT_PUBLIC_4 = netsOf([
  '0.0.0.0/8', '10.0.0.0/8', '100.64.0.0/10', '127.0.0.0/8', '169.254.0.0/16', '172.16.0.0/12', '192.0.0.0/24', '192.0.2.0/24',
  '192.31.196.0/24', '192.52.193.0/24', '192.88.99.0/24', '192.168.0.0/16', '192.175.48.0/24', '198.18.0.0/15', '198.51.100.0/24',
  '203.0.113.0/24', '224.0.0.0/4', '240.0.0.0/4', '168.63.129.16',
])
// IPv6 the other way round: only what is routed globally, less what embeds IPv4 or serves documentation and experiments.
const GLOBAL_6 = netsOf(['2000::/3'])
const NOT_PUBLIC_6 = netsOf(['2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20', '2620:4f:8000::/48'])

/** Whether anybody may be reached at this address: it is public, or in a network that the operator opened. */
export const isAllowedAddress = (address: string, policy: AddressPolicy): boolean => {
  const family = isIP(address)
  // A zone (fe80::1%eth0) names an interface of this machine; nothing public has one.
  if (family === 0 || address.includes('%')) return false
  const version = family === 4 ? 'ipv4' : 'ipv6'
  if (policy.allowNets.check(address, version)) return true
  return family === 4 ? !NOT_PUBLIC_4.check(address, version) : GLOBAL_6.check(address, version) && !NOT_PUBLIC_6.check(address, version)
}

export const isAllowedPort = (port: number, policy: AddressPolicy): boolean => policy.allowPorts === 'any' || policy.allowPorts.has(port)

/** Which rule an endpoint URL breaks. */
export type UrlRule = 'parse' | 'length' | 'scheme' | 'userinfo' | 'host' | 'port' | 'ip' | 'name' | 'single-label'
/** One broken rule, ready to be shown. Codes: WHURL, WHPRT (port), WHADR (address or local name). */
export type UrlProblem = RowhookErrorFields & { readonly rule: UrlRule }
