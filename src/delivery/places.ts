/** What bounds one process: requests under way, their bytes, a tenant's share, and how much slow endpoints may hold. */
import type { DueDelivery } from '../database/pages.ts'

export type Places = {
  readonly limit: number
  /** requests started and not recorded yet */
  underWay: number
  /** bytes of their bodies */
  bytes: number
  readonly byTenant: Map<string, number>
  /** ids of all of them, also those of lanes that were lost: nobody in this process sends them again */
  readonly ids: Set<string>
  /** what deliveries that go one after the other share, of those under way */
  readonly turns: Set<string>
  /** stops requests that are under way: they spend nothing */
  readonly stopRequests: AbortController
  /** ends the wait for a database that is away: results that are not recorded by then are lost, and their requests repeated */
  readonly stopRecording: AbortController
  readonly onEmpty: Set<() => void>
}

/** Bodies under way in a process, in bytes: 64 of the largest. */
const MAX_BYTES = 16 * 1024 * 1024

export const createPlaces = (limit: number): Places => ({ limit, underWay: 0, bytes: 0, byTenant: new Map(), ids: new Set(), turns: new Set(), stopRequests: new AbortController(), stopRecording: new AbortController(), onEmpty: new Set() })

/** Whether the process has room for a request. One is always let through, however large. */
export const hasRoom = (places: Places, bytes: number): boolean =>
  places.underWay < places.limit && (places.underWay === 0 || places.bytes + bytes <= MAX_BYTES)

/** Requests under way from which a lane has several. */
export const SEVERAL = 2

/**
 * The last eighth of places, of a process's and of a tenant's, is kept for lanes that have not several requests under way: when
 * many endpoints that used to answer begin to hang at once, the others still have somewhere to go.
 */
const openTo = (limit: number, sending: number): number => (sending < SEVERAL ? limit : limit - (limit >> 3))

/** Whether the process has a place for a lane with so many requests under way. */
export const hasPlace = (places: Places, sending: number): boolean => places.underWay < openTo(places.limit, sending)

/** Whether the tenant has one. */
export const tenantHasPlace = (places: Places, tenantId: string, limit: number, sending: number): boolean =>
  (places.byTenant.get(tenantId) ?? 0) < openTo(limit, sending)

/** As much of a delivery as its place depends on. */
type Occupant = Pick<DueDelivery, 'id' | 'endpointId' | 'orderKey' | 'body'>

const turnOf = ({ endpointId, orderKey }: Occupant): string => `${endpointId} ${orderKey}`

/**
 * Whether nothing under way must end first. The first open delivery of an order key may be another than the one that is under
 * way: somebody retried an earlier one, or cancelled the one under way.
 */
export const isInTurn = (places: Places, due: Occupant): boolean => due.orderKey === null || !places.turns.has(turnOf(due))

export const occupy = (places: Places, due: Occupant): void => {
  places.underWay += 1
  places.bytes += due.body.length
  places.ids.add(due.id)
  if (due.orderKey !== null) places.turns.add(turnOf(due))
}

export const vacate = (places: Places, due: Occupant): void => {
  places.underWay -= 1
  places.bytes -= due.body.length
  places.ids.delete(due.id)
  if (due.orderKey !== null) places.turns.delete(turnOf(due))
  if (places.underWay > 0) return
  for (const tell of places.onEmpty) tell()
  places.onEmpty.clear()
}

/** How long results are still recorded after the last request was stopped. */
const RECORDING_MS = 3_000

/** Waits until nothing is under way; stops requests after `graceMs`, and gives up recording some seconds later. */
export const drain = async (places: Places, graceMs: number): Promise<void> => {
  if (places.underWay === 0) return
  const timers = [setTimeout(() => places.stopRequests.abort(), graceMs), setTimeout(() => places.stopRecording.abort(), graceMs + RECORDING_MS)]
  await new Promise<void>((resolve) => {
    places.onEmpty.add(resolve)
    timers.push(setTimeout(resolve, graceMs + RECORDING_MS + 1_000)) // a statement that gets no answer at all
  })
  for (const timer of timers) clearTimeout(timer)
}

/** A tenant's requests on the wire: `by` is 1 at the start and -1 at the end. */
export const countTenant = (places: Places, tenantId: string, by: 1 | -1): void => {
  const count = (places.byTenant.get(tenantId) ?? 0) + by
  if (count <= 0) places.byTenant.delete(tenantId)
  else places.byTenant.set(tenantId, count)
}
