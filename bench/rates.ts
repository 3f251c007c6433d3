/** How exactly rates are kept over many minutes, and what a hundred thousand deliveries cost that wait for theirs. */
import { setTimeout as sleep } from 'node:timers/promises'
import type pg from 'pg'
import type { Bench } from './harness/bench.ts'
import type { Bar, Figure, Sample } from './harness/figure.ts'
import { addEndpoints, startRowhook, writeBulk, type Rowhook } from './harness/rowhook.ts'
import { writeOne, writeSteadily } from './harness/steady.ts'

const BODY_BYTES = 500
const WAITING = 100_000
const ENDPOINT_RATE = 600
const TENANT_RATE = 1_200
const TENANT_ENDPOINTS = 6
/** The first requests of a burst, and pages of a backlog that has just been written, are not what waiting costs. */
const SETTLE_SECONDS = 10
const MINUTE_MS = 60_000

/** The most that any minute held, as a share of its limit. */
const busiestMinute = (times: readonly number[], perMinute: number): number => {
  let most = 0
  let from = 0
  for (let i = 0; i < times.length; i++) {
    while (times[from]! <= times[i]! - MINUTE_MS) from += 1
    most = Math.max(most, i - from + 1)
  }
  return most / perMinute
}

/** What waits for the rate, or comes at it; two workers share it. */
type Load = { readonly perMinute: number; readonly endpoints: number; readonly limit: (pool: pg.Pool) => Promise<unknown>; readonly begin: (rowhook: Rowhook, seconds: number) => Promise<unknown> }

const measured = (bench: Bench, seconds: number, { perMinute, endpoints, limit, begin }: Load) => async (): Promise<Sample> => {
  const { receiver, server } = bench
  await receiver.reset({ notesArrivals: true })
  const prepare = async (pool: pg.Pool) => {
    await addEndpoints(pool, receiver.origin, { count: endpoints })
    await limit(pool)
  }
  const rowhook = await startRowhook(bench, prepare, 2)
  const load = begin(rowhook, seconds)
  await receiver.waitFor(1)
  await sleep(SETTLE_SECONDS * 1_000)
  const before = { database: server.cpuMs(), worker: rowhook.workerCpuMs(), requests: (await receiver.received()).count }
  await sleep((seconds - SETTLE_SECONDS) * 1_000)
  const requests = (await receiver.received()).count - before.requests
  const database = server.cpuMs() - before.database
  const worker = rowhook.workerCpuMs() - before.worker
  await load
  const times = [...(await receiver.arrivals()).values()].toSorted((a, b) => a - b)
  await rowhook.stop()
  const counted = times.filter((at) => at < times[0]! + seconds * 1_000)
  return {
    minute: busiestMinute(counted, perMinute),
    overall: (counted.length / ((perMinute * seconds) / 60) - 1) * 100,
    databaseUs: (database * 1_000) / requests,
    workerUs: (worker * 1_000) / requests,
  }
}

const ofEndpoint = (begin: Load['begin']): Load => ({
  perMinute: ENDPOINT_RATE,
  endpoints: 1,
  limit: (pool) => pool.query('update webhooks.endpoints set rate_limit = $1', [ENDPOINT_RATE]),
  begin,
})

const ofTenant: Load = {
  perMinute: TENANT_RATE,
  endpoints: TENANT_ENDPOINTS,
  limit: (pool) => pool.query('update webhooks.tenant_settings set rate_limit = $1', [TENANT_RATE]),
  begin: ({ pool }) => writeBulk(pool, { count: WAITING, endpoints: TENANT_ENDPOINTS, bodyBytes: BODY_BYTES }),
}

const waiting: Load['begin'] = ({ pool }) => writeBulk(pool, { count: WAITING, endpoints: 1, bodyBytes: BODY_BYTES })
const atItsRate: Load['begin'] = ({ pool }, seconds) => writeSteadily((n) => writeOne(pool, 0, n, BODY_BYTES), (seconds * ENDPOINT_RATE) / 60, ENDPOINT_RATE / 60)

const NAMES = { endpoint: 'endpoint, 100,000 wait', tenant: 'tenant, 100,000 wait', even: 'endpoint, none waits' }
const bars = [NAMES.endpoint, NAMES.tenant].flatMap((name): Bar[] => [
  { says: `${name}: any minute at most 1.1 times the limit`, reached: ({ value }) => value(name), holds: (value) => value <= 1.1 },
  { says: `${name}: within 2 per cent over the whole time`, reached: ({ value }) => value(name, 'overall'), holds: (value) => Math.abs(value) <= 2, unit: '%' },
])

export const rates: Figure = {
  name: 'rates',
  what: `two workers and an endpoint of ${ENDPOINT_RATE} requests a minute, or a tenant of ${TENANT_RATE} with ${TENANT_ENDPOINTS} endpoints`,
  metrics: [
    { name: 'minute', unit: 'of the limit in the busiest minute', digits: 3 },
    { name: 'overall', unit: '% off the limit over the whole time', digits: 2 },
    { name: 'databaseUs', unit: 'µs of database CPU a request', digits: 0 },
    { name: 'workerUs', unit: 'µs of worker CPU a request', digits: 0 },
  ],
  runs: 1,
  size: 600,
  sizeOf: 'seconds',
  onDemand: true,
  bars,
  variants: (bench, seconds) => [
    { name: NAMES.endpoint, run: measured(bench, seconds, ofEndpoint(waiting)) },
    { name: NAMES.tenant, run: measured(bench, seconds, ofTenant) },
    { name: NAMES.even, run: measured(bench, seconds, ofEndpoint(atItsRate)) },
  ],
}
