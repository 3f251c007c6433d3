/** Lanes in the database: giving them back, and what outlives their owners. */
import type pg from 'pg'
import type { LockConnection } from './session.ts'

/** What a look at a lane saw. */
export type Look = {
  readonly endpointId: string
  /** milliseconds until something is due, negative when it is overdue; null = nothing is open */
  readonly dueInMs: number | null
  /** every transaction below has ended, as of the snapshot that saw the above */
  readonly xmin: bigint
}

/** The look that goes with giving a lane back. */
export type Release = Look & {
  /** above the transaction id of everybody who may have seen the lane owned */
  readonly horizon: bigint
}

type ReleaseRow = [endpointId: string, dueInMs: number | null, xmin: string, horizon: string]
const asRelease = ([endpointId, dueInMs, xmin, horizon]: ReleaseRow): Release => ({ endpointId, dueInMs, xmin: BigInt(xmin), horizon: BigInt(horizon) })

/**
 * Gives lanes back and, in a later snapshot, looks at what is due for them: one round trip.
 * @param onCall whether all of them are on call, or none
 */
export const releaseLanes = async (lockConnection: LockConnection, endpointIds: readonly string[], onCall = false): Promise<Release[]> => {
  const { rows } = await lockConnection.query<ReleaseRow>({
    name: 'release_lanes',
    rowMode: 'array',
    text: 'select endpoint_id, due_in_ms, xmin, horizon from webhooks_private.release_lanes($1::uuid[], $2)',
    values: [endpointIds, onCall],
  })
  return rows.map(asRelease)
}

/** Puts lanes on call: they stay ours, and whoever writes for them calls. Looks like `releaseLanes`. @returns those of which that is true */
export const putOnCall = async (lockConnection: LockConnection, endpointIds: readonly string[]): Promise<Release[]> => {
  const { rows } = await lockConnection.query<ReleaseRow>({
    name: 'put_on_call',
    rowMode: 'array',
    text: 'select endpoint_id, due_in_ms, xmin, horizon from webhooks_private.put_on_call($1::uuid[])',
    values: [endpointIds],
  })
  return rows.map(asRelease)
}

/** Takes lanes off call that are busy: nobody calls for them any more. @returns those of which that is true */
export const keepReading = async (lockConnection: LockConnection, endpointIds: readonly string[]): Promise<string[]> => {
  const { rows } = await lockConnection.query<[string]>({
    name: 'keep_reading',
    rowMode: 'array',
    text: 'select webhooks_private.keep_reading($1::uuid[])',
    values: [endpointIds],
  })
  return rows.map(([endpointId]) => endpointId)
}

/** Looks again at lanes that were given back. */
export const lookAtLanes = async (pool: pg.Pool, endpointIds: readonly string[]): Promise<Look[]> => {
  const { rows } = await pool.query<[string, number | null, string]>({
    name: 'look_at_lanes',
    rowMode: 'array',
    text: 'select endpoint_id, due_in_ms, xmin from webhooks_private.look_at_lanes($1::uuid[])',
    values: [endpointIds],
  })
  return rows.map(([endpointId, dueInMs, xmin]) => ({ endpointId, dueInMs, xmin: BigInt(xmin) }))
}

/** Leaves one wake-up job a lane at a later time, in place of the one left before. For a lane's owner only. */
export const scheduleWakes = async (pool: pg.Pool, wakes: readonly { readonly endpointId: string; readonly inMs: number }[]): Promise<void> => {
  await pool.query({
    name: 'schedule_wakes',
    text: 'select webhooks_private.schedule_wakes($1::uuid[], $2::double precision[])',
    values: [wakes.map(({ endpointId }) => endpointId), wakes.map(({ inMs }) => inMs)],
  })
}

/** The lanes that the holder of a lock connection really holds, by the server's own list. */
export const heldLocks = async (lockConnection: LockConnection, endpointIds: readonly string[]): Promise<string[]> => {
  const { rows } = await lockConnection.query<[string]>({
    rowMode: 'array',
    text: `
      with held as materialized (
        select l.classid::bigint << 32 | l.objid::bigint as key
          from pg_locks as l
         where l.locktype = 'advisory' and l.pid = pg_backend_pid() and l.granted and l.mode = 'ExclusiveLock')
      select lane.id
        from unnest($1::uuid[]) as lane (id)
       where webhooks_private.lane_lock(lane.id) in (select h.key from held as h)
          or webhooks_private.call_lock(lane.id) in (select h.key from held as h)`,
    values: [endpointIds],
  })
  return rows.map(([id]) => id)
}

/**
 * Keeps anything from being sent on a lane for a while, whoever owns it. A longer hold stays.
 * @param reason what the DBA reads in endpoint_health
 */
