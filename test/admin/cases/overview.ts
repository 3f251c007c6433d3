/** The overview: how a tenant fares, each figure leading to what it counts. */
import * as assert from 'uvu/assert'
import { waitFor } from '../../support/wait.ts'
import { screenshot } from '../support/looks.ts'
import type { World } from '../support/world.ts'
import { type Case, looksGood } from './case.ts'

const HARBOUR = 'harbour'

/** A tenant whose events are spread over the last hours, with one receiver of two in trouble. */
const seedHarbour = async ({ db, receiver }: World): Promise<string> => {
  const { rowCount } = await db.pool.query('select from webhooks.endpoints where tenant_id = $1', [HARBOUR])
  if (rowCount === 0) {
    await db.pool.query(
      `insert into webhooks.endpoints (tenant_id, name, url, events, rate_limit, retry_schedule, max_attempts)
       values ($1, 'warehouse', $2, '{*}', null, default, 5), ($1, 'carrier', $2 || 'broken', '{sale.completed}', null, '{1 hour}', 1), ($1, 'archive', $2, '{customer.*}', null, default, 5)`,
      [HARBOUR, receiver.url],
    )
    // Their ids say when they happened; not before this week, because a new database has no room for that.
    await db.pool.query(
      `insert into webhooks.events (tenant_id, type, id, data)
       select $1, case when n % 9 = 4 then 'sale.completed' else 'test.event' end,
              (left(webhooks_private.least_id(greatest(now() - interval '23 hours', date_trunc('week', now())) + (now() - greatest(now() - interval '23 hours', date_trunc('week', now()))) * ((n % 240) / 240.0) * (0.75 + 0.25 * sin(n % 24)))::text, 18) || '-8000-' || lpad(to_hex(n), 12, '0'))::uuid, '{}'
         from generate_series(1, 300) as n`,
      [HARBOUR],
    )
  }
  const open = `from webhooks.deliveries where tenant_id = $1 and status in ('pending', 'retrying')`
  await waitFor(async () => (await db.pool.query(`select ${open} and endpoint_id not in (select id from webhooks.endpoints where name = 'carrier')`, [HARBOUR])).rowCount === 0, { what: 'the history to be delivered' })
  // The rest waits for its circuit; it has failed here.
  await db.pool.query(`update webhooks.deliveries set status = 'failed', attempts = 1, next_retry_at = null, finished_at = now() where id in (select id ${open})`, [HARBOUR])
  return '/overview'
}

export const overview: readonly Case[] = [
  looksGood('overview', seedHarbour, async (page) => {
    await page.getByRole('img', { name: /accepted, .* failed/ }).waitFor()
    await page.getByRole('link', { name: 'carrier' }).waitFor()
  }, { tenant: HARBOUR }),
  {
    name: 'each figure leads to what it counts',
    run: async (world) => {
      const page = await world.open(await seedHarbour(world), { tenant: HARBOUR })
      await page.getByRole('link', { name: /^Dead letters/ }).click()
      await page.waitForURL(/\/deliveries\?status=failed$/)
      await page.locator('tbody tr', { hasText: 'Failed' }).first().waitFor()
      await page.goBack()
      await page.getByText('7 days').click()
      await page.waitForURL(/range=week/)
      await page.getByRole('link', { name: /^Failed/ }).click()
      await page.waitForURL(/\/deliveries\?time=week&status=failed$/)
      await page.goBack()
      await page.getByRole('link', { name: /^Waiting/ }).click()
      await page.waitForURL(/\/deliveries\?status=open$/)
      await page.getByText('Nothing matches these filters').waitFor()
    },
  },
  {
    name: 'endpoints in trouble come first, and lead to their dead letters',
    run: async (world) => {
      const page = await world.open(await seedHarbour(world), { tenant: HARBOUR })
      const rows = page.getByRole('region', { name: 'Endpoints' }).getByRole('listitem')
      await rows.first().waitFor()
      assert.match(await rows.first().innerText(), 'carrier')
      await rows.first().getByRole('link', { name: 'dead' }).click()
      await page.waitForURL(/\/deliveries\?endpoint=[0-9a-f-]{36}&status=failed$/)
    },
  },
  {
    name: 'whoever has nothing yet is led to a first endpoint',
    run: async ({ open }) => {
      const page = await open('/overview', { tenant: 'newcomer' })
      await page.getByRole('link', { name: 'Make the first endpoint' }).waitFor()
      await screenshot(page, 'overview-fresh-light')
      await page.getByRole('link', { name: 'Make the first endpoint' }).click()
      await page.waitForURL(/\/endpoints\/new$/)
      const viewer = await open('/overview', { tenant: 'newcomer', role: 'viewer' })
      await viewer.getByText('Welcome').waitFor()
      assert.is(await viewer.getByRole('link', { name: 'Make the first endpoint' }).count(), 0)
    },
  },
  {
    name: 'the operator sees what is in trouble, and chooses a tenant',
    run: async (world) => {
      await seedHarbour(world)
      await world.db.pool.query(`insert into webhooks.alerts (kind, subject, summary) values ('expiring_deliveries', '', 'A week is dropped within three days.')`)
      const page = await world.open('/', { role: 'operator' })
      await page.getByRole('link', { name: 'Open deliveries will expire' }).waitFor()
      await page.getByRole('searchbox', { name: 'Search tenants' }).fill('harb')
      await page.getByRole('button', { name: 'acme' }).waitFor({ state: 'detached' })
      await screenshot(page, 'overview-operator-light')
      await page.getByRole('button', { name: HARBOUR }).click()
      await page.getByRole('link', { name: 'carrier' }).waitFor()
      await world.db.pool.query('delete from webhooks.alerts')
    },
  },
]
