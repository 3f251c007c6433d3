/** What acts by hand cost where there are a million deliveries, and what writers of the same tenant notice of them. */
import type pg from 'pg'
import type { Bench } from './harness/bench.ts'
import type { Figure, Sample } from './harness/figure.ts'
import { addOutage } from './harness/history.ts'
import { percentile } from './harness/statistics.ts'

/** One call: how many deliveries it changed, and whether another one follows. */
type Step = (client: pg.ClientBase) => Promise<{ readonly changed: number; readonly remaining: boolean }>

const recoverDown: Step = async (client) => {
  const { rows } = await client.query<{ changed: number; remaining: boolean }>(
    `select r.recovered::integer as changed, r.remaining from webhooks.endpoints as p, webhooks.recover(p.id, now() - interval '2 days') as r where p.name = 'down'`,
  )
  return rows[0]!
}

const replayLate = (): Step => {
  let seen: string | null = null
  return async (client) => {
    const { rows } = await client.query<{ changed: number; remaining: boolean; seen: string }>(
      `select r.replayed::integer as changed, r.remaining, r.last_event as seen
         from webhooks.endpoints as p, webhooks.replay(p.id, now() - interval '2 days', now() - interval '1 second', resume_after => $1) as r where p.name = 'late'`,
      [seen],
    )
    seen = rows[0]!.seen
    return rows[0]!
  }
}

/** The disable itself, and then what the sweeper does once a second. */
const disableDown = (): Step => {
  let isDisabled = false
  return async (client) => {
    if (!isDisabled) {
      isDisabled = true
      await client.query(`select webhooks.disable_endpoint(id, 'bench') from webhooks.endpoints where name = 'down'`)
      return { changed: 10_000, remaining: true }
    }
    const { rows } = await client.query<{ changed: number }>('select webhooks_private.close_dead_lanes() as changed')
    return { changed: rows[0]!.changed, remaining: rows[0]!.changed > 0 }
  }
}

/** Events of the same tenant, one after the other, until `isOver`; gives the milliseconds of each. */
const writeMeanwhile = async (client: pg.ClientBase, isOver: () => boolean): Promise<number[]> => {
  const times: number[] = []
  while (!isOver()) {
    const startedMs = performance.now()
    await client.query(`insert into webhooks.events (tenant_id, type, data) values ('outage', 'test.event', '{"n":1}')`)
    times.push(performance.now() - startedMs)
  }
  return times
}

const callAll = async (pool: pg.Pool, step: Step): Promise<Sample> => {
  const [caller, writer] = [await pool.connect(), await pool.connect()]
  let isOver = false
  const writing = writeMeanwhile(writer, () => isOver)
  const calls: number[] = []
  let deliveries = 0
  for (let remaining = true; remaining; ) {
    const startedMs = performance.now()
    const done = await step(caller)
    calls.push(performance.now() - startedMs)
    deliveries += done.changed
    remaining = done.remaining
  }
  isOver = true
  const writes = await writing
  caller.release()
  writer.release()
  return { worst: Math.max(...calls), median: percentile(calls, 0.5), calls: calls.length, deliveries, write99: percentile(writes, 0.99), writeMax: Math.max(...writes) }
}

export const byHand: Figure = {
  name: 'by-hand',
  what: 'recover, replay and disable where an endpoint has a million deliveries, while the same tenant goes on writing',
  metrics: [
    { name: 'worst', unit: 'ms of the longest call', digits: 0 },
    { name: 'median', unit: 'ms of a call', digits: 0 },
    { name: 'calls', unit: 'calls', digits: 0 },
    { name: 'deliveries', unit: 'deliveries', digits: 0 },
    { name: 'write99', unit: 'p99 ms of a write meanwhile', digits: 1 },
    { name: 'writeMax', unit: 'greatest', digits: 0 },
  ],
  runs: 1,
  size: 1_000_000,
  sizeOf: 'deliveries',
  onDemand: true,
  bars: ['recover', 'replay', 'disable'].map((name) => ({ says: `${name}: no call longer than 5 s`, reached: ({ value }) => value(name), holds: (ms: number) => ms <= 5_000, unit: 'ms' })),
  variants: (bench: Bench, size) => {
    let pool: pg.Pool | undefined
    /** One database for all: what was recovered is then what a disable cancels. */
    const prepared = async (): Promise<pg.Pool> => {
      if (pool !== undefined) return pool
      const database = await bench.server.create('core')
      await database.pool.query(`update webhooks.settings set allow_http = true, allow_ports = '{}'`)
      await addOutage(database.pool, size)
      return (pool = database.pool)
    }
    return [
      { name: 'recover', run: async () => callAll(await prepared(), recoverDown) },
      { name: 'replay', run: async () => callAll(await prepared(), replayLate()) },
      { name: 'disable', run: async () => callAll(await prepared(), disableDown()) },
    ]
  },
}
