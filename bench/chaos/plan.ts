/** What goes wrong and when: the same for the same seed. */
import { createRandom } from './random.ts'

export type FaultKind = 'kill' | 'term' | 'freeze' | 'database' | 'terminate'

/** A fault, when so many events are written: so a slow machine has as much to do between two as a fast one. `victim` picks a worker by its place. */
export type Fault = { readonly afterEvents: number; readonly kind: FaultKind; readonly victim: number; readonly forMs: number }

export type Counts = Readonly<Record<FaultKind, number>>

/** A frozen worker is declared dead after 10 s; one that thaws later finds others in its place. */
const FREEZE_FROM_MS = 11_000
const FREEZE_TO_MS = 14_000

/** Spreads the faults over the events, in random order. Freezes come in the first part, so that they thaw while events still come. */
export const planFaults = (seed: number, counts: Counts, events: number): Fault[] => {
  const random = createRandom(seed)
  const kinds = (Object.keys(counts) as FaultKind[]).flatMap((kind) => Array.from({ length: counts[kind] }, () => kind))
  const shuffled = kinds.map((kind) => ({ kind, at: kind === 'freeze' ? random.next() * 0.7 : random.next() })).toSorted((a, b) => a.at - b.at)
  const gap = events / (shuffled.length + 1)
  return shuffled.map(({ kind }, i) => ({
    kind,
    afterEvents: Math.round((i + 0.7 + random.next() * 0.6) * gap),
    victim: random.between(0, 1_000),
    forMs: kind === 'freeze' ? random.between(FREEZE_FROM_MS, FREEZE_TO_MS) : random.between(200, 1_000),
  }))
}
