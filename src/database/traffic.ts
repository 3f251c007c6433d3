/** What a worker has done, added to the sums from which alerts read rates. */
import type pg from 'pg'

export type Traffic = {
  readonly attempts: number
  readonly retried: number
  readonly succeeded: number
  readonly failed: number
  /** attempts by duration: a count for each bound of webhooks_private.traffic_bounds(), and one for what took longer */
  readonly durations: readonly number[]
}

export const addTraffic = async (pool: pg.Pool, { attempts, retried, succeeded, failed, durations }: Traffic): Promise<void> => {
  await pool.query('select webhooks_private.add_traffic($1, $2, $3, $4, $5::bigint[])', [attempts, retried, succeeded, failed, durations])
}
