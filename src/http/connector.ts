/** Connects sockets to allowed addresses only: before DNS, after DNS, and on the socket that came of it. */
import { isIP, type LookupFunction, type Socket } from 'node:net'
import { rootCertificates } from 'node:tls'
import { buildConnector } from 'undici'
import { isAllowedAddress, type AddressPolicy } from '../core/address.ts'
import type { Resolver } from './resolver.ts'

/** The address is not allowed; the error names none. */
export const BLOCKED = 'ROWHOOK_BLOCKED'
/** The name did not resolve; `cause` bears the DNS code. */
export const UNRESOLVED = 'ROWHOOK_UNRESOLVED'

const failure = (code: string, cause?: unknown) => Object.assign(new Error(code), { code, cause })

// Either why the name leads nowhere, or every address of it.
const allowedAddresses = async (hostname: string, policy: AddressPolicy, resolver: Resolver): Promise<readonly string[] | Error> => {
  try {
    const addresses = await resolver.resolve(hostname)
    if (addresses.length === 0) return failure(UNRESOLVED, { code: 'ENODATA' })
    // One address that is not allowed spoils them all: which one is taken is not ours to decide later.
    return addresses.every((address) => isAllowedAddress(address, policy)) ? addresses : failure(BLOCKED)
  } catch (cause) {
    return failure(UNRESOLVED, cause)
  }
}

const guardedLookup =
  (policy: AddressPolicy, resolver: Resolver): LookupFunction =>
  async (hostname, options, callback) => {
    const found = await allowedAddresses(hostname, policy, resolver)
    if (found instanceof Error) return callback(found, '')
    const all = found.map((address) => ({ address, family: isIP(address) }))
    const [first] = all
    return options.all ? callback(null, all) : callback(null, first?.address ?? '', first?.family)
  }

export type ConnectorOptions = {
  readonly policy: AddressPolicy
  readonly resolver: Resolver
  /** PEM texts that are trusted beside the usual roots */
  readonly trustedCertificates?: readonly string[] | undefined
}

/** @param onSocket told of the socket as soon as it exists, so that a deadline can end it while it connects */
export type GuardedConnector = (options: buildConnector.Options, callback: buildConnector.Callback, onSocket: (socket: Socket) => void) => void

/**
 * A connector for undici. The literal check is needed because Node calls no `lookup` for an IP address; the check of the
 * connected socket because nothing else proves where it leads.
 */
export const guardedConnector = ({ policy, resolver, trustedCertificates }: ConnectorOptions): GuardedConnector => {
  const connect = buildConnector({
    lookup: guardedLookup(policy, resolver),
    allowH2: false,
    // The deadline of the request ends a connect that hangs; this is for the rare socket that belongs to none any more.
    timeout: 20_000,
    ...(trustedCertificates === undefined ? {} : { ca: [...rootCertificates, ...trustedCertificates] }),
  }) as (options: buildConnector.Options, callback: buildConnector.Callback) => Socket
  return (options, callback, onSocket) => {
    if (isIP(options.hostname) !== 0 && !isAllowedAddress(options.hostname, policy)) {
      callback(failure(BLOCKED), null)
      return
    }
    onSocket(
      connect(options, (error, socket) => {
        if (error !== null || socket === null) {
          callback(error ?? failure('ECONNRESET'), null)
        } else if (socket.remoteAddress === undefined || !isAllowedAddress(socket.remoteAddress, policy)) {
          socket.destroy()
          callback(failure(BLOCKED), null)
        } else {
          callback(null, socket)
        }
      }),
    )
  }
}
