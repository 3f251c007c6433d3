/** Workers in the database: signs of life, and what is done for those that gave none. */
import type pg from 'pg'
import type { LockConnection } from './session.ts'
import { inTransaction } from './transaction.ts'

/** The advisory lock that a worker holds on its lock connection as long as that lives. */
const ALIVE = `hashtextextended('rowhook:worker:' || %::text, 0)`
const alive = (id: string) => ALIVE.replace('%', id)

export type WorkerIdentity = {
  /** UUID, new for each lock connection */
  readonly id: string
  readonly host: string
  readonly pid: number
  readonly version: string
}

/** Registers a worker and takes the lock that shows it alive. */
export const registerWorker = async (lockConnection: LockConnection, { id, host, pid, version }: WorkerIdentity): Promise<void> => {
  await lockConnection.query(`select pg_advisory_lock(${alive('$1')})`, [id])
  await lockConnection.query('insert into webhooks_private.workers (id, host, pid, version) values ($1, $2, $3, $4)', [id, host, pid, version])
}

/**
 * Ends the row of a worker whose process lives on under a new id, since only its lock connection broke. Was it declared dead
 * already, the crashes that were counted on its lanes are taken back: nothing that it sent was to blame.
 */
export const replaceWorker = async (lockConnection: LockConnection, formerId: string): Promise<void> => {
  await lockConnection.query(
    `with former as (
       select id, busy_lanes, ended_how from webhooks_private.workers where id = $1 for update
     ), taken_back as (
       update webhooks_private.lanes as l
          set crashes = greatest(0, l.crashes - 1), suspect_crashes = greatest(0, l.suspect_crashes - 1), updated_at = now()
         from former
        where former.ended_how = 'died'
          and l.endpoint_id = any (former.busy_lanes)
     )
     update webhooks_private.workers as w
        set ended_at = clock_timestamp(), ended_how = 'replaced', lanes = 0, in_flight = 0, busy_lanes = '{}'
       from former
      where w.id = former.id`,
    [formerId],
  )
}

/** Writes down that lanes may have requests under way from now on: until the next sign of life nobody else would know. */
export const noteBusyLanes = async (lockConnection: LockConnection, workerId: string, endpointIds: readonly string[]): Promise<void> => {
  await lockConnection.query({
    name: 'note_busy_lanes',
    text: 'update webhooks_private.workers set busy_lanes = busy_lanes || $2::uuid[] where id = $1',
    values: [workerId, endpointIds],
  })
}

export type Vitals = {
  readonly lanes: number
  readonly inFlight: number
  /** endpoints with requests under way */
  readonly busyLanes: readonly string[]
  /** graphile-worker pools whose jobs are to be freed if this worker dies */
  readonly poolIds: readonly string[]
}

/**
 * Gives a sign of life on the lock connection.
 * @returns how many lanes it may have at rest, so that those of all workers take a quarter of the server's table of locks at most; `undefined`
 *   when the others have declared this worker dead
 */
export const heartbeat = async (lockConnection: LockConnection, workerId: string, vitals: Vitals): Promise<number | undefined> => {
  const { rows } = await lockConnection.query<{ mostResting: number }>({
    name: 'heartbeat',
    text: `
      update webhooks_private.workers
         set heartbeat_at = clock_timestamp(), lanes = $2, in_flight = $3, busy_lanes = $4::uuid[], pool_ids = $5::text[]
       where id = $1
         and ended_at is null
   returning (current_setting('max_locks_per_transaction')::integer
              * (current_setting('max_connections')::integer + current_setting('max_prepared_transactions')::integer)
              / 4 / (select count(*) from webhooks_private.workers as w where w.ended_at is null))::integer as "mostResting"`,
    values: [workerId, vitals.lanes, vitals.inFlight, vitals.busyLanes, vitals.poolIds],
  })
  return rows[0]?.mostResting
}

/**
 * Whether this worker does the rounds now for all: `sweep` wakes lanes, `close` ends what disabled endpoints have open. It goes on
 * doing so once a second, until it is dead or has not done it for a while: one that froze is followed by another after 2 s,
 * long before it is declared dead. A round of the future is one before the clock of the database was set back.
 */
