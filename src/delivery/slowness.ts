/**
 * Keeps endpoints that hang from taking the places of the process, and those of their tenant. An endpoint is `quick` once it
 * has answered within two seconds, `slow` when a request of it lasted longer, and `unknown` before. Quick ones are bounded by
 * nothing here; the others share, of the process's places and again of their tenant's: slow ones three eighths and, with one
 * request each, up to a half; unknown ones begin with two requests each up to a half, and with one up to three quarters, so
 * that a healthy newcomer is heard while a crowd hangs.
 */
import type { Lane } from './lane.ts'
import { createWaiting } from './waiting.ts'

export type Slowness = {
  /** whether the lane may take one more place; if not, it is opened again when there is room */
  readonly admits: (lane: Lane, nowMs: number) => boolean
  readonly started: (lane: Lane) => void
  /** a request has ended after so long; the lane's `sending` is without it */
  readonly ended: (lane: Lane, tookMs: number) => void
}

const QUICK_MS = 2_000
/** Requests of an endpoint that has not answered yet. */
const FIRST_REQUESTS = 2
/** How often requests under way are looked over for such as last too long. */
const SAMPLE_MS = 250

type NotQuick = Exclude<Lane['speed'], 'quick'>
const NOT_QUICK: readonly NotQuick[] = ['unknown', 'slow']

/** Eighths of all places that lanes may hold which are not quick, for a lane to take its first or one more. */
const SHARES = { slow: { first: 4, more: 3 }, unknown: { first: 6, more: 4 } } as const

const hasShare = (held: number, places: number, speed: NotQuick, which: 'first' | 'more'): boolean => held < Math.max(1, Math.floor((places * SHARES[speed][which]) / 8))

export const createSlowness = (lanes: ReadonlyMap<string, Lane>, places: number, onOpen: (lane: Lane) => void): Slowness => {
  /** by speed, and by speed and tenant */
  const waiting = createWaiting<string>(onOpen)
  /** requests under way of lanes that are not quick, of all and of each tenant */
  let held = 0
  const heldByTenant = new Map<string, number>()
  let sampledMs = -Infinity

  const heldBy = ({ endpoint }: Lane): number => heldByTenant.get(endpoint.tenantId) ?? 0

  const hold = (lane: Lane, by: number): void => {
    held += by
    const ofTenant = heldBy(lane) + by
    if (ofTenant === 0) heldByTenant.delete(lane.endpoint.tenantId)
    else heldByTenant.set(lane.endpoint.tenantId, ofTenant)
  }

  const become = (lane: Lane, speed: Lane['speed']): void => {
    if (lane.speed === speed) return
    if (lane.speed === 'quick') hold(lane, lane.sending)
    if (speed === 'quick') hold(lane, -lane.sending)
    lane.speed = speed
  }

  const sample = (nowMs: number): void => {
    if (nowMs - sampledMs < SAMPLE_MS) return
    sampledMs = nowMs
    for (const lane of lanes.values()) if (nowMs - lane.oldestStartMs > QUICK_MS) become(lane, 'slow')
  }

  const waitFor = (key: string, lane: Lane): false => {
    waiting.add(key, lane)
    return false
  }

  return {
    admits: (lane, nowMs) => {
      sample(nowMs)
      const { speed, sending, endpoint } = lane
      if (speed === 'quick') return true
      if (speed === 'unknown' && sending >= FIRST_REQUESTS) return false // its own answer opens it
      const which = sending === 0 ? 'first' : 'more'
      if (!hasShare(held, places, speed, which)) return waitFor(speed, lane)
      if (!hasShare(heldBy(lane), endpoint.tenantMaxInFlight, speed, which)) return waitFor(`${speed} ${endpoint.tenantId}`, lane)
      return true
    },
    started: (lane) => {
      if (lane.speed !== 'quick') hold(lane, 1)
    },
    ended: (lane, tookMs) => {
      const { tenantId, tenantMaxInFlight } = lane.endpoint
      if (lane.speed !== 'quick') hold(lane, -1)
      become(lane, tookMs <= QUICK_MS ? 'quick' : 'slow')
      for (const speed of NOT_QUICK) {
        if (hasShare(held, places, speed, 'first')) waiting.open(speed, 2)
        if (hasShare(heldBy(lane), tenantMaxInFlight, speed, 'first')) waiting.open(`${speed} ${tenantId}`, 2)
      }
    },
  }
}
