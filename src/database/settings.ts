/** The row of settings: what of it the environment decides. */
import type pg from 'pg'

export type MirroredSettings = {
  readonly allowHttp: boolean
  readonly allowPorts: readonly number[] | 'any'
  readonly maxAttempts: number
  readonly timeoutMs: number
  /** scales the default schedule; 60000 leaves the schedule of the row as it is */
  readonly retryDelayMs: number
}

/** Minutes of the default schedule. */
const SCHEDULE = [1, 5, 15, 60, 240]

/** Mirrors what SQL checks need of the environment. Nothing is written where nothing differs. */
export const mirrorSettings = async (pool: pg.Pool, { allowHttp, allowPorts, maxAttempts, timeoutMs, retryDelayMs }: MirroredSettings): Promise<void> => {
  const schedule = retryDelayMs === 60_000 ? null : SCHEDULE.map((minutes) => `${minutes * retryDelayMs} milliseconds`)
  await pool.query(
    `update webhooks.settings
        set allow_http = $1, allow_ports = $2, max_attempts = $3, timeout_ms = $4, retry_schedule = coalesce($5::interval[], retry_schedule), updated_at = now()
      where (allow_http, allow_ports, max_attempts, timeout_ms, retry_schedule)
            is distinct from ($1::boolean, $2::integer[], $3::integer, $4::integer, coalesce($5::interval[], retry_schedule))`,
    [allowHttp, allowPorts === 'any' ? [] : allowPorts, maxAttempts, timeoutMs, schedule],
  )
}