export const claimRound = async (pool: pg.Pool, name: 'sweep' | 'close', workerId: string): Promise<boolean> => {
  const { rowCount } = await pool.query({
    name: 'claim_round',
    text: `
      update webhooks_private.rounds as r
         set worker_id = $2, begun_at = clock_timestamp()
       where r.name = $1
         and (r.worker_id = $2 and r.begun_at < clock_timestamp() - interval '0.9 seconds'
              or r.begun_at < clock_timestamp() - interval '2 seconds'
              or r.begun_at > clock_timestamp()
              or not exists (select from webhooks_private.workers as w where w.id = r.worker_id and w.ended_at is null))`,
    values: [name, workerId],
  })
  return rowCount === 1
}

/** Signs a worker off that has finished or handed back everything. */
export const signOff = async (lockConnection: LockConnection, workerId: string): Promise<void> => {
  await lockConnection.query(
    `update webhooks_private.workers set ended_at = clock_timestamp(), ended_how = 'stopped', lanes = 0, in_flight = 0, busy_lanes = '{}' where id = $1 and ended_at is null`,
    [workerId],
  )
}

export type DeadWorker = {
  readonly id: string
  readonly host: string
  readonly poolIds: readonly string[]
  readonly busyLanes: readonly string[]
  /** `gone`: its lock connection has ended; `frozen`: it lives, and gives no sign of life */
  readonly how: 'gone' | 'frozen'
  readonly lastHeartbeatMs: number
}

/*
 * `gone`: the lock that a worker holds on its lock connection is free. It is tried in a volatile order of its own, after
 * the rows are chosen, since each try takes the lock for some microseconds.
 */
const SUSPECT = `
select w.id,
       case when pg_try_advisory_lock_shared(${alive('w.id')}) then pg_advisory_unlock_shared(${alive('w.id')}) else false end as gone,
       w.heartbeat_at < clock_timestamp() - $2::double precision * interval '1 ms' as silent
  from (select id, heartbeat_at from webhooks_private.workers where ended_at is null and id <> $1 offset 0) as w`

const END_LOCK_CONNECTIONS = `
select pg_terminate_backend(l.pid)
  from unnest($1::uuid[]) as worker (id)
  join pg_locks as l on l.locktype = 'advisory' and l.granted and (l.classid::bigint << 32 | l.objid::bigint) = ${alive('worker.id')}
 where l.mode = 'ExclusiveLock'
   and l.database = (select oid from pg_database where datname = current_database())`

/** Ends the lock connections of workers, whose lanes are then free. */
const endLockConnections = (pool: pg.Pool, workerIds: readonly string[]): Promise<void> =>
  inTransaction(pool, async (client) => {
    await client.query('set local role none') // only the login itself may end its other sessions
    await client.query(END_LOCK_CONNECTIONS, [workerIds])
  })

const MOURN = `
update webhooks_private.workers as w
   set ended_at = clock_timestamp(), ended_how = 'died'
 where w.id = any ($1::uuid[])
   and w.ended_at is null
returning w.id, w.host, w.pool_ids as "poolIds", w.busy_lanes as "busyLanes", case when w.id = any ($2::uuid[]) then 'frozen' else 'gone' end as how,
          extract(epoch from clock_timestamp() - w.heartbeat_at)::double precision * 1000 as "lastHeartbeatMs"`

/**
 * Declares dead whoever has lost its lock connection or has given no sign of life for a while: its jobs are freed, its
 * lock connection ended, and a crash is counted on each lane where it had requests under way. All of that or nothing, so
 * that one who dies in the middle of it leaves the rest to the others.
 * @param selfId the worker that asks, which is spared
 * @param onTrouble told when a lock connection could not be ended, as by a login that may not
 */
