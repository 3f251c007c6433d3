/** Rests of deliveries whose attempt could not be recorded: each will be sent again, so that its receiver gets it twice. */
import { setTimeout as sleep } from 'node:timers/promises'

const FIRST_MS = 1_000
const LONGEST_MS = 300_000
const MOST_KNOWN = 10_000

export const createRests = (signal: AbortSignal) => {
  const times = new Map<string, number>()
  return {
    /** twice as long as the last time, a second at first; resolves early when the signal is aborted */
    rest: async (deliveryId: string): Promise<void> => {
      const before = times.get(deliveryId) ?? 0
      if (times.size >= MOST_KNOWN) times.clear()
      times.set(deliveryId, before + 1)
      await sleep(Math.min(FIRST_MS * 2 ** before, LONGEST_MS), undefined, { signal }).catch(() => undefined)
    },
    forget: (deliveryId: string): void => void times.delete(deliveryId),
  }
}
