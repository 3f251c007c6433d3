/** Reads pages of due deliveries for all lanes that want one, one statement at a time. */
import type { Pages, PageWish } from '../database/pages.ts'
import type { Clock } from './clock.ts'
import { isNearlySent, isOpen, type Lane } from './lane.ts'
import { noteFound, ratePerSecond } from './memory.ts'
import { startableWithin } from './pace.ts'
import { isInTurn, type Places } from './places.ts'

export type ReaderDeps = {
  readonly clock: Clock
  readonly places: Places
  readonly lanes: ReadonlyMap<string, Lane>
  readonly read: (wishes: readonly PageWish[], busyIds: readonly string[], untilMs: number | undefined) => Promise<Pages>
  /** pages have come: start requests, or give idle lanes back */
  readonly onRead: (lanes: readonly Lane[]) => void
  readonly onTrouble: (error: unknown) => void
}

export type Reader = {
  /** looks which lanes want to read, now or by a timer */
  readonly wake: () => void
  readonly stop: () => void
}

/** Deliveries of one page at most: beyond it a page is stale before it is sent. */
const MAX_PAGE = 200
/** Bytes of the bodies that all lanes together hold unsent. */
const MAX_QUEUED_BYTES = 4 * 1024 * 1024
/** What the bodies of a lane that was never read are taken for: its first page is small, and the next one knows. */
const UNKNOWN_BODY_BYTES = 64 * 1024
/** Pauses between reads: of a busy lane that lingers, and of one that waits for something else. */
const FIRST_PAUSE_MS = 2
const MAX_PAUSE_MS = 50
/** Deliveries a second from which a lane is busy. */
export const BUSY_PER_SECOND = 20
/** A busy lane waits so long for more before it is given back. */
export const LINGER_MS = 30
/**
 * Reading takes at most this share of the time while nothing is found. By the quickest of the recent reads: on a machine
 * that is busy with something else a read takes long without costing more, and whoever waited longer then would be late.
 */
const MAX_READING_SHARE = 0.2
/** After a statement that found so many it is read again twice as soon: what they wait less is worth their share of it. */
const WORTHWHILE = 2
/**
 * Pages are read up to the events of the next hour, so that the partitions of the coming weeks are not even opened: that
 * halves what a small read costs. So often a lane is read without that bound, and always when a look has found something
 * due that its last page did not show; there may be events from the future, by a clock that was wrong.
 */
const AHEAD_MS = 3_600_000
const ALL_EVERY_MS = 5_000

/** Not one that is empty: even then V8 makes a new table, once for each read of each lane, and each keeps the next (sender.ts, `leave`). */
const forgetStarted = ({ startedWhileReading }: Lane): void => {
  if (startedWhileReading.size > 0) startedWhileReading.clear()
}

