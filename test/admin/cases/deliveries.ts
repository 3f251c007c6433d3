/** The deliveries: found, read, sent again. */
import * as assert from 'uvu/assert'
import { waitFor } from '../../support/wait.ts'
import { screenshot } from '../support/looks.ts'
import type { World } from '../support/world.ts'
import { type Case, isOpenToAll, looksGood } from './case.ts'

const oneOf = async ({ db, endpoints }: World, endpoint: 'ledger' | 'broken'): Promise<string> =>
  (await db.pool.query<{ id: string }>('select id from webhooks.deliveries where endpoint_id = $1 order by id desc limit 1', [endpoints[endpoint]])).rows[0]!.id

export const deliveries: readonly Case[] = [
  looksGood('deliveries', '/deliveries', (page) => page.getByRole('link', { name: 'test.event' }).nth(20).waitFor()),
  looksGood('delivery', async (world) => `/deliveries/${await oneOf(world, 'broken')}`, (page) => page.getByText('The next attempt comes').waitFor()),
  {
    name: 'the list grows by pages as one scrolls, and ends',
    run: async ({ open }) => {
      const page = await open('/deliveries')
      await page.getByRole('link', { name: 'test.event' }).nth(40).waitFor()
      while (!(await page.getByText('That is all of it.').isVisible())) await page.mouse.wheel(0, 4_000)
      assert.is(await page.locator('tbody tr').count(), 63)
    },
  },
  {
    name: 'filters are in the address, and a link shows the same to somebody else',
    run: async ({ open }) => {
      const page = await open('/deliveries')
      await page.getByRole('button', { name: 'Retrying' }).click()
      await page.getByRole('searchbox').fill('sale-7')
      await page.keyboard.press('Enter')
      await waitFor(async () => (await page.locator('tbody tr').count()) === 1, { what: 'one row to be left' })
      const again = await open(`/deliveries${new URL(page.url()).search}`, { role: 'viewer' })
      await again.getByText('sale-7').waitFor()
      assert.is(await again.locator('tbody tr').count(), 1)
      assert.match(await again.locator('tbody tr').innerText(), /Retrying[\s\S]*broken[\s\S]*500/)
    },
  },
  {
    name: 'what commits appears without reloading, and its state follows',
    run: async ({ open, db, tenant }) => {
      const page = await open('/deliveries')
      await page.getByRole('link', { name: 'test.event' }).first().waitFor()
      await db.pool.query(`insert into webhooks.events (tenant_id, type, resource_type, resource_id, data) values ($1, 'test.event', 'sale', 'live-1', '{}')`, [tenant])
      await page.locator('tbody tr', { hasText: 'live-1' }).filter({ hasText: 'Delivered' }).waitFor()
    },
  },
  {
    name: 'one delivery says what was answered, and is sent again',
    run: async (world) => {
      const { open, receiver, db } = world
      const id = await oneOf(world, 'broken')
      const page = await open(`/deliveries/${id}`)
      await page.getByText('the ledger is closed').first().waitFor()
      await page.getByText('"1500.00"').waitFor()
      const before = receiver.requests.length
      await page.getByRole('button', { name: 'Retry now' }).click()
      await page.getByText('Attempt 2').waitFor()
      await waitFor(() => receiver.requests.length > before, { what: 'the request' })
      assert.is((await db.pool.query('select attempts from webhooks.deliveries where id = $1', [id])).rows[0].attempts, 2)
    },
  },
  {
    name: 'what happened before the server had begun to watch is seen',
    run: async ({ open, db, receiver, tenant }) => {
      const { rows: [endpoint] } = await db.pool.query<{ id: string }>(
        `insert into webhooks.endpoints (tenant_id, name, url, events, paused_at) values ($1, 'late', $2, '{test.event}', now()) returning id`, [tenant, receiver.url])
      await db.pool.query(`select webhooks.send_test($1, 'test.event')`, [endpoint!.id])
      const { rows: [delivery] } = await db.pool.query<{ id: string }>('select id from webhooks.deliveries where endpoint_id = $1', [endpoint!.id])
      const page = await open(`/deliveries/${delivery!.id}`, { socketDelayMs: 2_000 })
      await page.getByRole('button', { name: 'Cancel delivery' }).waitFor()
      await db.pool.query('update webhooks.endpoints set paused_at = null where id = $1', [endpoint!.id])
      await waitFor(async () => (await db.pool.query(`select from webhooks.deliveries where id = $1 and status = 'success'`, [delivery!.id])).rowCount === 1, { what: 'the delivery' })
      await page.getByText('Attempt 1').waitFor()
      await db.pool.query('delete from webhooks.endpoints where id = $1', [endpoint!.id])
    },
  },
  {
    name: 'a viewer is offered no act',
    run: async (world) => {
      const page = await world.open(`/deliveries/${await oneOf(world, 'broken')}`, { role: 'viewer' })
      await page.getByText('the ledger is closed').first().waitFor()
      assert.is(await page.getByRole('button', { name: 'Retry now' }).count(), 0)
      assert.is(await page.getByRole('button', { name: 'Cancel delivery' }).count(), 0)
      assert.is(await page.getByRole('button', { name: 'Copy as curl' }).count(), 1)
    },
  },
  {
    name: 'a delivery in the legacy format shows what was sent, also as a curl command',
    run: async ({ open, db, endpoints }) => {
      const { rows: [{ id }] } = await db.pool.query(`update webhooks.deliveries set payload_format = 'legacy' where id = (select max(id::text)::uuid from webhooks.deliveries where endpoint_id = $1 and status = 'success') returning id`, [endpoints.ledger])
      const page = await open(`/deliveries/${id}`)
      await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
      await page.getByRole('region', { name: 'Payload' }).getByText('"event"', { exact: true }).waitFor()
      await page.getByRole('button', { name: 'Copy as curl' }).click()
      await page.getByText('Copied').waitFor()
      assert.match(await page.evaluate<string>('navigator.clipboard.readText()'), /^curl -i -g -X POST 'http:[^]*--data-raw '\{"event":"/)
      await db.pool.query(`update webhooks.deliveries set payload_format = 'standard' where id = $1`, [id])
    },
  },
  {
    name: 'an endpoint is found among more than a list shows',
    run: async ({ open, db }) => {
      await db.pool.query(`insert into webhooks.tenant_settings (tenant_id, max_endpoints) values ('chain', 100)`)
      const { rows } = await db.pool.query<{ id: string }>(`insert into webhooks.endpoints (tenant_id, name, url, events) select 'chain', 'shop-' || n, 'https://example.com/' || n, '{*}' from generate_series(100, 160) as n returning id`)
      const page = await open(`/deliveries?endpoint=${rows.at(-1)!.id}`, { tenant: 'chain' })
      const choice = page.getByRole('combobox', { name: 'Endpoint' })
      await waitFor(async () => (await choice.inputValue()) === 'shop-160', { what: 'its name' })
      await choice.fill('shop-15')
      await page.getByRole('option', { name: 'shop-159' }).click()
      await page.waitForURL(new RegExp(`endpoint=${rows.at(-2)!.id}`))
    },
  },
  {
    name: 'everything goes by keyboard',
    run: async ({ open }) => {
      const page = await open('/deliveries')
      await page.getByRole('link', { name: 'test.event' }).nth(3).waitFor()
      await page.keyboard.press('j')
      await page.keyboard.press('j')
      await page.keyboard.press('Enter')
      await page.waitForURL(/\/deliveries\/[0-9a-f-]{36}/)
      const first = page.url()
      await page.keyboard.press('j')
      await page.waitForURL((url) => url.href !== first)
      await page.keyboard.press('Escape')
      await page.waitForURL(/\/deliveries$/)
      await page.keyboard.press('/')
      assert.ok(await page.evaluate<boolean>(`document.activeElement.type === 'search'`))
      await page.keyboard.press('Escape')
      await page.keyboard.press('?')
      await page.getByRole('dialog', { name: 'Keyboard' }).getByText('Next row').waitFor()
    },
  },
  {
    name: 'after an outage all that failed is counted, and sent again',
    run: async (world) => {
      const { open, db, endpoints, receiver } = world
      await db.pool.query(
        `update webhooks.deliveries set status = 'failed', attempts = 5, next_retry_at = null, finished_at = now() where endpoint_id = $1`,
        [endpoints.broken],
      )
      const before = receiver.requests.filter(({ path }) => path === '/broken').length
      const page = await open(`/deliveries?endpoint=${endpoints.broken}`)
      await page.getByRole('button', { name: 'Recover or replay' }).click()
      await page.getByText('3 deliveries would be sent again.').waitFor()
      await screenshot(page, 'bulk-light')
      await isOpenToAll(page)
      await page.getByRole('button', { name: 'Start with 3' }).click()
      await page.getByText('3 deliveries are on the way.').waitFor()
      await waitFor(() => receiver.requests.filter(({ path }) => path === '/broken').length === before + 3, { what: 'the three requests' })
    },
  },
  {
    name: 'the operator chooses whose things to see',
    run: async ({ open, tenant }) => {
      const page = await open('/deliveries', { role: 'operator' })
      await page.getByRole('link', { name: 'test.event' }).nth(3).waitFor()
      await page.getByRole('combobox', { name: 'Tenant' }).click()
      await page.getByRole('option', { name: tenant }).click()
      await page.getByRole('link', { name: 'test.event' }).nth(3).waitFor()
      assert.is(await page.getByRole('combobox', { name: 'Tenant' }).inputValue(), tenant)
    },
  },
  {
    name: 'it speaks Spanish to those who read it',
    run: async ({ open }) => {
      const page = await open('/deliveries', { language: 'es' })
      await page.getByRole('heading', { name: 'Entregas' }).waitFor()
      assert.is(await page.evaluate('document.documentElement.lang'), 'es')
    },
  },
]
