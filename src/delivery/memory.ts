/** What a process remembers of lanes between two times that it owns them: pace, circuit, speed, how busy they were. */
import type { Circuit } from './circuit.ts'
import type { Pace } from './pace.ts'

/** How fast an endpoint answers, as far as is known (slowness.ts). */
export type Speed = 'quick' | 'unknown' | 'slow'

export type Memory = {
  pace: Pace
  circuit: Circuit | undefined
  speed: Speed
  /** deliveries found in the second that began at `secondMs`, and in the one before */
  found: number
  foundBefore: number
  secondMs: number
  /** bytes of an average body */
  bodyBytes: number
  /** something was due when the lane had been given back: it is read without bounds next time (reader.ts) */
  isToReadAll: boolean
}

export type Memories = { readonly of: (endpointId: string) => Memory }

const MAX_REMEMBERED = 10_000

/** Forgets the oldest beyond ten thousand: a forgotten lane merely starts afresh. */
export const createMemories = (): Memories => {
  const byId = new Map<string, Memory>()
  return {
    of: (endpointId) => {
      const known = byId.get(endpointId)
      if (known !== undefined) return known
      if (byId.size >= MAX_REMEMBERED) byId.delete(byId.keys().next().value!)
      const fresh: Memory = { pace: { usedUntilMs: 0 }, circuit: undefined, speed: 'unknown', found: 0, foundBefore: 0, secondMs: 0, bodyBytes: 0, isToReadAll: false }
      byId.set(endpointId, fresh)
      return fresh
    },
  }
}

const roll = (memory: Memory, nowMs: number): void => {
  const passed = nowMs - memory.secondMs
  if (passed < 1_000) return
  memory.foundBefore = passed < 2_000 ? memory.found : 0
  memory.found = 0
  memory.secondMs = nowMs
}

/** Counts deliveries that were found, with the bytes of their bodies. */
export const noteFound = (memory: Memory, deliveries: number, bytes: number, nowMs: number): void => {
  roll(memory, nowMs)
  memory.found += deliveries
  if (deliveries > 0) memory.bodyBytes = memory.bodyBytes === 0 ? bytes / deliveries : memory.bodyBytes * 0.8 + (bytes / deliveries) * 0.2
}

/** Deliveries a second, over the last one to two seconds. */
export const ratePerSecond = (memory: Memory, nowMs: number): number => {
  roll(memory, nowMs)
  return Math.max(memory.found, memory.foundBefore)
}
