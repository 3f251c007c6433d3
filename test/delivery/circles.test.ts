/** A receiver that writes back into the table whose events it gets: the circle ends, by the cause that it names or by its rate. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { evaluateAlerts } from '../../src/database/alerts.ts'
import { createCircles } from '../../src/delivery/circles.ts'
import { openAlerts } from '../operating/support.ts'
import { createTestDatabase } from '../support/database.ts'
import { createEndpoint, deliveriesOf } from '../support/endpoints.ts'
import { createReceiver } from '../support/receiver.ts'
import { waitFor } from '../support/wait.ts'
import { startTestWorker } from '../support/worker.ts'

const db = await createTestDatabase({ template: 'core' })
const { pool } = db
await pool.query(`
  create table public.notes (id bigint generated always as identity primary key, tenant_id text not null, turns integer not null default 0, created_at timestamptz not null default now());
  select webhooks.watch('public.notes', 'note', '[{"event": "note.created", "on": "insert"}, {"event": "note.turned", "on": "update"}]')`)
const receiver = await createReceiver()
const worker = await startTestWorker(db.url)

/** Each request of a tenant's path is answered by a write, whose transaction names the cause or does not. */
const writers: Record<string, { readonly statement: string; readonly namesCause: boolean }> = {}
receiver.respond(async ({ path, headers }) => {
  const writer = writers[path.slice(1)]
  if (writer === undefined) return 200
  const client = await pool.connect()
  try {
    await client.query('begin')
    if (writer.namesCause) await client.query(`select set_config('rowhook.cause', $1, true)`, [headers['webhook-id']])
    await client.query(writer.statement)
    await client.query('commit')
  } finally {
    client.release()
  }
  return 200
})
const arrived = (tenant: string) => receiver.requests.filter(({ path }) => path === `/${tenant}`)
const listen = (tenant: string) => createEndpoint(pool, { tenant_id: tenant, url: new URL(tenant, receiver.url).href, rate_limit: null })
const eventsOf = async (tenant: string) =>
  (await pool.query<{ id: string; depth: number | null; cause: string | null }>(`select id, (context -> 'depth')::integer as depth, context ->> 'cause' as cause from webhooks.events where tenant_id = $1 order by id`, [tenant])).rows

const circle = suite('a circle')

circle('whose receiver names the cause ends after settings.max_cause_depth events, recorded, told and explained', async () => {
  writers['inserting'] = { statement: `insert into public.notes (tenant_id) values ('inserting')`, namesCause: true }
  await createEndpoint(pool, { tenant_id: 'rowhook', events: ['circle.stopped'], url: new URL('operators', receiver.url).href })
  await listen('inserting')
  await pool.query(writers['inserting'].statement)
  await waitFor(() => arrived('operators').length === 1, { what: 'the operators to hear of it' })
  const events = await eventsOf('inserting')
  assert.equal(events.map(({ depth }) => depth), [null, 1, 2, 3, 4, 5, 6, 7, 8, 9])
  assert.equal(events.slice(1).map(({ cause }) => cause), events.slice(0, -1).map(({ id }) => id))
  assert.is(arrived('inserting').length, 9)
  const told = JSON.parse(arrived('operators')[0]!.body.toString()) as { type: string; data: Record<string, unknown> }
  assert.equal([told.type, told.data['by'], told.data['tenant_id'], told.data['event_type']], ['circle.stopped', 'cause', 'inserting', 'note.created'])
  const { rows } = await pool.query<{ outcome: string; because: string }>('select outcome, because from webhooks.explain($1)', [events.at(-1)!.id])
  assert.is(rows[0]!.outcome, 'not sent')
  assert.match(rows[0]!.because, `end of a chain of 9 events`)
  // As if the endpoint had been as it is for long, so that it is judged.
  await pool.query(`begin; set local session_replication_role = replica; update webhooks.endpoints set updated_at = now() - interval '1 hour'; commit`)
  assert.equal((await pool.query(`select * from webhooks.reconcile('public.notes')`)).rows, [], 'what was stopped is not missing')
})

