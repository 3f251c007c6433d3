/** Events: those that went out, and those that nobody asked for. */
import * as assert from 'uvu/assert'
import type { World } from '../support/world.ts'
import { type Case, looksGood } from './case.ts'

const eventOf = async ({ db, tenant }: World, resource: string): Promise<string> =>
  (await db.pool.query<{ id: string }>('select id from webhooks.events where tenant_id = $1 and resource_id = $2', [tenant, resource])).rows[0]!.id

export const events: readonly Case[] = [
  looksGood('events', '/events', (page) => page.getByRole('link', { name: 'test.event' }).nth(20).waitFor()),
  looksGood('event', async (world) => `/events/${await eventOf(world, 'sale-47')}`, (page) => page.getByText('"1500.00"').waitFor()),
  {
    name: 'an event says who got it, who did not and why, and leads to its delivery',
    run: async (world) => {
      const page = await world.open(`/events/${await eventOf(world, 'sale-8')}`)
      const broken = page.getByRole('listitem').filter({ hasText: 'broken' })
      await broken.getByText('Not sent').waitFor()
      assert.match(await broken.innerText(), /sale\.completed|does not ask/)
      await page.getByRole('link', { name: 'See the delivery' }).click()
      await page.waitForURL(/\/deliveries\/[0-9a-f-]{36}/)
      await page.getByText('The receiver accepted it').waitFor()
    },
  },
  {
    name: 'an event that nobody asked for appears live, and says so',
    run: async ({ open, db, tenant, endpoints }) => {
      const page = await open('/events')
      await page.getByRole('link', { name: 'test.event' }).first().waitFor()
      await db.pool.query(`update webhooks.endpoints set events = '{sale.completed}' where id = $1`, [endpoints.ledger])
      await db.pool.query(`insert into webhooks.events (tenant_id, type, resource_type, resource_id, data) values ($1, 'test.event', 'sale', 'unheard-1', '{}')`, [tenant])
      const row = page.locator('tbody tr', { hasText: 'unheard-1' })
      await row.getByText('Nobody asked for it').waitFor()
      await db.pool.query(`update webhooks.endpoints set events = '{*}' where id = $1`, [endpoints.ledger])
      await row.getByRole('link').click()
      await page.getByText('Not sent').nth(1).waitFor()
    },
  },
  {
    name: 'events are found by type and resource, and by their id',
    run: async (world) => {
      const page = await world.open('/events?type=sale.*')
      await page.getByRole('link', { name: 'sale.completed' }).first().waitFor()
      assert.is(await page.locator('tbody tr', { hasNotText: 'sale.' }).count(), 0)
      const id = await eventOf(world, 'sale-9')
      await page.getByRole('searchbox').fill(id)
      await page.keyboard.press('Enter')
      await page.waitForURL(new RegExp(`/events/${id}`))
    },
  },
]
