/** Results of attempts, recorded for all lanes in one statement: the attempt's row, the delivery's state, the endpoint's figures. */
import type pg from 'pg'
import { booleanArray, doubleArray, integerArray, jsonArray, textArray, uuidArray } from './binary-arrays.ts'

/** What one attempt came to, ready to be written. */
export type AttemptResult = {
  readonly deliveryId: string
  readonly endpointId: string
  readonly eventType: string
  /** attempts that had ended when it was read: the fence */
  readonly attemptsBefore: number
  readonly verdict: 'success' | 'retry' | 'fail'
  readonly startedAtMs: number
  readonly durationMs: number
  /** HTTP status; null = no answer came */
  readonly status: number | null
  readonly errorKind: string | null
  readonly error: string | null
  /** JSON object */
  readonly requestHeaders: string
  /** JSON object; null = no answer came */
  readonly responseHeaders: string | null
  readonly responseBody: string | null
  /** the next attempt comes no earlier; 0 = as the schedule says */
  readonly holdSeconds: number
  /** answered 401 or 403 */
  readonly credentialsRefused: boolean
}

/** What became of a delivery. A result whose delivery is missing here lost against another writer and changed nothing. */
export type Recorded = {
  readonly deliveryId: string
  readonly status: 'retrying' | 'success' | 'failed'
  readonly attempts: number
  /** it succeeded after it had failed or expired, and somebody opened it again */
  readonly isRecovered: boolean
}

/*
 * One statement: the update is the fence, and attempt and figures follow from the rows that it really changed. Each row is
 * looked up by its key, and its partition with it. A bound of the batch by its least and greatest key would tempt the planner
 * to read all that lies between, once for each row (planned on a small table: 0.7 ms a row; so: 0.04 ms).
 * What follows reads the rows that the update returns: to join them with the arguments again would be quadratic (3 ms a row).
 * Figures are written in the order of their keys, so that two batches cannot deadlock.
 */
const RECORD = `
with result as materialized (
  select *
    from unnest($1::uuid[], $2::integer[], $3::text[], $4::double precision[], $5::integer[], $6::integer[], $7::text[],
                $8::text[], $9::json[], $10::json[], $11::text[], $12::integer[], $13::boolean[])
         with ordinality
      as r (delivery_id, attempts_before, verdict, started_at_ms, duration_ms, status, error_kind,
            error, request_headers, response_headers, response_body, hold_seconds, credentials_refused, position)
), recorded as (
  update webhooks.deliveries as d
     set attempts         = d.attempts + 1,
         status           = case when r.verdict = 'success' then 'success'
                                 when r.verdict = 'fail' or d.attempts + 1 >= d.max_attempts then 'failed'
                                 else 'retrying' end,
         next_retry_at    = case when r.verdict = 'retry' and d.attempts + 1 < d.max_attempts
                                 then greatest((select webhooks.calculate_next_retry(d.attempts + 1 - coalesce(d.renewed_after, 0), p.retry_schedule, rules.retry_jitter)
                                                  from webhooks.endpoints as p, webhooks.settings as rules
                                                 where p.id = d.endpoint_id),
                                               clock_timestamp() + r.hold_seconds * interval '1 second') end,
         response_code    = r.status,
         response_time_ms = r.duration_ms,
         last_error       = r.error,
         delivered_at     = case when r.verdict = 'success' then clock_timestamp() end,
         finished_at      = case when r.verdict <> 'retry' or d.attempts + 1 >= d.max_attempts then clock_timestamp() end
    from result as r
   where d.id = r.delivery_id
     and d.attempts = r.attempts_before
     and d.status in ('pending', 'retrying')
  returning d.id, d.tenant_id, d.endpoint_id, d.status as now, d.attempts, d.reopened_at is not null as was_reopened, r.position, r.verdict,
            r.started_at_ms, r.duration_ms, r.status, r.error_kind, r.error, r.request_headers, r.response_headers, r.response_body,
            r.credentials_refused
), logged as (
  insert into webhooks.attempts
         (delivery_id, number, tenant_id, started_at, duration_ms, request_headers, status, response_headers, response_body,
          error_kind, error, worker_id)
  select d.id, d.attempts, d.tenant_id, to_timestamp(d.started_at_ms / 1000), d.duration_ms, d.request_headers, d.status,
         d.response_headers, d.response_body, d.error_kind, d.error, $14
    from recorded as d
), placed as (
  select d.endpoint_id, d.tenant_id, d.verdict, d.credentials_refused,
         d.position > coalesce(max(d.position) filter (where d.verdict = 'success') over (partition by d.endpoint_id), 0) as is_after_success
    from recorded as d
), figures as (
  insert into webhooks.endpoint_stats as s
         (endpoint_id, tenant_id, total_deliveries, failed_deliveries, consecutive_failures, last_delivery_at, last_success_at, last_failure_at,
          failing_since, credentials_refused_at)
  select d.endpoint_id, min(d.tenant_id), count(*),
         count(*) filter (where d.verdict <> 'success'),
         count(*) filter (where d.is_after_success),
         clock_timestamp(),
         case when bool_or(d.verdict = 'success') then clock_timestamp() end,
         case when bool_or(d.verdict <> 'success') then clock_timestamp() end,
         case when bool_or(d.is_after_success) then clock_timestamp() end,
         case when bool_or(d.is_after_success and d.credentials_refused) then clock_timestamp() end
    from placed as d
   group by d.endpoint_id
   order by d.endpoint_id
      on conflict (endpoint_id) do update
     set total_deliveries       = s.total_deliveries + excluded.total_deliveries,
         failed_deliveries      = s.failed_deliveries + excluded.failed_deliveries,
         consecutive_failures   = case when excluded.total_deliveries > excluded.failed_deliveries then excluded.consecutive_failures
                                       else s.consecutive_failures + excluded.consecutive_failures end,
         last_delivery_at       = excluded.last_delivery_at,
         last_success_at        = coalesce(excluded.last_success_at, s.last_success_at),
         last_failure_at        = coalesce(excluded.last_failure_at, s.last_failure_at),
         failing_since          = case when excluded.total_deliveries > excluded.failed_deliveries then excluded.failing_since
                                       else coalesce(s.failing_since, excluded.failing_since) end,
         credentials_refused_at = case when excluded.total_deliveries > excluded.failed_deliveries then excluded.credentials_refused_at
                                       else coalesce(excluded.credentials_refused_at, s.credentials_refused_at) end
)
select d.id, d.now, d.attempts, d.now = 'success' and d.was_reopened,
       case when d.tenant_id = 'rowhook'                     then null
            when d.now = 'failed'                            then webhooks_private.tell_of_delivery('delivery.failed', d.id)
            when d.now = 'success' and d.was_reopened     then webhooks_private.tell_of_delivery('delivery.recovered', d.id) end
  from recorded as d`

