/** Deliveries by hand, as the command line uses them. */
import type pg from 'pg'

type Row = Record<string, unknown>
type Client = Pick<pg.ClientBase, 'query'>

export type DeliveryFilter = {
  readonly tenant?: string | undefined
  readonly endpoint?: string | undefined
  readonly status?: string | undefined
  readonly type?: string | undefined
  readonly limit: number
}

/** The newest deliveries, by index for a tenant, an endpoint, or dead letters. */
export const listDeliveries = async (client: Client, { tenant, endpoint, status, type, limit }: DeliveryFilter): Promise<Row[]> => {
  const wanted = Object.entries({ tenant_id: tenant, endpoint_id: endpoint, status, event_type: type }).filter((each): each is [string, string] => each[1] !== undefined)
  // Only what is asked for stands in the statement, so that the planner sees which index serves it.
  const { rows } = await client.query<Row>(
    `select d.id, d.status, d.event_type, d.tenant_id, d.endpoint_id, d.attempts, d.response_code, d.response_time_ms, d.next_retry_at, d.finished_at, d.last_error, d.created_at
       from webhooks.deliveries as d
      ${wanted.map(([column], n) => `${n === 0 ? 'where' : 'and'} d.${column} = $${n + 2}`).join(' ')}
      order by d.id desc
      limit $1`,
    [limit, ...wanted.map(([, value]) => value)],
  )
  return rows
}

/** One delivery with its attempts, oldest first. */
export const showDelivery = async (client: Client, id: string): Promise<{ readonly delivery: Row; readonly attempts: Row[] } | undefined> => {
  const { rows } = await client.query<Row>('select * from webhooks.delivery_log where id = $1', [id])
  if (rows[0] === undefined) return undefined
  const attempts = await client.query<Row>(
    'select number, started_at, duration_ms, status, error_kind, error, response_body, worker_id from webhooks.attempts where delivery_id = $1 order by number',
    [id],
  )
  return { delivery: rows[0], attempts: attempts.rows }
}

export const retryDelivery = (client: Client, id: string, force: boolean) => client.query('select webhooks.retry_delivery($1, $2)', [id, force])

export const cancelDelivery = (client: Client, id: string) => client.query('select webhooks.cancel_delivery($1)', [id])

export type Window = { readonly endpoint: string; readonly since: string; readonly until?: string | undefined }
/** @param share of the work that is done, 0 to 1; `undefined`: not known */
type Progress = (done: number, share?: number) => void

/** Batches until nothing is left; in a dry run all of it is rolled back, which gives the exact number. */
const inBatches = async (client: Client, isDry: boolean, batch: () => Promise<{ done: number; remaining: boolean }>, onProgress: Progress, shareOf: (total: number) => number | undefined = () => undefined): Promise<number> => {
  let total = 0
  if (isDry) await client.query(`begin; set local rowhook.wake = 'off'`)
  try {
    for (;;) {
      const { done, remaining } = await batch()
      total += done
      onProgress(total, remaining ? shareOf(total) : 1)
      if (!remaining) return total
    }
  } finally {
    if (isDry) await client.query('rollback')
  }
}

/** Everything failed, cancelled or expired of a window, again. @returns how many deliveries */
export const recover = async (client: Client, { endpoint, since, until }: Window, isDry: boolean, onProgress: Progress): Promise<number> => {
  const counted = await client.query<{ waiting: number }>(
    `select count(*)::integer as waiting from webhooks.deliveries as d
      where d.endpoint_id = $1 and d.status in ('failed', 'cancelled', 'expired')
        and webhooks.occurred_at(d.id) >= $2 and ($3::timestamptz is null or webhooks.occurred_at(d.id) < $3)`,
    [endpoint, since, until ?? null],
  )
  const waiting = counted.rows[0]!.waiting
  return inBatches(client, isDry, async () => {
    const { rows } = await client.query<{ done: number; remaining: boolean }>(
      'select recovered::integer as done, remaining from webhooks.recover($1, $2::timestamptz, $3::timestamptz)',
      [endpoint, since, until ?? null],
    )
    return rows[0]!
  }, onProgress, (total) => (waiting === 0 ? undefined : total / waiting))
}

/** How far a walk through a window has come, by the time in the key of the event that was last. */
const shareOfWindow = ({ since, until }: Window, lastId: string | null, nowMs = Date.now()): number | undefined => {
  const [fromMs, toMs] = [Date.parse(since), until === undefined ? nowMs : Math.min(Date.parse(until), nowMs)]
  if (lastId === null || !(toMs > fromMs)) return undefined
  return (Number.parseInt(lastId.slice(0, 8) + lastId.slice(9, 13), 16) - fromMs) / (toMs - fromMs)
}

/** Events of a window that the endpoint never got. @returns how many deliveries */
export const replay = (client: Client, { endpoint, since, until, types }: Window & { readonly types?: readonly string[] | undefined }, isDry: boolean, onProgress: Progress): Promise<number> => {
  let resumeAfter: string | null = null
  return inBatches(client, isDry, async () => {
    const { rows }: { rows: { done: number; remaining: boolean; last: string | null }[] } = await client.query(
      'select replayed::integer as done, remaining, last_event as last from webhooks.replay($1, $2::timestamptz, $3::timestamptz, $4::text[], 10000, $5)',
      [endpoint, since, until ?? null, types ?? null, resumeAfter],
    )
    resumeAfter = rows[0]!.last
    return rows[0]!
  }, onProgress, () => shareOfWindow({ endpoint, since, until }, resumeAfter))
}

/** The newest deliveries of the last hour, oldest first: what `rowhook tail` compares with what it has shown. */
export const recentDeliveries = async (client: Client, tenant: string | undefined, endpoint: string | undefined): Promise<Row[]> => {
  const { rows } = await client.query<Row>(
    `select d.id, d.status, d.event_type, d.tenant_id, d.endpoint_id, d.attempts, d.response_code, d.response_time_ms, d.next_retry_at, d.last_error
       from webhooks.deliveries as d
      where d.id >= (lpad(to_hex((extract(epoch from now() - interval '1 hour') * 1000)::bigint), 12, '0') || '00000000000000000000')::uuid
        and ($1::text is null or d.tenant_id = $1)
        and ($2::uuid is null or d.endpoint_id = $2)
      order by d.id desc
      limit 2000`,
    [tenant ?? null, endpoint ?? null],
  )
  return rows.toReversed()
}

/** Deletes everything of a tenant, a batch a transaction. @returns how many rows */
export const forgetTenant = (client: Client, tenant: string, onProgress: Progress): Promise<number> =>
  inBatches(client, false, async () => {
    const { rows } = await client.query<{ done: number; remaining: boolean }>('select deleted::integer as done, remaining from webhooks.forget_tenant($1)', [tenant])
    return rows[0]!
  }, onProgress)
