/** Opens what is sealed of endpoints as they are loaded. One whose secrets no key opens waits: it loses nothing, and goes on when the key is back. */
import { headerPurpose, isSealed, type Keyring, type Place } from '../core/sealing.ts'
import type { LaneEndpoint } from '../database/lane-endpoints.ts'
import type { Clock } from './clock.ts'
import type { Log } from './registry-deps.ts'

export type OpeningDeps = {
  readonly keyring: Pick<Keyring, 'open'>
  /** nobody takes the lane for so long */
  readonly hold: (endpointId: string, forMs: number, reason: 'sealed') => Promise<void>
  readonly clock: Clock
  readonly log: Pick<Log, 'info' | 'error'>
  /** short, since the worker that gets the next turn may have the key; 5,000 */
  readonly holdMs?: number | undefined
}

const HOLD_MS = 5_000
const REPEAT_MS = 60_000
const MAX_KNOWN = 20_000
const MAX_CLOSED = 10_000

type Closed = { readonly what: string; readonly keyId: string; readonly reason: string }

export const createOpening = ({ keyring, hold, clock, log, holdMs = HOLD_MS }: OpeningDeps) => {
  /** Opened texts by their sealed ones: endpoints are loaded twice a second, and opening takes some 5 µs each. */
  const known = new Map<string, { readonly place: Place; readonly text: string }>()
  const closedSince = new Map<string, { loggedMs: number; heldMs: number }>()

  const open = (text: string, place: Place): string | Closed => {
    const found = known.get(text)
    if (found?.place.endpointId === place.endpointId && found.place.purpose === place.purpose && found.place.tenantId === place.tenantId) return found.text
    const opened = keyring.open(text, place)
    if (opened.kind === 'closed') return { what: place.purpose, keyId: opened.keyId, reason: opened.reason }
    if (known.size >= MAX_KNOWN) known.clear()
    known.set(text, { place, text: opened.text })
    return opened.text
  }

  const isClosed = (value: string | Closed): value is Closed => typeof value !== 'string'

  /** The endpoint with everything open, or the first that stays closed. */
  const opened = (endpoint: LaneEndpoint): LaneEndpoint | Closed => {
    const { id: endpointId, tenantId } = endpoint
    const at = (text: string, purpose: string) => (isSealed(text) ? open(text, { tenantId, endpointId, purpose }) : text)
    const secrets = endpoint.secrets.map((text) => at(text, 'signing'))
    const headers = Object.entries(endpoint.headers).map(([name, value]) => [name, at(value, headerPurpose(name))] as const)
    const clientSecret = endpoint.auth === null ? '' : at(endpoint.auth.clientSecret, 'oauth2_client')
    const closed = [...secrets, ...headers.map(([, value]) => value), clientSecret].find(isClosed)
    if (closed !== undefined) return closed
    return {
      ...endpoint,
      secrets: secrets as string[],
      headers: Object.fromEntries(headers) as Record<string, string>,
      auth: endpoint.auth === null ? null : { ...endpoint.auth, clientSecret: clientSecret as string },
    }
  }

  const shut = async (endpoint: LaneEndpoint, { what, keyId, reason }: Closed): Promise<LaneEndpoint> => {
    const nowMs = clock.monotonicMs()
    const since = closedSince.get(endpoint.id) ?? { loggedMs: -Infinity, heldMs: -Infinity }
    closedSince.delete(endpoint.id)
    if (closedSince.size >= MAX_CLOSED) closedSince.delete(closedSince.keys().next().value!) // such as deleted long ago
    closedSince.set(endpoint.id, since) // the last of them now
    if (nowMs - since.loggedMs >= REPEAT_MS) {
      since.loggedMs = nowMs
      log.error({ code: 'WHOPN', endpointId: endpoint.id, tenantId: endpoint.tenantId, what, keyId, reason }, 'a secret of the endpoint does not open with the keys of this worker; its deliveries wait')
    }
    // Renewed in time while the lane is still in hand.
    if (nowMs - since.heldMs >= holdMs / 2) {
      since.heldMs = nowMs
      await hold(endpoint.id, holdMs, 'sealed')
    }
    return { ...endpoint, secrets: [], headers: {}, heldForMs: Math.max(endpoint.heldForMs ?? 0, holdMs) }
  }

  /** The endpoints of lanes, open. Those that stay closed have no secret to sign with, and are held. */
  return async (loaded: readonly LaneEndpoint[]): Promise<LaneEndpoint[]> => {
    const endpoints: LaneEndpoint[] = []
    for (const endpoint of loaded) {
      const result = opened(endpoint)
      const isOpen = 'id' in result
      if (isOpen && closedSince.delete(endpoint.id)) log.info({ endpointId: endpoint.id }, 'the secrets of the endpoint open again')
      endpoints.push(isOpen ? result : await shut(endpoint, result))
    }
    return endpoints
  }
}