export const reapWorkers = async (pool: pg.Pool, selfId: string, staleAfterMs: number, onTrouble: (error: unknown) => void): Promise<DeadWorker[]> => {
  const { rows } = await pool.query<{ id: string; gone: boolean; silent: boolean }>({ name: 'suspect', text: SUSPECT, values: [selfId, staleAfterMs] })
  const suspects = rows.filter(({ gone, silent }) => gone || silent).map(({ id }) => id)
  if (suspects.length === 0) return []
  const frozen = rows.filter(({ gone }) => !gone).map(({ id }) => id).filter((id) => suspects.includes(id))
  if (frozen.length > 0) await endLockConnections(pool, frozen).catch(onTrouble)
  return inTransaction(pool, async (client) => {
    const { rows: dead } = await client.query<DeadWorker>({ name: 'mourn', text: MOURN, values: [suspects.toSorted(), frozen] })
    for (const worker of dead) {
      await client.query(
        `insert into webhooks_private.lanes as l (endpoint_id, crashes)
         select distinct id, 1 from unnest($1::uuid[]) as lane (id) order by id
             on conflict (endpoint_id) do update
            set crashes = l.crashes + 1, suspect_crashes = l.suspect_crashes + (l.suspect_id is not null)::integer, updated_at = now()`,
        [worker.busyLanes],
      )
      await client.query(
        `select webhooks_private.tell_operators('worker.died', null, 'worker', $1, json_build_object('worker_id', $1::text, 'host', $2::text, 'how', $3::text,
                                                  'last_heartbeat_at', clock_timestamp() - $4::double precision * interval '1 ms'))`,
        [worker.id, worker.host, worker.how, worker.lastHeartbeatMs],
      )
    }
    if (dead.length > 0) await client.query('select graphile_worker.force_unlock_workers($1::text[])', [dead.flatMap(({ poolIds }) => poolIds)])
    return dead
  })
}

/** A lane that was found free with something due. */
export type SweptLane = { readonly endpointId: string; readonly overdueMs: number }

/** Wakes lanes that are free and have something due although nobody woke them. */
export const sweepLanes = async (pool: pg.Pool): Promise<SweptLane[]> => {
  const { rows } = await pool.query<SweptLane>({ name: 'sweep', text: 'select endpoint_id as "endpointId", overdue_ms as "overdueMs" from webhooks_private.sweep()' })
  return rows
}

/** Cancels what is still open for endpoints that are disabled or deleted, a batch at a time. */
export const closeDeadLanes = async (pool: pg.Pool): Promise<number> => {
  const { rows } = await pool.query<{ closed: number }>({ name: 'close_dead_lanes', text: 'select webhooks_private.close_dead_lanes() as closed' })
  return rows[0]?.closed ?? 0
}

/** Disables endpoints that had nothing but failures for days. @returns their ids */
export const disableFailing = async (pool: pg.Pool): Promise<string[]> => {
  const { rows } = await pool.query<{ id: string }>({ name: 'disable_failing', text: 'select webhooks_private.disable_failing() as id' })
  return rows.map(({ id }) => id)
}

/** Frees the jobs that graphile-worker pools hold which have ended. */
export const unlockJobs = async (pool: pg.Pool, poolIds: readonly string[]): Promise<void> => {
  if (poolIds.length > 0) await pool.query('select graphile_worker.force_unlock_workers($1::text[])', [poolIds])
}

/**
 * Frees wake-up jobs whose graphile-worker pool belongs to no living worker: one that was killed before its first sign of
 * life had told nobody of its pools, and graphile-worker itself would wait four hours.
 */
export const freeOrphanedJobs = async (pool: pg.Pool): Promise<number> => {
  const { rows } = await pool.query<{ id: string }>({
    name: 'orphaned_jobs',
    text: `
      select distinct j.locked_by as id
        from graphile_worker.jobs as j
       where j.task_identifier = 'deliver'
         and j.locked_at < now() - interval '10 seconds'
         and not exists (select from webhooks_private.workers as w where w.ended_at is null and j.locked_by = any (w.pool_ids))`,
  })
  await unlockJobs(pool, rows.map(({ id }) => id))
  return rows.length
}
