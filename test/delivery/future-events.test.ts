/** Events whose ids lie in the future, made by a clock that was wrong or by hand: pages end at the next hour, deliveries do not. */
import { suite } from 'uvu'
import { startEngine } from './support/engine.ts'

const engine = await startEngine()

const future = suite('events from the future')
future.after(() => engine.close())

const publishAhead = (tenant: string, ahead: string) =>
  engine.db.pool.query(
    `insert into webhooks.events (id, tenant_id, type, data)
     values ((left(webhooks_private.least_id(now() + $2::interval)::text, 14) || '7' || right(gen_random_uuid()::text, 21))::uuid, $1, 'test.event', '{}')`,
    [tenant, ahead],
  )

for (const ahead of ['50 minutes', '2 hours', '3 weeks', '10 years']) {
  future(`of ${ahead} ahead are delivered`, async () => {
    const hook = await engine.hook()
    await publishAhead(hook.tenant, ahead)
    await hook.waitForRequest(1, 15_000)
  })
}

future('come between those of a lane that is never idle', async () => {
  const hook = await engine.hook({ rate_limit: null })
  await publishAhead(hook.tenant, '2 hours')
  let isHere = false
  const arrival = hook.waitForRequest(1, 15_000).then(() => (isHere = true))
  while (!isHere) await hook.publish()
  await arrival
  await publishAhead(hook.tenant, '1 day')
  let last = 0
  while (!hook.requests().some(({ headers }) => Number.parseInt(String(headers['webhook-id']).replaceAll('-', '').slice(0, 12), 16) > Date.now() + 20 * 3_600_000)) {
    if (++last > 5_000) throw new Error('an event of the next day was not sent beside five thousand others')
    await hook.publish()
  }
})

future.run()
