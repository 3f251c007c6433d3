/** Makes things go wrong as planned, and notes what had to recover from it. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Database } from './database.ts'
import type { Fleet, Member } from './fleet.ts'
import type { Fault } from './plan.ts'

/** Something that went wrong at a time, and the paths of endpoints that had deliveries due in the hands of the victim. */
export type Incident = { readonly kind: Fault['kind']; readonly atMs: number; readonly paths: readonly string[] }

export type Faults = {
  readonly incidents: readonly Incident[]
  /** longest absence of the database */
  readonly awayMs: () => number
  readonly done: Promise<void>
}

/** Endpoints whose lanes a process owns while something is due for them. */
const OWNED = `
select distinct substr(p.url, length('http://127.0.0.1:') + strpos(substr(p.url, length('http://127.0.0.1:') + 1), '/')) as path
  from webhooks_private.workers   as w
  join pg_locks                   as a on a.locktype = 'advisory' and a.mode = 'ExclusiveLock'
                                      and (a.classid::bigint << 32 | a.objid::bigint) = hashtextextended('rowhook:worker:' || w.id::text, 0)
  join pg_locks                   as l on l.locktype = 'advisory' and l.mode = 'ExclusiveLock' and l.pid = a.pid
  join webhooks.endpoints         as p on (l.classid::bigint << 32 | l.objid::bigint) in (webhooks_private.lane_lock(p.id), webhooks_private.call_lock(p.id))
  join webhooks_private.lanes_due as d on d.endpoint_id = p.id and d.due_at <= clock_timestamp()
  left join webhooks_private.lanes as h on h.endpoint_id = p.id
 where w.pid = $1 and w.ended_at is null and coalesce(h.held_until, '-infinity') <= clock_timestamp()`

const TERMINATE = `
select count(pg_terminate_backend(pid))::integer as ended
  from (select pid from pg_stat_activity where application_name like 'rowhook%' order by md5(pid::text || $1) limit $2) as some`

/** Between two faults at least: a worker needs a moment to start. */
const LEAST_GAP_MS = 1_500

/** @param written events that are written so far */
export const startFaults = (plan: readonly Fault[], database: Database, fleet: Fleet, written: () => number): Faults => {
  const incidents: Incident[] = []
  const thawing: Promise<void>[] = []
  let awayMs = 0

  const ownedBy = async ({ pid }: Member): Promise<string[]> =>
    database.pool.query<{ path: string }>(OWNED, [pid]).then(({ rows }) => rows.map(({ path }) => path), () => [])

  const victimOf = async (fault: Fault): Promise<Member> => {
    for (;;) {
      // One that has not registered owns nothing, and the last one that runs is left alone.
      const registered = await database.pool
        .query<{ pid: number }>('select pid from webhooks_private.workers where ended_at is null')
        .then(({ rows }) => new Set(rows.map(({ pid }) => pid)), () => new Set<number>())
      const ready = fleet.members().filter(({ pid }) => registered.has(pid))
      if (ready.length > 1) return ready[fault.victim % ready.length]!
      await sleep(100)
    }
  }

  const happen = async (fault: Fault): Promise<void> => {
    if (fault.kind === 'database') {
      const { backAtMs, awayMs: forMs } = await database.crash()
      awayMs = Math.max(awayMs, forMs)
      incidents.push({ kind: 'database', atMs: backAtMs, paths: [] })
      return
    }
    if (fault.kind === 'terminate') {
      await database.pool.query(TERMINATE, [String(fault.victim), (fault.victim % 4) + 1]).catch(() => undefined)
      incidents.push({ kind: 'terminate', atMs: Date.now(), paths: [] })
      return
    }
    const member = await victimOf(fault)
    const paths = await ownedBy(member)
    incidents.push({ kind: fault.kind, atMs: Date.now(), paths })
    if (fault.kind === 'kill') fleet.kill(member)
    else if (fault.kind === 'term') fleet.term(member)
    else thawing.push(fleet.freeze(member, fault.forMs))
  }

  const run = async (): Promise<void> => {
    for (const fault of plan) {
      await sleep(LEAST_GAP_MS)
      while (written() < fault.afterEvents) await sleep(20)
      await happen(fault)
    }
    await Promise.all(thawing)
  }

  return { incidents, awayMs: () => awayMs, done: run() }
}
