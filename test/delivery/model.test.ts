/**
 * Anything in any order: what is promised holds in the end. Commands are drawn by fast-check, the engine works meanwhile.
 * ROWHOOK_MODEL_SEED repeats a run (as far as a race can be repeated), ROWHOOK_MODEL_SECONDS makes it longer.
 */
import fc from 'fast-check'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { waitFor } from '../support/wait.ts'
import { startEngine } from './support/engine.ts'
import { commands } from './support/model-commands.ts'
import { createWorld, noteState, type Known, type World } from './support/model.ts'

const seed = Number(process.env['ROWHOOK_MODEL_SEED'] ?? Date.now() % 2 ** 31)
const seconds = Number(process.env['ROWHOOK_MODEL_SECONDS'] ?? 20)

const engine = await startEngine({ staleAfterMs: 2_000 })
const { db } = engine
await db.pool.query(`update webhooks.settings set circuit_failures = 5, circuit_open_min = '50 milliseconds', circuit_open_max = '200 milliseconds'`)

const model = suite('anything in any order')
model.after(() => engine.close())
// graphile-worker prints a stack where a connection is cut, which happens here all the time.
Object.assign(globalThis.console, { trace: () => undefined })

type Row = { id: string; event_id: string; status: string; attempts: number; numbers: number[] | null; statuses: (number | null)[] | null }

const deliveriesOf = async ({ hook }: Known): Promise<Row[]> =>
  (
    await db.pool.query<Row>(
      `select d.id, d.event_id, d.status, d.attempts, a.numbers, a.statuses
         from webhooks.deliveries as d
         left join lateral (select array_agg(a.number order by a.number) as numbers, array_agg(a.status order by a.number) as statuses
                              from webhooks.attempts as a where a.delivery_id = d.id) as a on true
        where d.endpoint_id = $1 order by d.id`,
      [hook.endpointId],
    )
  ).rows

/** Everything is allowed and accepted from now on; waits until every delivery has ended. */
const settle = async (world: World) => {
  for (const { client, tenant, eventIds, matched } of world.open.splice(0)) {
    await client.query('commit')
    await client.end()
    for (const id of eventIds) {
      world.committed.get(tenant)!.add(id)
      for (const known of matched) known.expected.add(id)
    }
  }
  for (const known of world.endpoints) {
    known.mode = 'ok'
    noteState(Object.assign(known, { isActive: true, isPaused: false }), performance.now())
    await db.pool.query('select webhooks.enable_endpoint($1), webhooks.resume_endpoint($1)', [known.hook.endpointId])
  }
  const ids = world.endpoints.map(({ hook }) => hook.endpointId)
  await waitFor(
    async () => (await db.pool.query(`select from webhooks.deliveries where endpoint_id = any ($1::uuid[]) and finished_at is null limit 1`, [ids])).rowCount === 0,
    { what: 'every delivery to end', deadlineMs: 20_000 },
  )
}

const holdFor = async (world: World, known: Known) => {
  const { hook, ledger, expected, silences } = known
  const rows = await deliveriesOf(known)
  const committed = world.committed.get(hook.tenant)!

  assert.equal(new Set(rows.map((row) => row.event_id)).size, rows.length, 'one delivery for each event')
  assert.equal(rows.map((row) => row.event_id).filter((id) => !committed.has(id)), [], 'none after a rollback or of another tenant')
  assert.equal([...expected].filter((id) => !rows.some((row) => row.event_id === id)), [], 'none is missing')
  assert.equal(rows.filter((row) => !expected.has(row.event_id)).map((row) => row.event_id), [], 'none for what was written while it was disabled')

  for (const row of rows) {
    const { status, attempts, numbers, statuses, event_id: eventId } = row
    const requests = ledger.filter((entry) => entry.eventId === eventId)
    assert.equal(numbers ?? [], Array.from({ length: attempts }, (_, i) => i + 1), `attempts of ${row.id} are numbered without gaps`)
    assert.ok(requests.length >= attempts, 'each attempt was a request')
    assert.ok(status !== 'success' || (statuses?.at(-1) === 200 && requests.some((request) => request.status === 200)), 'a success was accepted')
    assert.ok(status !== 'failed' || (known.wasBroken && attempts > 0), 'what failed was refused')
    assert.ok(status !== 'cancelled' || known.mayBeCancelled, 'what is cancelled was cancelled by somebody')
    assert.ok(['success', 'failed', 'cancelled'].includes(status), status)
    assert.equal(new Set(requests.map(({ body }) => body)).size, Math.min(1, requests.length), 'the same bytes each time')
  }
  assert.equal(ledger.filter(({ eventId }) => !rows.some((row) => row.event_id === eventId)), [], 'no request without a delivery')
  assert.equal(ledger.filter(({ isSigned }) => !isSigned), [], 'each request is signed by a secret of its endpoint')
  // Half a second for the way from the start of a request to its arrival, on a busy machine.
  const late = ledger.filter(({ atMs }) => silences.some(({ fromMs, untilMs }) => atMs > fromMs + 1_500 && atMs < untilMs))
  assert.equal(late, [], 'nothing starts a second after a pause or disable')
}

model('every event has one delivery for each endpoint, each ends, and nothing is sent that must not be', async () => {
  let runs = 0
  // Not by fast-check's own limit, which leaves the last run going in the background.
  const untilMs = performance.now() + seconds * 1000
  const property = fc.asyncProperty(commands(40), async (sequence) => {
    if (performance.now() > untilMs) return
    const world = await createWorld(engine)
    await fc.asyncModelRun(() => ({ model: {}, real: world }), sequence)
    await settle(world)
    for (const known of world.endpoints) await holdFor(world, known)
    runs += 1
  })
  // Without shrinking: a race that failed once would pass the next time.
  await fc.assert(property, { seed, numRuns: 10 * seconds, endOnFailure: true })
  const unlocked = async () => (await db.pool.query('select from graphile_worker.jobs where locked_at is not null')).rowCount === 0
  await waitFor(unlocked, { what: 'no job to be locked' })
  const { rows } = await db.pool.query(
    `select (select count(*)::integer from webhooks.deliveries) as deliveries, (select count(*)::integer from webhooks.attempts) as attempts`,
  )
  process.stdout.write(`seed ${seed}: ${runs} runs, ${JSON.stringify(rows[0])}, ${engine.receiver.requests.length} requests\n`)
  assert.ok(runs > 2, `${runs} runs`)
})

model.run()