export const holdLane = async (pool: pg.Pool, endpointId: string, forMs: number, reason: 'retry-after' | 'rate limit' | 'sealed'): Promise<void> => {
  await pool.query({
    name: 'hold_lane',
    text: `
      insert into webhooks_private.lanes as l (endpoint_id, held_until, held_reason)
      values ($1, clock_timestamp() + $2::double precision * interval '1 ms', $3)
          on conflict (endpoint_id) do update
         set held_reason = case when l.held_until >= excluded.held_until then l.held_reason else excluded.held_reason end,
             held_until  = greatest(l.held_until, excluded.held_until),
             updated_at  = now()`,
    values: [endpointId, forMs, reason],
  })
}

/** A delivery is due later, no attempt spent: it is one of too many about the same thing. Operators are told. */
export const postpone = async (pool: pg.Pool, { id, attempts }: { readonly id: string; readonly attempts: number }, forMs: number, reason: string): Promise<void> => {
  await pool.query('select webhooks_private.postpone($1, $2, $3, $4)', [id, attempts, forMs, reason])
}

/**
 * Saves the state of a circuit for the lane's next owner; an open one holds the lane as well, unless a longer hold does.
 * @param holdMs how long nothing is sent; 0 unless it opens
 */
export const saveCircuit = async (pool: pg.Pool, endpointId: string, circuit: 'closed' | 'open', openings: number, holdMs: number): Promise<void> => {
  await pool.query({
    name: 'save_circuit',
    text: `
      insert into webhooks_private.lanes as l (endpoint_id, circuit, circuit_openings, held_until, held_reason)
      values ($1, $2, $3,
              case when $4::double precision > 0 then clock_timestamp() + $4::double precision * interval '1 ms' end,
              case when $4::double precision > 0 then 'circuit open' end)
          on conflict (endpoint_id) do update
         set circuit          = excluded.circuit,
             circuit_openings = excluded.circuit_openings,
             held_reason      = case when excluded.held_until > coalesce(l.held_until, '-infinity') then excluded.held_reason else l.held_reason end,
             held_until       = greatest(l.held_until, excluded.held_until),
             updated_at       = now()`,
    values: [endpointId, circuit, openings, holdMs],
  })
}

/** Saves until when the endpoint's own rate is used up, for the lane's next owner. */
export const savePace = async (pool: pg.Pool, endpointId: string, usedForMs: number): Promise<void> => {
  await pool.query({
    name: 'save_pace',
    text: `
      insert into webhooks_private.lanes as l (endpoint_id, pace_used_until)
      values ($1, clock_timestamp() + $2::double precision * interval '1 ms')
          on conflict (endpoint_id) do update
         set pace_used_until = excluded.pace_used_until, updated_at = now()`,
    values: [endpointId, usedForMs],
  })
}

/** Reserves requests of a tenant's rate for this worker, for all workers to see. */
export const reserveTenantSlots = async (pool: pg.Pool, tenantId: string, slots: number, perMinute: number): Promise<{ readonly granted: number; readonly waitMs: number }> => {
  const { rows } = await pool.query<{ granted: number; waitMs: number }>({
    name: 'reserve_slots',
    text: 'select granted, wait_ms as "waitMs" from webhooks_private.reserve_slots($1, $2, $3)',
    values: [tenantId, slots, perMinute],
  })
  return rows[0]!
}

/** Disables an endpoint; what is open becomes cancelled. One that is disabled already keeps its reason. */
export const disableEndpoint = async (pool: pg.Pool, endpointId: string, reason: string): Promise<void> => {
  await pool.query('update webhooks.endpoints set is_active = false, disabled_reason = $2 where id = $1 and is_active', [endpointId, reason])
}

/** Tells operators of a circuit that opened. */
export const circuitOpened = async (pool: pg.Pool, endpointId: string): Promise<void> => {
  await pool.query('select webhooks_private.circuit_opened($1)', [endpointId])
}

/** Commits which delivery is under way alone on a lane whose owners died. */
export const markSuspect = async (pool: pg.Pool, endpointId: string, deliveryId: string): Promise<void> => {
  await pool.query(`update webhooks_private.lanes
        set suspect_id = $2, suspect_crashes = case when suspect_id = $2 then suspect_crashes else 0 end, updated_at = now()
      where endpoint_id = $1`, [endpointId, deliveryId])
}

/**
 * The delivery that was under way alone came back, so it is not to blame.
 * @param also `crashes`: the lane has shown that it does not kill its owner, and the count begins anew
 */
export const clearSuspect = async (pool: pg.Pool, endpointId: string, also?: 'crashes'): Promise<void> => {
  await pool.query(
    `update webhooks_private.lanes
        set suspect_id = null, suspect_crashes = 0, crashes = case when $2 then 0 else crashes end, updated_at = now()
      where endpoint_id = $1`,
    [endpointId, also === 'crashes'],
  )
}
