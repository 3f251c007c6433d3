/** What capture adds to the domain's own writes. */
import type { Bench } from './harness/bench.ts'
import { startChild } from './harness/child.ts'
import type { Database } from './harness/database.ts'
import type { Bar, Figure, Results, Sample, Variant } from './harness/figure.ts'
import { addTenants } from './harness/rowhook.ts'

const CLIENTS = [1, 4, 8] as const
const BULK_ROWS = 10_000
/** Several, because CPU time comes in ticks of 10 ms, and a plain statement takes two of them. */
const BULK_STATEMENTS = 5
const BACKLOG = 50_000

const TABLE = `
create table public.bench_orders (
  id         bigint        generated always as identity primary key,
  tenant_id  text          not null,
  customer   text          not null,
  amount     numeric(12,2) not null,
  note       text          not null
)`
const WATCH = `select webhooks.watch('public.bench_orders', 'order', '[{"event": "order.placed", "on": "insert"}]')`
const BULK = `insert into public.bench_orders (tenant_id, customer, amount, note)
              select 't0', 'customer ' || n, n % 1000 + 0.5, 'as agreed by telephone' from generate_series(1, $1::integer) as n`

/** Readies a database; what it returns runs when the writes are done. */
type Scene = (database: Database, writes: number) => Promise<{ readonly tenants: number; readonly end?: () => Promise<unknown> }>

/** Somebody owns the lane, as a worker's lock connection does. */
const own = async (database: Database) => {
  const owner = await database.connect()
  await owner.query(`select pg_advisory_lock(webhooks_private.lane_lock(id)) from webhooks.endpoints`)
  return () => owner.end()
}

const scenes: Readonly<Record<string, Scene>> = {
  plain: async ({ pool }) => {
    await pool.query(TABLE)
    return { tenants: 1 }
  },
  'nobody subscribed': async ({ pool }) => {
    await pool.query(TABLE)
    await pool.query(WATCH)
    return { tenants: 1 }
  },
  'lane active': async (database) => {
    await database.pool.query(TABLE)
    await database.pool.query(WATCH)
    await addTenants(database.pool, 1, 'order.placed')
    return { tenants: 1, end: await own(database) }
  },
  'wake-up waiting': async ({ pool }) => {
    await pool.query(TABLE)
    await pool.query(WATCH)
    await addTenants(pool, 1, 'order.placed')
    await pool.query(BULK, [1]) // it leaves the wake-up
    return { tenants: 1 }
  },
  // Each write is for another lane, none of which has a wake-up yet.
  'woken each time': async ({ pool }, writes) => {
    await pool.query(TABLE)
    await pool.query(WATCH)
    await addTenants(pool, writes, 'order.placed')
    return { tenants: writes }
  },
  'with a backlog': async (database) => {
    await database.pool.query(TABLE)
    await database.pool.query(WATCH)
    await addTenants(database.pool, 1, 'order.placed')
    const end = await own(database)
    await database.pool.query(BULK, [BACKLOG])
    return { tenants: 1, end }
  },
}

const WARM_UP = 200

const single = (bench: Bench, scene: Scene, clients: number, size: number) => async (): Promise<Sample> => {
  const database = await bench.server.create('core')
  const { tenants, end } = await scene(database, size + WARM_UP)
  const writer = await startChild('writer', database.url, clients)
  await writer.call('write', WARM_UP, 1)
  const [cpuMs, startedMs] = [bench.server.cpuMs(), performance.now()]
  await writer.call('write', size, tenants)
  const sample = { rate: (size / (performance.now() - startedMs)) * 1000, storeUs: ((bench.server.cpuMs() - cpuMs) * 1000) / size }
  await writer.stop()
  await end?.()
  await database.drop()
  return sample
}

const bulk = (bench: Bench, scene: Scene) => async (): Promise<Sample> => {
  const database = await bench.server.create('core')
  const { end } = await scene(database, 1)
  await database.pool.query(BULK, [100])
  const [cpuMs, startedMs] = [bench.server.cpuMs(), performance.now()]
  for (let n = 0; n < BULK_STATEMENTS; n++) await database.pool.query(BULK, [BULK_ROWS])
  const rows = BULK_STATEMENTS * BULK_ROWS
  const sample = { rate: (rows / (performance.now() - startedMs)) * 1000, storeUs: ((bench.server.cpuMs() - cpuMs) * 1000) / rows }
  await end?.()
  await database.drop()
  return sample
}

const nameOf = (scene: string, clients: number | 'bulk') => `${scene}, ${clients === 'bulk' ? 'bulk' : `${clients} client${clients === 1 ? '' : 's'}`}`

const share = (scene: string, clients: number, least: number): Bar => ({
  says: `${nameOf(scene, clients)}: at least ${Math.round(least * 100)} % of the plain insert's rate`,
  reached: ({ ratio }) => ratio(nameOf(scene, clients), nameOf('plain', clients)),
  holds: (value) => value >= least,
})

const cpu = (scene: string, base: string, clients: number | 'bulk', most: number): Bar => ({
  says: `${nameOf(scene, clients)}: at most ${most} times the CPU of ${base}`,
  reached: ({ ratio }: Results) => ratio(nameOf(scene, clients), nameOf(base, clients), 'storeUs'),
  holds: (value) => value <= most,
})

export const writes: Figure = {
  name: 'writes',
  what: 'what capture adds to single-row inserts by prepared statements, and to 10,000 rows in one statement',
  metrics: [
    { name: 'rate', unit: 'rows/s', digits: 0 },
    { name: 'storeUs', unit: 'µs of database CPU a row', digits: 1 },
  ],
  runs: 3,
  size: 4_000,
  sizeOf: 'transactions a variant',
  ratios: (variant) => ({ plain: variant.replace(/^[^,]+/, 'plain') }),
  bars: [
    ...[4, 8].flatMap((clients) => [share('lane active', clients, 0.55), share('wake-up waiting', clients, 0.55), share('woken each time', clients, 0.2)]),
    ...[4, 8].flatMap((clients) => [cpu('lane active', 'plain', clients, 3), cpu('nobody subscribed', 'plain', clients, 2.2), cpu('with a backlog', 'lane active', clients, 1.2)]),
    cpu('lane active', 'plain', 'bulk', 8),
  ],
  variants: (bench, size) => [
    ...CLIENTS.flatMap((clients) => Object.entries(scenes).map(([name, scene]): Variant => ({ name: nameOf(name, clients), run: single(bench, scene, clients, size) }))),
    ...['plain', 'nobody subscribed', 'lane active'].map((name): Variant => ({ name: nameOf(name, 'bulk'), run: bulk(bench, scenes[name]!) })),
  ],
}
