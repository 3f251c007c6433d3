/**
 * Sixty simulated days of deliveries with retention: how large the log gets, and what a writer notices of a drop.
 * Run by hand: `node bench/retention.ts [deliveries] [--json]` (300,000 by default, half a minute; 5,000,000 take two; the server is the one of the tests).
 */
import type pg from 'pg'
import { maintainPartitions } from '../src/database/retention.ts'
import { createTestDatabase } from '../test/support/database.ts'

const DAYS = 60
const WRITERS = 2
/** connections that write a day's deliveries */
const FILLERS = 2
const total = Number(process.argv.find((argument) => /^\d+$/.test(argument)) ?? 300_000)
const now = Date.now()

/** A day's deliveries with their events and attempts, written past the triggers. */
const fill = async (client: pg.Client, at: Date, endpointId: string): Promise<void> => {
  await client.query('begin; set local session_replication_role = replica; set local synchronous_commit = off')
  await client.query(
    `with happened as (
       insert into webhooks.events (id, type, data, context)
       select (left(webhooks_private.least_id($2::timestamptz + n * interval '1 millisecond')::text, 14) || '7' || right(gen_random_uuid()::text, 21))::uuid,
              'test.event', json_build_object('n', n, 'text', repeat('x', 200)), '{}'
         from generate_series(1, $3::integer) as n returning id),
     sent as (
       insert into webhooks.deliveries (id, event_id, endpoint_id, tenant_id, event_type, status, attempts, max_attempts, next_retry_at, finished_at, delivered_at)
       select webhooks_private.delivery_id(id, $1), id, $1, 'default', 'test.event', 'success', 1, 5, null, $2, $2 from happened returning id)
     insert into webhooks.attempts (delivery_id, number, tenant_id, started_at, duration_ms, status) select id, 1, 'default', $2, 12, 200 from sent`,
    [endpointId, at, Math.round(total / DAYS / FILLERS)],
  )
  await client.query('commit')
}

const p99 = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[Math.floor(values.length * 0.99)] ?? Number.NaN
const longest = (values: readonly number[]): number => values.reduce((a, b) => Math.max(a, b), 0)
const round = (ms: number) => Math.round(ms * 100) / 100

const db = await createTestDatabase({ template: 'core' })
const owner = await db.connect('rowhook_owner')
const fillers = await Promise.all(Array.from({ length: FILLERS }, () => db.connect()))
const { rows } = await db.pool.query<{ id: string }>(`insert into webhooks.endpoints (url, events) values ('https://receiver.test', '{endpoint.disabled}') returning id`)
const endpointId = rows[0]!.id

let phase: 'usual' | 'drop' | undefined
const taken = { usual: [] as number[], drop: [] as number[] }
let isOver = false
/** writers rest while a day is written, which is none of their time */
let mayWrite = Promise.resolve()
const write = async () => {
  const client = await db.connect()
  while (!isOver) {
    await mayWrite
    const [began, startedMs] = [phase, performance.now()]
    await client.query(`insert into webhooks.events (type, data) values ('test.event', '{"n":1}')`)
    if (began !== undefined) taken[began].push(performance.now() - startedMs)
  }
}
const writing = Array.from({ length: WRITERS }, write)

const sizes: number[] = []
let dropped = 0
let postponed = 0
let longestMs = 0
let kept = 0
for (let day = 0; day <= DAYS; day++) {
  const asOf = new Date(now + day * 86_400_000)
  phase = undefined
  let go: () => void = () => undefined
  mayWrite = new Promise((done) => (go = done))
  await Promise.all(fillers.map((client) => fill(client, asOf, endpointId)))
  go()
  phase = 'usual'
  await new Promise((done) => setTimeout(done, 150))
  phase = 'drop'
  const startedMs = performance.now()
  const done = await maintainPartitions(owner, { asOf })
  phase = undefined
  if (done.dropped.length > 0) longestMs = Math.max(longestMs, performance.now() - startedMs)
  else taken.drop.length = kept // a run that dropped nothing does not count
  kept = taken.drop.length
  dropped += done.dropped.length
  postponed += done.postponed.length
  const { rows } = await db.pool.query<{ bytes: number }>('select sum(bytes)::double precision as bytes from webhooks_private.log_partitions()')
  sizes.push(rows[0]!.bytes / 1024 / 1024)
}
isOver = true
await Promise.all(writing)
await db.drop()

const report = {
  deliveries: total,
  days: DAYS,
  droppedPartitions: dropped,
  postponed,
  mebibytesAfter40Days: round(sizes[40]!),
  mebibytesAtMost: round(Math.max(...sizes.slice(40))),
  mebibytesAfter60Days: round(sizes.at(-1)!),
  longestRunMs: round(longestMs),
  insertP99UsualMs: round(p99(taken.usual)),
  insertP99DuringDropMs: round(p99(taken.drop)),
  insertLongestUsualMs: round(longest(taken.usual)),
  insertLongestDuringDropMs: round(longest(taken.drop)),
  insertsUsual: taken.usual.length,
  insertsDuringDrop: taken.drop.length,
}
process.stdout.write(process.argv.includes('--json') ? `${JSON.stringify(report)}\n` : `${Object.entries(report).map(([name, value]) => `${name.padEnd(24)} ${value}`).join('\n')}\n`)
