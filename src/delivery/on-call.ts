/**
 * Lanes on call: ours, at rest, and read again when whoever writes for them calls. A delivery of an endpoint that has few then
 * costs a page and a record, where waking, taking and giving back its lane would cost five statements more.
 */
import type { LaneEndpoint } from '../database/lane-endpoints.ts'
import type { Clock } from './clock.ts'

export type OnCallDeps = {
  readonly clock: Clock
  /** the endpoints of lanes that are called; one that no longer exists is left out */
  readonly load: (endpointIds: readonly string[]) => Promise<LaneEndpoint[]>
  /** its endpoint is loaded: the lane is to be read. @param looks and looked at before it rests again */
  readonly onRisen: (endpoint: LaneEndpoint, refreshedMs: number, looks: boolean) => void
  /** the lane is to be given back, whose endpoint is gone or which has rested long enough */
  readonly giveBack: (endpointId: string) => Promise<void>
  readonly onTrouble: (error: unknown) => void
  /** how many lanes the server's table of locks has room for */
  readonly most: () => number
  /** shorter times for tests */
  readonly maxIdleMs?: number
  readonly maxTenureMs?: number
  readonly reviewMs?: number
}

export type OnCall = {
  readonly has: (endpointId: string) => boolean
  /** whether there is room for one more */
  readonly hasRoom: () => boolean
  /** the lane rests from now on. @param isNew it has just been put on call, and writers who saw it read may be under way */
  readonly rest: (endpointId: string, isNew: boolean) => void
  /** every writer who relied on its being read has ended */
  readonly settled: (endpointId: string) => void
  readonly isSettled: (endpointId: string) => boolean
  /** reads a lane at rest. @param looks something else than a new delivery that is due may be to find */
  readonly call: (endpointId: string, looks: boolean) => void
  /** the lane is no longer ours, or on its way to be given back */
  readonly forget: (endpointId: string) => void
  readonly resting: () => readonly string[]
  /** those whose endpoints are being loaded */
  readonly rising: () => readonly string[]
  /** no lane is called from now on; resolves with those that rest when what was being loaded has come */
  readonly stop: () => Promise<readonly string[]>
  /** the lock connection is gone, and every lane with it */
  readonly abandon: () => void
}

/** However much room there is. */
const MAX_RESTING = 1_000
/** A lane that nobody calls for so long is given back, and one that is called after so long, so that the lanes of several workers stay even. */
const MAX_IDLE_MS = 60_000
const MAX_TENURE_MS = 5 * 60_000
const REVIEW_MS = 5_000
/** Given back at once: together they are one statement. */
const REVIEWED = 200

type Resting = { readonly sinceMs: number; restingMs: number }

export const createOnCall = ({ clock, load, onRisen, giveBack, onTrouble, most, maxIdleMs = MAX_IDLE_MS, maxTenureMs = MAX_TENURE_MS, reviewMs = REVIEW_MS }: OnCallDeps): OnCall => {
  /** every lane that is on call, at rest or not */
  const known = new Map<string, Resting>()
  const resting = new Set<string>()
  /** with whether they are to be looked at */
  const rising = new Map<string, boolean>()
  /** put on call, with writers under way who may have seen them read */
  const unsettled = new Set<string>()
  let underWay: Promise<void> | undefined
  let isStopped = false

  const rise = async (): Promise<void> => {
    const ids = [...rising.keys()]
    const startedMs = clock.monotonicMs()
    try {
      const endpoints = new Map((await load(ids)).map((endpoint) => [endpoint.id, endpoint]))
      for (const id of ids) {
        const looks = rising.get(id)
        if (looks === undefined) continue // abandoned
        rising.delete(id)
        const endpoint = endpoints.get(id)
        if (isStopped) resting.add(id)
        else if (endpoint !== undefined) onRisen(endpoint, startedMs, looks)
        else await giveBack(id)
      }
    } catch (error) {
      // The sweeper calls again.
      for (const id of ids) if (rising.delete(id)) resting.add(id)
      onTrouble(error)
    }
  }

  const riseTogether = (): void => {
    // What is called in the same turn goes together, and what is called meanwhile in the next one.
    underWay ??= Promise.resolve()
      .then(rise)
      .finally(() => {
        underWay = undefined
        if (rising.size > 0) riseTogether()
      })
  }

  const forget = (endpointId: string): void => {
    known.delete(endpointId)
    resting.delete(endpointId)
    unsettled.delete(endpointId)
  }

  const room = (): number => Math.min(most(), MAX_RESTING)

  const review = (): void => {
    const nowMs = clock.monotonicMs()
    let tooMany = known.size - room()
    let given = 0
    for (const id of resting) {
      const { sinceMs, restingMs } = known.get(id)!
      if (tooMany-- <= 0 && nowMs - restingMs < maxIdleMs && nowMs - sinceMs < maxTenureMs) continue
      if (++given > REVIEWED) return
      resting.delete(id)
      giveBack(id).catch(onTrouble)
    }
  }
  const timer = setInterval(review, reviewMs).unref()

  const abandon = (): void => {
    isStopped = true
    clearInterval(timer)
    known.clear()
    resting.clear()
    rising.clear()
    unsettled.clear()
  }

  return {
    has: (endpointId) => resting.has(endpointId) || rising.has(endpointId),
    hasRoom: () => known.size < room(),
    rest: (endpointId, isNew) => {
      const nowMs = clock.monotonicMs()
      const before = known.get(endpointId)
      if (before === undefined) known.set(endpointId, { sinceMs: nowMs, restingMs: nowMs })
      else before.restingMs = nowMs
      if (isNew) unsettled.add(endpointId)
      resting.add(endpointId)
    },
    settled: (endpointId) => void unsettled.delete(endpointId),
    isSettled: (endpointId) => !unsettled.has(endpointId),
    call: (endpointId, looks) => {
      if (rising.has(endpointId)) {
        if (looks) rising.set(endpointId, true)
        return
      }
      if (isStopped || !resting.delete(endpointId)) return
      rising.set(endpointId, looks)
      riseTogether()
    },
    forget,
    resting: () => [...resting],
    rising: () => [...rising.keys()],
    stop: async () => {
      isStopped = true
      clearInterval(timer)
      await underWay
      return [...resting]
    },
    abandon,
  }
}
