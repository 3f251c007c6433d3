/** Seals what somebody has written by SQL, within a second, whatever else the worker does or waits for. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Log } from '../delivery/registry-deps.ts'

export type SealerDeps = {
  /** seals a batch of what lies as it is, and says how many rows */
  readonly seal: () => Promise<number>
  readonly log: Pick<Log, 'info' | 'warn'>
}

export type Sealer = { readonly stop: () => Promise<void> }

const EVERY_MS = 400
/** While the database is away. */
const PAUSE_MS = 1_000

/** Runs until `stop`, and lives through every trouble of the database. */
export const startSealer = ({ seal, log }: SealerDeps): Sealer => {
  const stopSignal = new AbortController()
  const pause = (ms: number) => sleep(ms, undefined, { signal: stopSignal.signal }).catch(() => undefined)

  const keepSealed = async (): Promise<void> => {
    let isInTrouble = false
    while (!stopSignal.signal.aborted) {
      try {
        const sealed = await seal()
        isInTrouble = false
        if (sealed > 0) log.info({ sealed }, 'secrets sealed')
        else await pause(EVERY_MS)
      } catch (error) {
        if (!isInTrouble) log.warn({ err: error }, 'secrets could not be sealed; trying again')
        isInTrouble = true
        await pause(PAUSE_MS)
      }
    }
  }
  const kept = keepSealed()

  return {
    stop: async () => {
      stopSignal.abort()
      await kept
    },
  }
}
