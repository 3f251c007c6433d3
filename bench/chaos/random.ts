/** Random numbers that a seed repeats. */

export type Random = {
  /** from 0 to below 1 */
  readonly next: () => number
  /** a whole number from `from` to `to`, both included */
  readonly between: (from: number, to: number) => number
  readonly chance: (share: number) => boolean
  readonly pick: <T>(items: readonly T[]) => T
}

/** mulberry32: small, and good enough to choose faults. */
export const createRandom = (seed: number): Random => {
  let state = seed >>> 0
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const between = (from: number, to: number) => from + Math.floor(next() * (to - from + 1))
  return { next, between, chance: (share) => next() < share, pick: (items) => items[between(0, items.length - 1)]! }
}

/** FNV-1a over the text and the seed, from 0 to below 1: the same answer for the same request, in whatever order requests come. */
export const draw = (seed: number, text: string): number => {
  let hash = 2166136261 ^ seed
  for (let i = 0; i < text.length; i += 1) hash = Math.imul(hash ^ text.charCodeAt(i), 16777619)
  return createRandom(hash).next()
}
