/** Chains the audit log, and writes its newest hash into the log of the process, where nobody can take it back. */
import { BATCH, type ChainStep } from '../database/audit.ts'
import type { Log } from '../delivery/registry-deps.ts'

const LOG_EVERY_MS = 60_000
const MOST_BATCHES = 10

/** To be called once a second. The head is logged once a minute, where it has changed. */
export const createAuditChain = (chain: () => Promise<ChainStep>, log: Log, nowMs: () => number): (() => Promise<void>) => {
  let loggedMs = -Infinity
  let loggedHead: string | undefined
  return async () => {
    let { chained, head } = await chain()
    // A bulk change leaves more rows than a batch takes; it ends, so that nothing else of the round waits for long.
    for (let more = 1; chained >= BATCH && more < MOST_BATCHES; more += 1) {
      const next = await chain()
      chained = next.chained
      head = next.head ?? head
    }
    if (head === undefined || head === loggedHead || nowMs() - loggedMs < LOG_EVERY_MS) return
    log.info({ head }, 'head of the audit log')
    loggedMs = nowMs()
    loggedHead = head
  }
}
