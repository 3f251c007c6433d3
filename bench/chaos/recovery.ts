/** How long it took until deliveries moved on, by the receivers' ledger. */
import type { Incident } from './faults.ts'
import type { Receipt } from './receiver-process.ts'

export type Recovery = {
  /** after a kill -9, until each endpoint with something due in the victim's hands had its next request */
  readonly worstRecoveryMs: number
  /** the same after a SIGSTOP */
  readonly worstFreezeRecoveryMs: number
  /** from the database's return to the next request of all */
  readonly worstDatabaseRecoveryMs: number
}

/** What the victim had sent already arrives within this time, also at a receiver that is busy. */
const ECHO_MS = 250
/** A crash of the database from so long before an incident until it was over: that incident says nothing about workers. */
const BEFORE_MS = 5_000

export const measureRecovery = (incidents: readonly Incident[], receipts: readonly Receipt[]): Recovery => {
  const byPath = Map.groupBy(receipts, ({ path }) => path)
  const crashes = incidents.filter(({ kind }) => kind === 'database')

  const slowest = (kind: Incident['kind']): number => {
    let worst = 0
    for (const { atMs, paths } of incidents.filter((incident) => incident.kind === kind)) {
      for (const path of paths) {
        const next = byPath.get(path)?.find((receipt) => receipt.atMs > atMs + ECHO_MS)
        if (next === undefined || crashes.some((crash) => crash.atMs > atMs - BEFORE_MS && crash.atMs < next.atMs)) continue
        worst = Math.max(worst, next.atMs - atMs)
      }
    }
    return worst
  }

  const afterCrash = crashes.map(({ atMs }) => (receipts.find((receipt) => receipt.atMs > atMs)?.atMs ?? atMs) - atMs)
  return { worstRecoveryMs: slowest('kill'), worstFreezeRecoveryMs: slowest('freeze'), worstDatabaseRecoveryMs: Math.max(0, ...afterCrash) }
}

/** Requests that came after the receiver had said 2xx, by the kind of the last incident before them. */
export const attributeDuplicates = (incidents: readonly Incident[], receipts: readonly Receipt[]): Partial<Record<Incident['kind'] | 'none', number>> => {
  const counts: Partial<Record<Incident['kind'] | 'none', number>> = {}
  const accepted = new Set<string>()
  for (const { path, id, status, atMs } of receipts) {
    const pair = `${path} ${id}`
    if (accepted.has(pair)) {
      const kind = incidents.findLast((incident) => incident.atMs <= atMs)?.kind ?? 'none'
      counts[kind] = (counts[kind] ?? 0) + 1
    }
    if (status >= 200 && status < 300) accepted.add(pair)
  }
  return counts
}
