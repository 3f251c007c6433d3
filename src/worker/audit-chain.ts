/** Chains the audit log, and writes its newest hash into the log of the process, where nobody can take it back. */
import type { ChainStep } from '../database/audit.ts'
import type { Log } from '../delivery/registry-deps.ts'

const LOG_EVERY_MS = 60_000

/** To be called once a second. The head is logged once a minute, where it has changed. */
export const createAuditChain = (chain: () => Promise<ChainStep>, log: Log, nowMs: () => number): (() => Promise<void>) => {
  let loggedMs = -Infinity
  let loggedHead: string | undefined
  return async () => {
    const { head } = await chain()
    if (head === undefined || head === loggedHead || nowMs() - loggedMs < LOG_EVERY_MS) return
    log.info({ head }, 'head of the audit log')
    loggedMs = nowMs()
    loggedHead = head
  }
}
