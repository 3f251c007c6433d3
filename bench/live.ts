/** What those who watch live cost: the database while nothing happens, and the writers. */
import { createClient } from 'graphql-ws'
import type { Bench } from './harness/bench.ts'
import { startApi } from './harness/api.ts'
import type { Figure, Sample } from './harness/figure.ts'
import { addEndpoints, tenantOf, writeSingly } from './harness/rowhook.ts'
import { percentile } from './harness/statistics.ts'

const ENDPOINTS = 100
const IDLE_MS = 5_000
/** Writes a second while the time to a subscriber is measured. */
const BEAT_MS = 100

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

const measured = (bench: Bench, watchers: number, size: number) => async (): Promise<Sample> => {
  let endpoints: string[] = []
  const api = await startApi(bench, async (pool) => {
    endpoints = await addEndpoints(pool, 'http://127.0.0.1:9', { count: ENDPOINTS })
  })
  // Nobody sends: what is measured is the writers and those who watch.
  const owner = await api.pool.connect()
  await owner.query('select pg_advisory_lock(webhooks_private.lane_lock(id)) from webhooks.endpoints')

  const arrivals = new Map<string, number>()
  const sockets = await Promise.all(
    Array.from({ length: watchers }, async (_, i) => {
      const socket = createClient({ url: `${api.url.replace('http', 'ws')}/graphql`, connectionParams: { authorization: `Bearer ${await api.token(tenantOf(i))}` }, retryAttempts: 0 })
      const query = `subscription { deliveryUpdated(endpointId: "${endpoints[i % ENDPOINTS]!}") { id event { data } } }`
      socket.subscribe<{ deliveryUpdated: { id: string } | null }>({ query }, { next: ({ data }) => data?.deliveryUpdated && arrivals.set(data.deliveryUpdated.id, performance.now()), error: (error) => console.error(error), complete: () => undefined })
      return socket
    }),
  )
  await pause(2_000)

  const committed = new Map<string, number>()
  for (let n = 0; watchers > 0 && n < 50; n++) {
    const { rows } = await api.pool.query<{ id: string }>(
      `with event as (insert into webhooks.events (tenant_id, type) values ('tenant 0', 'bench.e0') returning id)
       select webhooks_private.delivery_id(id, $1) as id from event`,
      [endpoints[0]],
    )
    committed.set(rows[0]!.id, performance.now())
    await pause(BEAT_MS)
  }
  await pause(1_000)
  const latencies = [...committed].flatMap(([id, atMs]) => (arrivals.has(id) ? [arrivals.get(id)! - atMs] : []))
  if (watchers > 0 && latencies.length < committed.size) throw new Error(`${latencies.length} of ${committed.size} were seen`)

  await writeSingly(api.pool, { count: 500, endpoints: ENDPOINTS, bodyBytes: 500 })
  const [cpuMs, startedMs] = [bench.server.cpuMs(), performance.now()]
  await writeSingly(api.pool, { count: size, endpoints: ENDPOINTS, bodyBytes: 500, from: 500 })
  const tookMs = performance.now() - startedMs
  await pause(2_000) // what was written is still being shown
  const idleFrom = bench.server.cpuMs()
  await pause(IDLE_MS)
  const idle = ((bench.server.cpuMs() - idleFrom) / IDLE_MS) * 1000

  const sample = { writes: (size / tookMs) * 1000, storeUs: ((bench.server.cpuMs() - cpuMs) * 1000) / size, idle, ...(watchers > 0 ? { p50: percentile(latencies, 0.5), p99: percentile(latencies, 0.99) } : {}) }
  await Promise.all(sockets.map(async (socket) => socket.dispose()))
  owner.release(true)
  await api.stop()
  return sample
}

export const live: Figure = {
  name: 'live',
  what: 'single-row writes by 8 clients while nobody, one and a hundred watch an endpoint each; what watching costs the database, and how soon it shows',
  metrics: [
    { name: 'writes', unit: 'writes/s', digits: 0 },
    { name: 'storeUs', unit: 'µs of database CPU a write', digits: 0 },
    { name: 'idle', unit: 'ms of database CPU a second while idle', digits: 1 },
    { name: 'p50', unit: 'ms p50 until seen', digits: 0 },
    { name: 'p99', unit: 'ms p99', digits: 0 },
  ],
  runs: 3,
  size: 8_000,
  sizeOf: 'writes a variant',
  onDemand: true,
  ratios: () => ({ 'nobody watches': 'nobody' }),
  bars: [
    { says: 'writes while a hundred watch: at least 0.9 of those while nobody does', reached: ({ ratio }) => ratio('a hundred', 'nobody'), holds: (value) => value >= 0.9 },
    { says: 'a hundred watchers: at most 5 % of a core while idle', reached: ({ value }) => value('a hundred', 'idle'), holds: (value) => value <= 50, unit: 'ms/s' },
    { says: 'seen within 300 ms (p99)', reached: ({ value }) => value('one', 'p99'), holds: (value) => value <= 300, unit: 'ms' },
  ],
  variants: (bench, size) => [
    { name: 'nobody', run: measured(bench, 0, size) },
    { name: 'one', run: measured(bench, 1, size) },
    { name: 'a hundred', run: measured(bench, 100, size) },
  ],
}