/**
 * Records a batch, all of it or nothing.
 * @param workerId who sent them
 * @returns what became of each delivery; those that are missing were already ended, cancelled or attempted by somebody else
 */
export const recordResults = async (pool: pg.Pool, workerId: string, results: readonly AttemptResult[]): Promise<Recorded[]> => {
  const { rows } = await pool.query<[string, Recorded['status'], number, boolean]>({
    name: 'record_results',
    rowMode: 'array',
    text: RECORD,
    values: [
      uuidArray(results.map((result) => result.deliveryId)),
      integerArray(results.map((result) => result.attemptsBefore)),
      textArray(results.map((result) => result.verdict)),
      doubleArray(results.map((result) => result.startedAtMs)),
      integerArray(results.map((result) => result.durationMs)),
      integerArray(results.map((result) => result.status)),
      textArray(results.map((result) => result.errorKind)),
      textArray(results.map((result) => result.error)),
      jsonArray(results.map((result) => result.requestHeaders)),
      jsonArray(results.map((result) => result.responseHeaders)),
      textArray(results.map((result) => result.responseBody)),
      integerArray(results.map((result) => result.holdSeconds)),
      booleanArray(results.map((result) => result.credentialsRefused)),
      workerId,
    ],
  })
  return rows.map(([deliveryId, status, attempts, isRecovered]) => ({ deliveryId, status, attempts, isRecovered }))
}

/**
 * Ends a delivery whose result Postgres refuses, by a statement that holds nothing of the answer and spends no attempt.
 * @returns what became of it; `undefined`: it has ended, or was attempted by somebody else
 */
export const setAside = async (pool: pg.Pool, { deliveryId, attemptsBefore, status, errorKind }: AttemptResult, refusal: unknown): Promise<Recorded | undefined> => {
  const answer = status === null ? `the request failed (${errorKind})` : `it was answered with HTTP ${status}`
  const { rows } = await pool.query<Recorded>(
    `update webhooks.deliveries as d
        set status = 'failed', next_retry_at = null, finished_at = clock_timestamp(), last_error = $3
      where d.id = $1
        and d.attempts = $2
        and d.status in ('pending', 'retrying')
     returning d.id as "deliveryId", d.status, d.attempts, false as "isRecovered",
               case when d.tenant_id <> 'rowhook' then webhooks_private.tell_of_delivery('delivery.failed', d.id) end as told`,
    [deliveryId, attemptsBefore, `quarantined: ${answer}, and PostgreSQL refuses to record that (${(refusal as { code?: string }).code})`],
  )
  return rows.map(({ deliveryId: id, status: now, attempts, isRecovered }) => ({ deliveryId: id, status: now, attempts, isRecovered }))[0]
}

/**
 * Whether an error is Postgres's answer to the content of a batch (data, constraint or syntax, SQLSTATE classes 22, 23, 42,
 * 54), and not its absence or a conflict that passes.
 */
export const isRefusal = (error: unknown): boolean => /^(22|23|42|54)/.test((error as { code?: string }).code ?? '')
