/** Writers of the domain: single rows, bulk, rollbacks, savepoints, every isolation level, long transactions. */
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { tenants } from './domain.ts'
import { createRandom, type Random } from './random.ts'

export type Writers = {
  /** events of transactions whose commit was acknowledged */
  readonly events: () => number
  /** rows whose commit was acknowledged, by table key; the last acknowledged version */
  readonly acknowledged: ReadonlyMap<string, number>
  /** resolves when enough is written */
  readonly done: Promise<void>
}

export type WriterOptions = {
  readonly seed: number
  /** when to stop */
  readonly events: number
  readonly ratePerSecond: number
  /** whether the workers have enough to do */
  readonly isBehind: () => boolean
}

type Row = { readonly id: string; readonly version: number; readonly events: number }
type Act = (client: pg.Client, seq: number) => Promise<Row[]>

const INSERT = `
insert into public.orders (tenant_id, kind, writer, seq, note)
select $1, $2, $3, $4, repeat('x', $6) from generate_series(1, $5::integer)
returning id::text as id, version, case when kind = 'rush' then 2 else 1 end as events`

const UPDATE = `update public.orders set version = version + 1, seq = $2, writer = $3 where id = $1 returning id::text as id, version, 1 as events`

const WRITERS = 6

export const startWriters = (databaseUrl: string, { seed, events, ratePerSecond, isBehind }: WriterOptions): Writers => {
  const acknowledged = new Map<string, number>()
  let written = 0
  const startedMs = performance.now()

  const acts = (writer: number, random: Random, mine: string[]) => {
    const insert = async (client: pg.Client, seq: number, rows = 1): Promise<Row[]> =>
      (await client.query<Row>(INSERT, [random.pick(tenants), random.pick(['plain', 'plain', 'plain', 'other', 'rush']), writer, seq, rows, random.between(0, 400)])).rows
    const update = async (client: pg.Client, seq: number): Promise<Row[]> =>
      mine.length === 0 ? insert(client, seq) : (await client.query<Row>(UPDATE, [random.pick(mine.slice(-50)), seq, writer])).rows
    const within = (begin: string, work: Act): Act => async (client, seq) => {
      await client.query(begin)
      const rows = await work(client, seq)
      await client.query('commit')
      return rows
    }
    const single: Act = (client, seq) => insert(client, seq)
    const bulk: Act = (client, seq) => insert(client, seq, random.between(5, 60))
    const change: Act = (client, seq) => update(client, seq)
    const rolledBack: Act = async (client, seq) => {
      await client.query('begin')
      await insert(client, seq, random.between(1, 20))
      await client.query('rollback')
      return []
    }
    const savepoint = within('begin', async (client, seq) => {
      const before = await insert(client, seq)
      await client.query('savepoint half')
      await insert(client, seq, 3)
      await client.query('rollback to half')
      return [...before, ...(await insert(client, seq, 2))]
    })
    const long = within('begin', async (client, seq) => {
      const rows = await insert(client, seq)
      await sleep(random.between(100, 1_500))
      return [...rows, ...(await insert(client, seq))]
    })
    const asleep = within('begin', async (client, seq) => {
      await client.query(`set local rowhook.wake = 'off'`) // the sweeper finds it
      return insert(client, seq)
    })
    const steps: readonly [share: number, act: Act][] = [
      [0.4, single], [0.12, bulk], [0.2, change], [0.06, rolledBack], [0.06, savepoint],
      [0.05, within('begin isolation level repeatable read', single)],
      [0.05, within('begin isolation level serializable', change)],
      [0.04, long], [0.02, asleep],
    ]
    return (): Act => {
      let left = random.next()
      return (steps.find(([share]) => (left -= share) < 0) ?? steps[0]!)[1]
    }
  }

  const write = async (writer: number): Promise<void> => {
    const random = createRandom(seed * 1_000 + writer)
    const mine: string[] = []
    const choose = acts(writer, random, mine)
    let client: pg.Client | undefined
    for (let seq = 1; written < events; seq += 1) {
      const allowed = ((performance.now() - startedMs) / 1_000) * ratePerSecond
      if (written > allowed) await sleep(Math.min(500, ((written - allowed) / ratePerSecond) * 1_000 + 1))
      while (isBehind()) await sleep(50)
      try {
        if (client === undefined) {
          const opened = new pg.Client({ connectionString: databaseUrl, application_name: 'chaos writer', connectionTimeoutMillis: 5_000 })
          opened.on('error', () => undefined)
          await opened.connect()
          client = opened
        }
        for (const { id, version, events } of await choose()(client, seq)) {
          written += events
          acknowledged.set(id, Math.max(version, acknowledged.get(id) ?? 0))
          if (version === 1) mine.push(id)
        }
      } catch {
        // A crash, or a serialization failure: what was not acknowledged may or may not be there.
        await client?.end().catch(() => undefined)
        client = undefined
        await sleep(100)
      }
    }
    await client?.end().catch(() => undefined)
  }

  return { events: () => written, acknowledged, done: Promise.all(Array.from({ length: WRITERS }, (_, writer) => write(writer))).then(() => undefined) }
}
