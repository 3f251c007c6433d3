/** Alerts: what is in trouble, and what to do. */
import * as assert from 'uvu/assert'
import type { World } from '../support/world.ts'
import { type Case, isOpenToAll, looksGood } from './case.ts'

/** One that is open and one that is over, of kinds that no task of the tests judges. */
const raise = async ({ db, endpoints }: World): Promise<string> => {
  await db.pool.query('delete from webhooks.alerts')
  await db.pool.query(
    `insert into webhooks.alerts (kind, subject, summary, details, fired_at, resolved_at) values
       ('missing_deliveries', '', '3 deliveries of the newest events were never made.', '{"missing": 3}', now() - interval '2 days', now() - interval '1 day')`,
  )
  const { rows } = await db.pool.query<{ id: string }>(
    `insert into webhooks.alerts (kind, subject, summary, details)
     values ('expiring_deliveries', '2026-11-16', 'The week of 2026-11-16 is dropped within three days and holds 4 deliveries that are still open.', jsonb_build_object('endpoint_id', $1::text, 'open', 4)) returning id`,
    [endpoints.broken],
  )
  return rows[0]!.id
}

export const alerts: readonly Case[] = [
  looksGood('alerts', async (world) => { await raise(world); return '/alerts?state=all' }, (page) => page.getByRole('link', { name: 'Open deliveries will expire' }).waitFor(), { role: 'operator' }),
  looksGood('alert', async (world) => `/alerts/${await raise(world)}`, (page) => page.getByRole('heading', { name: 'What to do' }).waitFor(), { role: 'operator' }),
  {
    name: 'an alert says what to do and leads to what it is about',
    run: async (world) => {
      const page = await world.open(`/alerts/${await raise(world)}`, { role: 'operator' })
      await page.getByText('rowhook endpoints resume <id>').waitFor()
      await page.getByText('docs/operating.md#expiring_deliveries').waitFor()
      await page.getByRole('link', { name: 'See what waits' }).click()
      await page.waitForURL(/\/deliveries\?endpoint=[0-9a-f-]{36}&status=open/)
      await page.getByRole('button', { name: 'Open', exact: true }).waitFor()
    },
  },
  {
    name: 'whoever looks after an alert says so, with a note that the others see',
    run: async (world) => {
      const id = await raise(world)
      const page = await world.open(`/alerts/${id}`, { role: 'operator' })
      await page.getByRole('button', { name: 'I look after it' }).click()
      await page.getByRole('dialog').getByLabel('Note').fill('Their bank holiday.\nBack on Monday.')
      await isOpenToAll(page)
      await page.getByRole('dialog').getByRole('button', { name: 'I look after it' }).click()
      await page.getByRole('region', { name: 'Alert', exact: true }).getByText('Their bank holiday.').waitFor()
      await page.locator('tbody tr').getByText('Looked after').waitFor()
      assert.equal((await world.db.pool.query('select acknowledged_by, acknowledgement from webhooks.alerts where id = $1', [id])).rows, [{ acknowledged_by: 'ada', acknowledgement: 'Their bank holiday.\nBack on Monday.' }])
      const other = await world.open('/overview', { role: 'operator' })
      await other.getByText('ada looks after it').waitFor()
    },
  },
  {
    name: 'what is over stands apart, and tenants are not offered alerts',
    run: async (world) => {
      await raise(world)
      const page = await world.open('/alerts', { role: 'operator' })
      await page.getByRole('link', { name: 'Open deliveries will expire' }).waitFor()
      assert.is(await page.getByRole('link', { name: 'Deliveries are missing' }).count(), 0)
      await page.getByRole('button', { name: 'Over' }).click()
      await page.getByRole('link', { name: 'Deliveries are missing' }).waitFor()
      const owner = await world.open('/deliveries')
      await owner.getByRole('link', { name: 'Settings' }).waitFor()
      assert.is(await owner.getByRole('link', { name: 'Alerts' }).count(), 0)
      await world.db.pool.query('delete from webhooks.alerts')
    },
  },
]