circle('whose receiver says nothing ends by its rate: what goes on is postponed, and no attempt is spent', async () => {
  await pool.query('update webhooks.settings set circle_limit = 12')
  writers['turning'] = { statement: `update public.notes set turns = turns + 1 where tenant_id = 'turning'`, namesCause: false }
  const endpointId = await listen('turning')
  await pool.query(`insert into public.notes (tenant_id) values ('turning')`)
  const last = await waitFor(async () => (await deliveriesOf(pool, endpointId)).find(({ next_retry_at }) => next_retry_at !== null && next_retry_at.getTime() > Date.now() + 14 * 60_000), { what: 'one to be postponed' })
  assert.equal([last.status, last.attempts], ['pending', 0])
  assert.is(arrived('turning').length, 13, 'the insert, and twelve updates')
  assert.is(worker.counters.postponed, 1)
  const { rows } = await pool.query<{ because: string; next: string }>('select because, next from webhooks.explain($1)', [last.event_id])
  assert.match(rows[0]!.because, /Postponed by 15 minutes: more than 12 of note\.turned about \d+ in ten minutes/)
})

circle('raises an alert, which is over when none was stopped for an hour', async () => {
  await evaluateAlerts(pool)
  assert.equal(await openAlerts(pool, 'circle'), ['circle inserting note.created', 'circle turning note.turned'])
  await pool.query(`select webhooks_private.evaluate_alerts(now() + interval '61 minutes')`)
  assert.equal(await openAlerts(pool, 'circle'), [])
})

circle('of other things is none: many resources, a cause that is no id, and one that is unknown', async () => {
  await pool.query('update webhooks.settings set circle_limit = 5')
  await listen('busy')
  await pool.query(`insert into public.notes (tenant_id) select 'busy' from generate_series(1, 30)`)
  await pool.query(`begin; set local rowhook.cause = '''; drop table x; --'; insert into public.notes (tenant_id) values ('busy'); commit`)
  await pool.query(`begin; set local rowhook.cause = '019aa7a2-3f00-7000-8000-000000000001'; insert into public.notes (tenant_id) values ('busy'); commit`)
  await waitFor(() => arrived('busy').length === 32, { what: 'all of them' })
  assert.equal((await eventsOf('busy')).slice(-2).map(({ depth, cause }) => [depth, cause]), [[null, null], [1, '019aa7a2-3f00-7000-8000-000000000001']])
})

circle.after(async () => {
  await worker.stop(0)
  await receiver.close()
  await db.drop()
})
circle.run()

const count = suite('the count of turns')
const turn = (resourceId: string | null, attempts = 0) => ({ endpointId: 'e', eventType: 'sale.updated', resourceId, attempts })
const MINUTE_MS = 60_000

count('lets so many through in ten minutes, and a tenth after each pause, which doubles', () => {
  const circles = createCircles()
  const sendUntilStopped = (nowMs: number) => {
    for (let sent = 0; ; sent++) {
      const pauseMs = circles.turn(turn('7'), 200, nowMs)
      if (pauseMs > 0) return { sent, minutes: pauseMs / MINUTE_MS }
    }
  }
  let nowMs = 0
  const stops = []
  for (let n = 0; n < 6; n++) {
    const stop = sendUntilStopped(nowMs)
    stops.push([stop.sent, stop.minutes])
    nowMs += stop.minutes * MINUTE_MS
  }
  assert.equal(stops, [[200, 15], [20, 30], [20, 60], [20, 120], [20, 240], [20, 240]])
  assert.is(circles.turn(turn('8'), 200, nowMs), 0)
  assert.equal(sendUntilStopped(nowMs + 11 * MINUTE_MS), { sent: 200, minutes: 15 }, 'a quiet window is forgiven')
})

count('begins anew every ten minutes, and counts neither retries nor what is about nothing, nor without a limit', () => {
  const circles = createCircles()
  for (let n = 0; n < 100; n++) {
    assert.is(circles.turn(turn('7'), 10, n * 2 * MINUTE_MS), 0)
    assert.is(circles.turn(turn('8', 1), 10, 0) + circles.turn(turn(null), 10, 0) + circles.turn(turn('9'), null, 0), 0)
  }
})

count('finds what comes again and again among a million things, and remembers twenty thousand at most', () => {
  const circles = createCircles()
  let turns = 0
  for (let n = 0; n < 1_000_000; n++) {
    assert.is(circles.turn(turn(`r${n}`), 200, 0), 0)
    if (n % 1_000 === 0 && circles.turn(turn('again'), 200, 0) > 0) break
    if (n % 1_000 === 0) turns++
  }
  assert.ok(turns >= 200 && turns < 260, `${turns} turns`)
})

count.run()
