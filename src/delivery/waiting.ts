/** Lanes that wait for something they share with others, first come first served. */
import type { Lane } from './lane.ts'

export type Waiting<Key> = {
  readonly add: (key: Key, lane: Lane) => void
  /** lets so many go that wait for a key */
  readonly open: (key: Key, atMost: number) => void
  /** deliveries in the queues of those that wait */
  readonly queued: (key: Key) => number
}

export const createWaiting = <Key>(onOpen: (lane: Lane) => void): Waiting<Key> => {
  const byKey = new Map<Key, Set<Lane>>()
  return {
    add: (key, lane) => {
      const lanes = byKey.get(key)
      if (lanes === undefined) byKey.set(key, new Set([lane]))
      else lanes.add(lane)
    },
    open: (key, atMost) => {
      const lanes = byKey.get(key)
      if (lanes === undefined) return
      let left = atMost
      for (const lane of lanes) {
        if (left-- === 0) return
        lanes.delete(lane)
        onOpen(lane)
      }
      if (lanes.size === 0) byKey.delete(key)
    },
    queued: (key) => {
      let deliveries = 0
      for (const lane of byKey.get(key) ?? []) deliveries += lane.queue.length
      return deliveries
    },
  }
}
