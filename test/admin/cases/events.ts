/** Events: those that went out, and those that nobody asked for. */
import * as assert from 'uvu/assert'
import type { World } from '../support/world.ts'
import { waitFor } from '../../support/wait.ts'
import { type Case, isOpenToAll, looksGood } from './case.ts'

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
      const operator = await open('/events', { role: 'operator' })
      await operator.locator('tbody tr', { hasText: 'unheard-1' }).waitFor()
      await db.pool.query(`insert into webhooks.events (tenant_id, type, resource_type, resource_id, data) values ('a stranger', 'test.event', 'sale', 'unheard-2', '{}')`)
      await operator.locator('tbody tr', { hasText: 'unheard-2' }).waitFor()
      await db.pool.query(`update webhooks.endpoints set events = '{*}' where id = $1`, [endpoints.ledger])
      await page.getByRole('button', { name: 'Nobody asked for it' }).click()
      await page.waitForURL(/asked=nobody&time=day/)
      await page.locator('tbody tr', { hasText: 'sale-' }).first().waitFor({ state: 'detached' })
      await row.getByRole('link').click()
      await page.getByText('Not sent').nth(1).waitFor()
    },
  },
  {
    name: 'an event is emitted by hand, and seen to arrive',
    run: async ({ open, receiver }) => {
      const page = await open('/events')
      await page.getByRole('button', { name: 'Emit an event' }).click()
      const dialog = page.getByRole('dialog')
      await dialog.getByRole('combobox', { name: 'Event type' }).click()
      await dialog.getByRole('option', { name: 'customer.created' }).click()
      await waitFor(async () => (await dialog.getByLabel('Data').inputValue()).includes('business_name'), { what: 'the example of the type' })
      await dialog.getByLabel('Data').fill('{"total": 1500.00')
      await dialog.getByText('This is not JSON').waitFor()
      await dialog.getByLabel('Data').fill('{"total": 1500.00}')
      await dialog.getByLabel('Resource id').fill('by-hand')
      await isOpenToAll(page)
      await dialog.getByRole('button', { name: 'Emit it' }).click()
      const got = page.getByRole('region', { name: 'Event', exact: true })
      await got.getByRole('listitem').filter({ hasText: 'ledger' }).getByText('Delivered', { exact: true }).waitFor()
      assert.ok(receiver.requests.some(({ body }) => /"type":"customer.created".*"id":"by-hand".*"data":\{"total": 1500.00\}/.test(body.toString())), 'the data as they were written')
      const viewer = await open('/events', { role: 'viewer' })
      await viewer.getByRole('link', { name: 'customer.created' }).first().waitFor()
      assert.is(await viewer.getByRole('button', { name: 'Emit an event' }).count(), 0)
    },
  },
  {
    name: 'of more than a page that came while somebody read below, none is passed over',
    run: async ({ open, db }) => {
      const happen = (from: number, to: number) => db.pool.query(`insert into webhooks.events (tenant_id, type, resource_id, data) select 'crowd', 'test.event', 'n-' || n, '{}' from generate_series($1::integer, $2::integer) as n`, [from, to])
      await happen(1, 40)
      const page = await open('/events', { tenant: 'crowd' })
      await page.getByText('That is all of it.').scrollIntoViewIfNeeded()
      await happen(41, 160)
      await page.getByRole('button', { name: 'Show 50+ new events' }).click()
      const named = async () => (await page.locator('tbody tr').allInnerTexts()).map((text) => /n-\d+/.exec(text)![0])
      await waitFor(async () => {
        await page.locator('tbody tr').last().scrollIntoViewIfNeeded()
        return (await named()).length === 160
      }, { what: 'all of them to be loaded' })
      assert.equal(await named(), Array.from({ length: 160 }, (_, at) => `n-${160 - at}`))
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
