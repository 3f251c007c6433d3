/** Workers in the database: signs of life, and what is done for those that gave none. */
import type pg from 'pg'
import { inTransaction } from './transaction.ts'

/** The advisory lock that a worker holds on its lock connection as long as that lives. */
const ALIVE = `hashtextextended('rowhook:worker:' || %::text, 0)`
const alive = (id: string) => ALIVE.replace('%', id)

/** The advisory lock of the one worker that sweeps and reaps for all. */
const LEADER = `hashtextextended('rowhook:leader', 0)`

export type WorkerIdentity = {
  /** UUID, new for each lock connection */
  readonly id: string
  readonly host: string
  readonly pid: number
  readonly version: string
}

/** Registers a worker and takes the lock that shows it alive. */
export const registerWorker = async (lockConnection: pg.ClientBase, { id, host, pid, version }: WorkerIdentity): Promise<void> => {
  await lockConnection.query(`select pg_advisory_lock(${alive('$1')})`, [id])
  await lockConnection.query('insert into webhooks_private.workers (id, host, pid, version) values ($1, $2, $3, $4)', [id, host, pid, version])
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
 * Gives a sign of life on the lock connection, and tries to become the leader.
 * @returns `undefined` when the others have declared this worker dead
 */
export const heartbeat = async (lockConnection: pg.ClientBase, workerId: string, vitals: Vitals, isLeader: boolean): Promise<{ readonly isLeader: boolean } | undefined> => {
  const { rows } = await lockConnection.query<{ isLeader: boolean }>({
    name: 'heartbeat',
    text: `
      update webhooks_private.workers
         set heartbeat_at = clock_timestamp(), lanes = $2, in_flight = $3, busy_lanes = $4::uuid[], pool_ids = $5::text[]
       where id = $1
         and ended_at is null
      returning $6::boolean or pg_try_advisory_lock(${LEADER}) as "isLeader"`,
    values: [workerId, vitals.lanes, vitals.inFlight, vitals.busyLanes, vitals.poolIds, isLeader],
  })
  return rows[0]
}

/** Signs a worker off that has finished or handed back everything. */
export const signOff = async (lockConnection: pg.ClientBase, workerId: string): Promise<void> => {
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

const MOURN = `
with dead as (
  select w.id, w.heartbeat_at,
         case when pg_try_advisory_lock_shared(${alive('w.id')}) then pg_advisory_unlock_shared(${alive('w.id')}) else false end as gone
    from webhooks_private.workers as w
   where w.ended_at is null
     and w.id <> $1
   offset 0
)
update webhooks_private.workers as w
   set ended_at = clock_timestamp(), ended_how = 'died'
  from dead
 where w.id = dead.id
   and w.ended_at is null
   and (dead.gone or dead.heartbeat_at < clock_timestamp() - $2::double precision * interval '1 ms')
returning w.id, w.host, w.pool_ids as "poolIds", w.busy_lanes as "busyLanes", case when dead.gone then 'gone' else 'frozen' end as how,
          extract(epoch from clock_timestamp() - w.heartbeat_at)::double precision * 1000 as "lastHeartbeatMs"`

/**
 * Declares dead whoever has lost its lock connection or has given no sign of life for a while: its jobs are freed, its
 * lock connection ended, and a crash is counted on each lane where it had requests under way.
 * @param selfId the worker that asks, which is spared
 */
export const reapWorkers = async (pool: pg.Pool, selfId: string, staleAfterMs: number): Promise<DeadWorker[]> => {
  const { rows: dead } = await pool.query<DeadWorker>({ name: 'mourn', text: MOURN, values: [selfId, staleAfterMs] })
  for (const worker of dead) {
    await inTransaction(pool, async (client) => {
      await client.query(
        `insert into webhooks_private.lanes as l (endpoint_id, crashes)
         select id, 1 from unnest($1::uuid[]) as lane (id)
             on conflict (endpoint_id) do update set crashes = l.crashes + 1, updated_at = now()`,
        [worker.busyLanes],
      )
      await client.query(
        `select webhooks_private.tell_operators('worker.died', null, 'worker', $1, json_build_object('worker_id', $1::text, 'host', $2::text, 'how', $3::text))`,
        [worker.id, worker.host, worker.how],
      )
      await client.query('select graphile_worker.force_unlock_workers($1::text[])', [worker.poolIds])
      // Only the login itself may end its other sessions, so the role is left for this one statement.
      if (worker.how === 'frozen') await client.query('set local role none')
      if (worker.how === 'frozen') {
        await client.query(
          `select pg_terminate_backend(l.pid) from pg_locks as l
            where l.locktype = 'advisory' and l.granted and (l.classid::bigint << 32 | l.objid::bigint) = ${alive('$1')}
              and l.database = (select oid from pg_database where datname = current_database())`,
          [worker.id],
        )
      }
    })
  }
  return dead
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

/** Frees the jobs that graphile-worker pools hold which have ended. */
export const unlockJobs = async (pool: pg.Pool, poolIds: readonly string[]): Promise<void> => {
  if (poolIds.length > 0) await pool.query('select graphile_worker.force_unlock_workers($1::text[])', [poolIds])
}
