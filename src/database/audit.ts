/** The chain over the audit log. */
import type pg from 'pg'

export type ChainStep = {
  readonly chained: number
  /** the newest hash in hex; `undefined` where the chain is empty or somebody else is at it */
  readonly head: string | undefined
}

/** Rows that one call chains at most. */
export const BATCH = 1_000

/** Chains what is committed and not chained yet, a batch of it. */
export const chainAuditLog = async (pool: pg.Pool): Promise<ChainStep> => {
  const { rows } = await pool.query<{ chained: number; head: string | null }>({
    name: 'chain_audit_log',
    text: `select chained, encode(head, 'hex') as head from webhooks_private.chain_audit_log($1)`,
    values: [BATCH],
  })
  return { chained: rows[0]?.chained ?? 0, head: rows[0]?.head ?? undefined }
}
