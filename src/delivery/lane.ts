/** One lane in the hands of its owner: an endpoint, what was read for it, and what is under way. */
import type { LaneEndpoint } from '../database/lane-endpoints.ts'
import type { DueDelivery } from '../database/pages.ts'
import { admitted, circuitFrom, circuitRemembered, type Circuit } from './circuit.ts'
import type { Memory, Speed } from './memory.ts'
import { createProbation, unsettledAtMost, type Probation } from './probation.ts'

export type Lane = {
  endpoint: LaneEndpoint
  circuit: Circuit
  readonly memory: Memory
  /** read and not started, in the order to send */
  queue: DueDelivery[]
  /** when the queue was read; what waits too long is read again, since it may have been cancelled meanwhile */
  readAtMs: number
  /** when to read next; Infinity = not before something happens */
  nextReadMs: number
  readDelayMs: number
  /** when it was last read without an upper bound */
  readAllMs: number
  isReading: boolean
  /** what is being read counts no more */
  isReadVain: boolean
  /** ids that started while a page was being read: that page may still show them as due */
  readonly startedWhileReading: Set<string>
  /** the last page was full: there is more */
  hasMore: boolean
  /** rows that the last page could hold */
  lastLimit: number
  /** first order key of the next page */
  afterKey: string
  /** requests on the wire */
  sending: number
  /** requests that were answered, and whose results are not recorded yet */
  unrecorded: number
  /** started and not recorded yet, with the monotonic time of their start, oldest first */
  readonly busy: Map<string, number>
  /** when the oldest request under way began; Infinity = none */
  oldestStartMs: number
  /** how fast it answers, as far as is known */
  speed: Speed
  lastFoundMs: number
  /** nothing may start before, by Retry-After or an open circuit */
  heldUntilMs: number
  /** endpoint states read by a query that began then */
  refreshedMs: number
  isReleasing: boolean
  /** owners of it have died; undefined = none has */
  probation: Probation | undefined
  /** when its probation was last passed, and that is committed; Infinity while it is not */
  trustedMs: number
  /** when what an answer disabled was written; Infinity while it is not */
  disabledMs: number
  /** the process still has requests under way that a session before this one has sent */
  hasFormer: boolean
  /** whoever writes for it calls its owner, who needs to read it at no other time */
  isOnCall: boolean
  /** it is being taken off call, since it is busy */
  isLeavingCall: boolean
  /** called since its last page began to be read */
  isCalled: boolean
  /** something else than new deliveries that succeed has been: before it rests again, it is looked at what is due later */
  needsLook: boolean
  /** attempts that did not end as a recorded success, or have not ended */
  unsure: number
}

export const createLane = (endpoint: LaneEndpoint, memory: Memory, nowMs: number, refreshedMs: number): Lane => ({
  endpoint,
  circuit:
    endpoint.circuit === 'closed' && memory.circuit?.state === 'closed'
      ? circuitRemembered(memory.circuit, endpoint.consecutiveFailures)
      : circuitFrom(endpoint.circuit, endpoint.circuitOpenings, endpoint.consecutiveFailures),
  memory,
  queue: [],
  readAtMs: 0,
  nextReadMs: nowMs,
  readDelayMs: 0,
  readAllMs: nowMs,
  isReading: false,
  isReadVain: false,
  startedWhileReading: new Set(),
  hasMore: false,
  lastLimit: 0,
  afterKey: '',
  sending: 0,
  unrecorded: 0,
  busy: new Map(),
  oldestStartMs: Infinity,
  speed: memory.speed,
  lastFoundMs: nowMs,
  heldUntilMs: endpoint.heldForMs === null ? 0 : nowMs + endpoint.heldForMs,
  refreshedMs,
  isReleasing: false,
  probation: createProbation(endpoint),
  trustedMs: -Infinity,
  disabledMs: -Infinity,
  hasFormer: false,
  isOnCall: false,
  isLeavingCall: false,
  isCalled: false,
  needsLook: false,
  unsure: 0,
})

/** What was read counts no more, nor what is being read: it is read again. */
export const readAnew = (lane: Lane): void => {
  lane.queue = []
  lane.nextReadMs = 0
  lane.isReadVain = lane.isReading
}

/** Whether the lane may send at all now, apart from pace and places. */
export const isOpen = (lane: Lane, nowMs: number): boolean =>
  lane.endpoint.maySend && lane.endpoint.secrets.length > 0 && lane.heldUntilMs <= nowMs && lane.circuit.state !== 'open'

/** Whether it may have one more request on the wire. One that is suspected of killing its owners has a single one until that is recorded. */
export const hasOwnPlace = ({ sending, unrecorded, circuit, endpoint, probation }: Lane): boolean =>
  probation?.isSuspect === true
    ? sending + unrecorded === 0
    : sending < admitted(circuit, endpoint.maxInFlight) && sending + unrecorded < unsettledAtMost(endpoint)

/** Whether it would send more, but will soon have to wait for results that are not recorded. */
export const waitsForRecords = ({ queue, hasMore, unrecorded, endpoint, probation }: Lane): boolean =>
  (queue.length > 0 || hasMore) && (probation?.isSuspect === true || unrecorded * 2 >= unsettledAtMost(endpoint))

/** Whether nothing is left to do for it in memory. */
export const isEmpty = (lane: Lane): boolean => lane.queue.length === 0 && lane.busy.size === 0 && !lane.isReading

/**
 * Whether the next page is to be read while the rest of this one is sent. The rest is read again with it, so that it should
 * be short; but long enough for the requests that may start until the page is there.
 */
export const isNearlySent = ({ hasMore, queue, lastLimit, endpoint }: Lane): boolean =>
  hasMore && queue.length <= Math.min(lastLimit >> 2, Math.max(lastLimit >> 3, endpoint.maxInFlight))
