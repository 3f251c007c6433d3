/** Requests at the demo's receiver, to be waited for or printed. */
import type { Arrival } from '../receiver.ts'

export type Arrivals = {
  readonly add: (arrival: Arrival) => void
  /** the first verified arrival that fits, past ones included; `undefined` when the time is over */
  readonly waitFor: (fits: (arrival: Arrival) => boolean, deadlineMs: number) => Promise<Arrival | undefined>
  /** from now on every arrival goes there */
  readonly follow: (listener: (arrival: Arrival) => void) => void
}

/** Whether it is the event of this sale. The receiver knows only what it got. */
export const isSale =
  (saleId: string) =>
  ({ body, verdict }: Arrival): boolean => {
    if (verdict === undefined || verdict.refusal !== undefined) return false
    const { type, resource } = JSON.parse(body.toString('utf8')) as { type?: string; resource?: { id?: string } }
    return type === 'sale.created' && resource?.id === saleId
  }

export const collectArrivals = (): Arrivals => {
  const all: Arrival[] = []
  let listener: (arrival: Arrival) => void = () => undefined
  return {
    add: (arrival) => {
      all.push(arrival)
      listener(arrival)
    },
    waitFor: (fits, deadlineMs) =>
      new Promise((resolve) => {
        const timer = setTimeout(() => resolve(undefined), deadlineMs).unref() // whoever gives up earlier may end
        const check = (arrival: Arrival) => {
          if (!fits(arrival)) return
          clearTimeout(timer)
          resolve(arrival)
        }
        listener = check
        for (const arrival of all) check(arrival)
      }),
    follow: (next) => (listener = next),
  }
}
