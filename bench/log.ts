/** What five million finished deliveries cost: first pages of the log, and the deliveries that go on. */
import type { Bench } from './harness/bench.ts'
import { drain } from './harness/drain.ts'
import type { Figure, Sample } from './harness/figure.ts'
import { addHistory, timeOf } from './harness/history.ts'
import type { Rowhook } from './harness/rowhook.ts'

const DELIVERIES = 10_000

const PAGES: Readonly<Record<string, string>> = {
  'delivery log': 'select * from webhooks.delivery_log order by id desc limit 50',
  'log of a tenant': `select * from webhooks.delivery_log where tenant_id = 'history 7' order by id desc limit 50`,
  'log of an endpoint': `select * from webhooks.delivery_log where endpoint_id = (select min(id::text)::uuid from webhooks.endpoints where name = 'history') order by id desc limit 50`,
  'dead letters': 'select * from webhooks.dead_letters order by id desc limit 50',
  'endpoint health': 'select * from webhooks.endpoint_health',
  'queue health': 'select * from webhooks.queue_health',
  // What the API's first pages ask for: the newest rows of a tenant, without the joins of the views.
  'deliveries, API': `select * from webhooks.deliveries where tenant_id = 'history 7' order by id desc limit 25`,
  'events, API': `select * from webhooks.events where tenant_id = 'history 7' order by id desc limit 25`,
}

const inspect = async ({ pool }: Rowhook): Promise<Sample> => {
  const times: [string, number][] = []
  for (const [name, sql] of Object.entries(PAGES)) times.push([name, await timeOf(pool, sql)])
  return Object.fromEntries(times)
}

const measured = (bench: Bench, finished: number) => () =>
  drain(bench, { count: DELIVERIES, endpoints: 20, bodyBytes: 500, prepare: (pool) => addHistory(pool, finished), inspect })

export const log: Figure = {
  name: 'log',
  what: '10,000 deliveries beside a log of finished ones, and the first pages of that log in milliseconds',
  metrics: [
    { name: 'rate', unit: 'deliveries/s', digits: 0 },
    { name: 'storeUs', unit: 'µs of database CPU', digits: 0 },
    ...Object.keys(PAGES).map((name) => ({ name, unit: `ms ${name}`, digits: 1 })),
  ],
  runs: 1,
  size: 5_000_000,
  sizeOf: 'finished deliveries',
  onDemand: true,
  ratios: () => ({ empty: 'empty' }),
  bars: [
    ...Object.keys(PAGES).map((name) => ({ says: `${name}: under 50 ms`, reached: ({ value }: { value: (variant: string, metric: string) => number | undefined }) => value('full', name), holds: (value: number) => value < 50, unit: 'ms' })),
    { says: 'deliveries a second unchanged within 10 %', reached: ({ ratio }) => ratio('full', 'empty'), holds: (value) => value >= 0.9 },
  ],
  variants: (bench, size) => [
    { name: 'empty', run: measured(bench, 0) },
    { name: 'full', run: measured(bench, size) },
  ],
}
