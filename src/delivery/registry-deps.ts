/** What the lanes of a process stand on. */
import type { LaneEndpoint } from '../database/lane-endpoints.ts'
import type { Look, Release } from '../database/lanes.ts'
import type { Pages, PageWish } from '../database/pages.ts'
import type { AttemptDeps } from './attempt.ts'
import type { Circles } from './circles.ts'
import type { Counters } from './counters.ts'
import type { Memories } from './memory.ts'
import type { Places } from './places.ts'
import type { Recorder } from './recorder.ts'

/** The database, as lanes use it. `take`, `release` and `heldLocks` run on the lock connection, all else on a pool. */
export type LaneStore = {
  /** the endpoints of the lanes that could be taken */
  readonly take: (endpointIds: readonly string[]) => Promise<LaneEndpoint[]>
  readonly release: (endpointIds: readonly string[], onCall?: boolean) => Promise<Release[]>
  /** absent: lanes are given back as soon as they are idle */
  readonly putOnCall?: (endpointIds: readonly string[]) => Promise<Release[]>
  readonly keepReading?: (endpointIds: readonly string[]) => Promise<string[]>
  readonly heldLocks: (endpointIds: readonly string[]) => Promise<string[]>
  readonly look: (endpointIds: readonly string[]) => Promise<Look[]>
  /** the endpoints of lanes on call that are called; one that no longer exists is left out */
  readonly loadCalled?: (endpointIds: readonly string[]) => Promise<LaneEndpoint[]>
  readonly loadEndpoints: (endpointIds: readonly string[]) => Promise<LaneEndpoint[]>
  readonly readPages: (wishes: readonly PageWish[], busyIds: readonly string[], untilMs: number | undefined) => Promise<Pages>
  readonly scheduleWakes: (wakes: readonly { readonly endpointId: string; readonly inMs: number }[]) => Promise<void>
  readonly holdLane: (endpointId: string, forMs: number, reason: 'retry-after' | 'rate limit') => Promise<void>
  readonly saveCircuit: (endpointId: string, circuit: 'closed' | 'open', openings: number, holdMs: number) => Promise<void>
  readonly savePace: (endpointId: string, usedForMs: number) => Promise<void>
  readonly disableEndpoint: (endpointId: string, reason: string) => Promise<void>
  /** tells operators of a circuit that was closed and opened */
  readonly onCircuitOpen: (endpointId: string) => Promise<void>
  readonly reserveTenantSlots: (tenantId: string, slots: number, perMinute: number) => Promise<{ readonly granted: number; readonly waitMs: number }>
  readonly postpone: (delivery: { readonly id: string; readonly attempts: number }, forMs: number, reason: string) => Promise<void>
  readonly markSuspect: (endpointId: string, deliveryId: string) => Promise<void>
  /** forgets which delivery is under way alone, and with `crashes` how many owners died */
  readonly clearSuspect: (endpointId: string, also?: 'crashes') => Promise<void>
}

/** As much of pino as the lanes need. */
export type Log = {
  readonly debug: (fields: object, message: string) => void
  readonly info: (fields: object, message: string) => void
  readonly warn: (fields: object, message: string) => void
  readonly error: (fields: object, message: string) => void
  /** whether lines of a level are written; absent: nobody knows, so they are made */
  readonly isLevelEnabled?: (level: string) => boolean
}

export type RegistryDeps = AttemptDeps & {
  readonly store: LaneStore
  readonly recorder: Recorder
  readonly places: Places
  readonly memories: Memories
  readonly counters: Counters
  readonly circles: Circles
  readonly log: Log
  /** whether this worker's last acknowledged sign of life is recent enough to start a request */
  readonly isFresh: () => boolean
  /** how many lanes may be on call: each is a place in the server's table of locks */
  readonly mostResting: () => number
  /** the lock connection no longer does what it should, and must be given up */
  readonly onBroken: (reason: string) => void
}
