/** Rates of endpoints and tenants, with real workers: bounded over all of them, and cheap while deliveries wait. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { createTestDatabase } from '../support/database.ts'
import { createReceiver } from '../support/receiver.ts'
import { waitFor } from '../support/wait.ts'
import { startTestWorker } from '../support/worker.ts'

const rates = suite('rate limits')

const db = await createTestDatabase({ template: 'core' })
const receiver = await createReceiver()
const workers = [await startTestWorker(db.url), await startTestWorker(db.url)]

const makeEndpoint = async (tenant: string, path: string, rateLimit: number | null): Promise<string> => {
  const { rows } = await db.pool.query<{ id: string }>(
    `insert into webhooks.endpoints (tenant_id, url, events, rate_limit) values ($1, $2, '{*}', $3) returning id`,
    [tenant, `${receiver.url}${path}`, rateLimit],
  )
  return rows[0]!.id
}

const publish = (tenant: string, count: number) =>
  db.pool.query(`insert into webhooks.events (tenant_id, type) select $1, 'test.event' from generate_series(1, $2::integer)`, [tenant, count])

const receivedAt = (path: string): number[] => receiver.requests.filter((request) => request.path === `/${path}`).map(({ receivedAtMs }) => receivedAtMs)

/** Requests of a path in the span that begins with the first of them. */
const countWithin = (path: string, spanMs: number): number => {
  const times = receivedAt(path)
  return times.filter((at) => at <= times[0]! + spanMs).length
}

/** Waits until a path's requests span a time. */
const span = (path: string, spanMs: number) =>
  waitFor(() => receivedAt(path).some((at) => at > receivedAt(path)[0]! + spanMs), { deadlineMs: spanMs + 10_000, what: `${spanMs} ms of requests to ${path}` })

rates('an endpoint gets its burst at once and then its rate', async () => {
  await makeEndpoint('steady', 'steady', 600)
  await publish('steady', 200)
  await span('steady', 3_000)
  // 600 a minute: a burst of 48, then 10 a second.
  const count = countWithin('steady', 3_000)
  assert.ok(count >= 60 && count <= 80, `${count} requests in three seconds`)
})

rates('a tenant shares its rate among its endpoints and all workers', async () => {
  await db.pool.query(`insert into webhooks.tenant_settings (tenant_id, rate_limit) values ('shared', 1200)`)
  for (let i = 0; i < 6; i += 1) await makeEndpoint('shared', 'shared', null)
  await publish('shared', 100) // 600 deliveries
  await span('shared', 3_000)
  // 1,200 a minute: a burst of 96, then 20 a second.
  const count = countWithin('shared', 3_000)
  assert.ok(count >= 130 && count <= 165, `${count} requests in three seconds`)
})

rates('slots of a tenant: any minute at most 1.1 times the limit, and ten minutes within two per cent, whoever asks', async () => {
  // The function knows the time only as the distance to used_until: moved back by a second, a second has passed.
  const client = await db.connect()
  await client.query(`
    create function pg_temp.simulate() returns setof integer language plpgsql as $$
    declare
      given integer;
    begin
      for second in 1 .. 610 loop
        update webhooks_private.tenant_pace set used_until = used_until - interval '1 second' where tenant_id = 'simulated';
        given := 0;
        for worker in 1 .. 3 loop
          given := given + (webhooks_private.reserve_slots('simulated', 20, 1200)).granted;
        end loop;
        return next given;
      end loop;
    end $$`)
  const { rows } = await client.query<{ granted: number }>('select granted from pg_temp.simulate() as granted')
  const granted = rows.map((row) => row.granted)
  const sum = (from: number, seconds: number) => granted.slice(from, from + seconds).reduce((total, n) => total + n, 0)
  // Slots may be used up to a second after they were given: a minute of requests is at most 61 seconds of slots.
  const most = Math.max(...granted.map((_, from) => sum(from, 61)))
  assert.ok(most <= 1_320, `${most} in a minute`)
  const tenMinutes = sum(0, 600)
  assert.ok(tenMinutes >= 11_760 && tenMinutes <= 12_240, `${tenMinutes} in ten minutes`)
})

rates('a tenant whose rate is used up far ahead waits no longer than one of its requests takes: the clock of the database was set back', async () => {
  await db.pool.query(`insert into webhooks_private.tenant_pace (tenant_id, used_until) values ('set back', now() + interval '1 hour')`)
  const { rows } = await db.pool.query<{ wait: number }>(`select wait_ms as wait from webhooks_private.reserve_slots('set back', 10, 600)`)
  assert.ok(rows[0]!.wait <= 100, `${rows[0]!.wait} ms`)
})

rates('an unlimited endpoint does not wait behind a limited one of the same worker', async () => {
  await db.pool.query(`insert into webhooks.tenant_settings (tenant_id, rate_limit) values ('mixed', null)`)
  await makeEndpoint('mixed', 'slow', 60)
  await makeEndpoint('mixed', 'fast', null)
  await publish('mixed', 500)
  await waitFor(() => receivedAt('fast').length === 500, { deadlineMs: 10_000, what: 'the fast endpoint' })
  assert.ok(receivedAt('slow').length < 20)
})

rates('a rate that allows nothing for a while holds the lane, and writers do not wake it meanwhile', async () => {
  await db.pool.query(`insert into webhooks.tenant_settings (tenant_id, rate_limit) values ('rare', null)`)
  const endpointId = await makeEndpoint('rare', 'rare', 6)
  await publish('rare', 5)
  const held = await waitFor(
    async () => (await db.pool.query<{ reason: string; s: number }>(
      'select held_reason as reason, extract(epoch from held_until - now())::double precision as s from webhooks_private.lanes where endpoint_id = $1', [endpointId])).rows[0],
    { what: 'the hold' },
  )
  assert.is(held.reason, 'rate limit')
  assert.ok(held.s > 5 && held.s <= 10, `held for ${held.s} s`)
  await waitFor(() => receivedAt('rare').length > 0, { what: 'the first request, which may still be under way' })
  assert.is(receivedAt('rare').length, 1)
})

rates.after(async () => {
  await Promise.all(workers.map((worker) => worker.stop(500)))
  await receiver.close()
  await db.drop()
})

rates.run()
