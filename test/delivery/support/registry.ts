/** A registry of lanes as a worker makes it, with as much of a worker as a test of lanes needs. */
import type pg from 'pg'
import { isRefusal, recordResults, setAside, type AttemptResult, type Recorded } from '../../../src/database/results.ts'
import { createCircles } from '../../../src/delivery/circles.ts'
import { systemClock } from '../../../src/delivery/clock.ts'
import { createCounters } from '../../../src/delivery/counters.ts'
import { createMemories } from '../../../src/delivery/memory.ts'
import { createPlaces } from '../../../src/delivery/places.ts'
import { createRecorder } from '../../../src/delivery/recorder.ts'
import type { LaneStore } from '../../../src/delivery/registry-deps.ts'
import { createRegistry, type Registry } from '../../../src/delivery/registry.ts'
import { createTokenSource } from '../../../src/http/oauth.ts'
import type { Sender } from '../../../src/http/sender.ts'

const NOBODY = '00000000-0000-7000-8000-000000000000'
const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined }

export type TestRegistryDeps = {
  readonly pool: pg.Pool
  readonly store: LaneStore
  readonly sender: Sender
  /** stands around what records; left out: nothing does */
  readonly aroundRecord?: (record: () => Promise<Recorded[]>) => Promise<Recorded[]>
  readonly onTrouble?: (error: unknown) => void
  readonly onBroken: (reason: string) => void
}

export const createTestRegistry = ({ pool, store, sender, aroundRecord = (record) => record(), onTrouble = () => undefined, onBroken }: TestRegistryDeps): Registry =>
  createRegistry({
    store,
    sender,
    clock: systemClock,
    tokens: createTokenSource(sender, systemClock.monotonicMs),
    userAgent: 'Rowhook/test',
    recorder: createRecorder({
      record: (results: readonly AttemptResult[]) => aroundRecord(() => recordResults(pool, NOBODY, results)),
      isRefusal,
      setAside: (result, refusal) => setAside(pool, result, refusal),
      onTrouble,
      signal: new AbortController().signal,
    }),
    places: createPlaces(100),
    memories: createMemories(),
    counters: createCounters(),
    circles: createCircles(),
    log: silent,
    isFresh: () => true,
    mostResting: () => 1_000,
    onBroken,
  })
