/** The receiver's process, as figures use it. */
import type { Received } from '../processes/receiver.ts'
import { startChild } from './child.ts'

export type Receiver = {
  readonly pid: number
  readonly origin: string
  readonly reset: (options?: { readonly delayMs?: number; readonly notesArrivals?: boolean }) => Promise<void>
  readonly received: () => Promise<Received>
  /** resolves when so many requests have come since the reset; rejects when none comes for a minute */
  readonly waitFor: (count: number) => Promise<void>
  /** when the request with `"n":<number>` in its body came, in milliseconds of the shared clock */
  readonly arrivals: () => Promise<ReadonlyMap<number, number>>
  readonly stop: () => Promise<void>
}

const PATIENCE_MS = 60_000

export const startReceiver = async (): Promise<Receiver> => {
  const child = await startChild('receiver')
  const received = () => child.call<Received>('received')
  return {
    pid: child.pid,
    origin: `http://127.0.0.1:${await child.call<number>('port')}`,
    reset: (options = {}) => child.call('reset', options),
    received,
    arrivals: () => child.call('arrivals'),
    stop: child.stop,
    waitFor: (count) =>
      new Promise((resolve, reject) => {
        let seen = -1
        const watch = setInterval(() => {
          void received().then((now) => {
            if (now.count === seen) reject(new Error(`${now.count} of ${count} requests came, and then none for ${PATIENCE_MS / 1000} s`))
            seen = now.count
          })
        }, PATIENCE_MS)
        child.call('waitFor', count).then(resolve, reject).finally(() => clearInterval(watch))
      }),
  }
}