export const createReader = ({ clock, places, lanes, read, onRead, onTrouble }: ReaderDeps): Reader => {
  let isReading = false
  let isStopped = false
  let timer: NodeJS.Timeout | undefined
  let timerAtMs = Infinity
  let isWaking = false
  let quickReadMs = 1
  /** deliveries that the last statement found */
  let foundLast = 0

  const pauseMs = (): number => Math.max(FIRST_PAUSE_MS, quickReadMs / MAX_READING_SHARE) / (foundLast >= WORTHWHILE ? 2 : 1)

  const limitOf = (lane: Lane, nowMs: number, share: number): number => {
    const { maxInFlight, rateLimit } = lane.endpoint
    const busy = Math.max(2 * maxInFlight, Math.ceil(ratePerSecond(lane.memory, nowMs) / 2))
    const byBytes = Math.max(1, Math.floor(share / (lane.memory.bodyBytes || UNKNOWN_BODY_BYTES)))
    const byPace = Math.max(1, Math.min(startableWithin(lane.memory.pace, rateLimit, nowMs, 1_000), MAX_PAGE))
    const byCircuit = lane.circuit.state === 'half-open' || lane.probation?.isSuspect === true ? 1 : MAX_PAGE
    return Math.min(busy, byBytes, byPace, byCircuit, MAX_PAGE)
  }

  const take = (lane: Lane, found: Pages['due'], limit: number, lastKey: string | undefined, nowMs: number): void => {
    if (lane.isReadVain) {
      forgetStarted(lane)
      lane.nextReadMs = nowMs
      return
    }
    let bytes = 0
    const rows = found.filter((due) => isInTurn(places, due)) // whose turn it is not counts as not found
    lane.queue = rows.filter((due) => {
      bytes += due.body.length
      return !places.ids.has(due.id) && !lane.startedWhileReading.has(due.id)
    })
    forgetStarted(lane)
    lane.readAtMs = nowMs
    lane.lastLimit = limit
    noteFound(lane.memory, rows.length, bytes, nowMs)
    lane.hasMore = rows.length >= limit || (lane.endpoint.ordered && lane.afterKey !== '')
    // Ordered lanes walk their keys round and round; one turn that began at the first key and found little is the end.
    lane.afterKey = rows.length >= limit && lastKey !== undefined ? lastKey : ''
    if (rows.length > 0) lane.lastFoundMs = nowMs
    const isBusy = ratePerSecond(lane.memory, nowMs) >= BUSY_PER_SECOND
    // A busy lane that lingers is read at an even pace: its next delivery may come at any moment.
    const isEven = rows.length > 0 || (isBusy && nowMs - lane.lastFoundMs < LINGER_MS)
    const first = isBusy ? pauseMs() : Math.max(MAX_PAUSE_MS / 2, pauseMs())
    lane.readDelayMs = isEven ? first : Math.max(first, Math.min(lane.readDelayMs * 2, MAX_PAUSE_MS))
    const isWaiting = lane.isOnCall && !lane.hasFormer && !lane.endpoint.ordered // for a call
    const isToReadNow = lane.isCalled || (lane.hasMore && lane.queue.length === 0)
    lane.nextReadMs = isToReadNow ? nowMs : isWaiting ? Infinity : nowMs + lane.readDelayMs
    // Called for what is not shown: it is of a later time, or somebody else has ended it.
    if (rows.length === 0 && lane.busy.size === 0) lane.needsLook = true
  }

  const readNow = async (wanting: readonly Lane[]): Promise<void> => {
    isReading = true
    const startedMs = clock.monotonicMs()
    const share = Math.max(1, (MAX_QUEUED_BYTES - places.bytes) / wanting.length)
    const wishes = wanting.map((lane) => ({
      endpointId: lane.endpoint.id,
      limit: limitOf(lane, startedMs, share),
      ordered: lane.endpoint.ordered,
      afterKey: lane.afterKey,
    }))
    const readsAll = wanting.some((lane) => startedMs - lane.readAllMs > ALL_EVERY_MS)
    if (readsAll) for (const lane of wanting) lane.readAllMs = startedMs
    let busy = 0
    for (const lane of lanes.values()) busy += lane.busy.size
    // What a session before this one has sent is left out too, and its lanes are kept: given back they would be due at once.
    const hasFormer = places.underWay > busy
    const busyIds: string[] = hasFormer ? [...places.ids] : []
    for (const lane of wanting) {
      lane.isReading = true
      lane.isReadVain = false
      lane.hasFormer = hasFormer
      lane.nextReadMs = Infinity
      lane.isCalled = false
      if (!hasFormer) for (const id of lane.busy.keys()) busyIds.push(id)
    }
    try {
      const { due, lastKeys } = await read(wishes, busyIds, readsAll ? undefined : clock.epochMs() + AHEAD_MS)
      const nowMs = clock.monotonicMs()
      quickReadMs = Math.min(nowMs - startedMs, quickReadMs * 1.02)
      foundLast = due.length
      const rows = Map.groupBy(due, ({ endpointId }) => endpointId)
      wanting.forEach((lane, i) => take(lane, rows.get(lane.endpoint.id) ?? [], wishes[i]!.limit, lastKeys.get(lane.endpoint.id), nowMs))
    } catch (error) {
      const nowMs = clock.monotonicMs()
      for (const lane of wanting) {
        forgetStarted(lane)
        lane.nextReadMs = nowMs + 500
        lane.isCalled = true
      }
      onTrouble(error)
    } finally {
      isReading = false
      for (const lane of wanting) lane.isReading = false
    }
    onRead(wanting)
    look()
  }

  const look = (): void => {
    isWaking = false
    if (isReading || isStopped) return
    const nowMs = clock.monotonicMs()
    const wanting: Lane[] = []
    const soon: Lane[] = []
    let next = Infinity
    for (const lane of lanes.values()) {
      if (lane.isReleasing || !isOpen(lane, nowMs)) continue
      // What is queued comes first; a page that is nearly sent is followed by the next.
      if (lane.queue.length > 0 && !isNearlySent(lane)) continue
      if (lane.nextReadMs <= nowMs) wanting.push(lane)
      else if (lane.nextReadMs <= nowMs + pauseMs()) soon.push(lane)
      if (lane.nextReadMs < next) next = lane.nextReadMs
    }
    if (wanting.length > 0) {
      clearTimeout(timer)
      timerAtMs = Infinity
      void readNow([...wanting, ...soon]) // one statement for all that linger, not one for each
    } else if (next < timerAtMs || timerAtMs <= nowMs) {
      clearTimeout(timer)
      timerAtMs = next
      if (next < Infinity) timer = setTimeout(() => ((timerAtMs = Infinity), look()), Math.max(1, next - nowMs))
    }
  }

  /** Once for all that happens in the same turn. */
  const wake = (): void => {
    if (isWaking || isStopped) return
    isWaking = true
    setImmediate(look)
  }

  return {
    wake,
    stop: () => {
      isStopped = true
      clearTimeout(timer)
    },
  }
}
