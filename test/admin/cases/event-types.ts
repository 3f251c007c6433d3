/** The catalogue: read by all, edited by the operator. */
import * as assert from 'uvu/assert'
import { screenshot } from '../support/looks.ts'
import { type Case, looksGood } from './case.ts'

export const eventTypes: readonly Case[] = [
  looksGood('event-types', '/event-types', (page) => page.getByRole('link', { name: 'test.event' }).waitFor()),
  looksGood('event-type', '/event-types/endpoint.disabled', (page) => page.getByRole('heading', { name: 'Example' }).waitFor(), { role: 'operator' }),
  {
    name: 'the catalogue is searched as one types',
    run: async ({ open }) => {
      const page = await open('/event-types')
      await page.getByRole('link', { name: 'test.event' }).waitFor()
      await page.keyboard.press('/')
      await page.keyboard.type('test.ev')
      await page.locator('tbody tr').nth(1).waitFor({ state: 'detached' })
      await page.getByRole('link', { name: 'test.event' }).waitFor()
      await page.waitForURL(/search=test\.ev/)
    },
  },
  {
    name: 'an operator registers a type with schema and example, changes it, and marks it deprecated',
    run: async ({ open, db }) => {
      const page = await open('/event-types', { role: 'operator' })
      await page.getByRole('button', { name: 'New event type' }).click()
      await page.getByLabel('Name', { exact: true }).fill('Parcel Sent')
      await page.getByText('Lower-case letters, digits').waitFor()
      await page.getByLabel('Name', { exact: true }).fill('parcel.sent')
      await page.getByLabel('Example data').fill('{"total": ')
      await page.getByText('This is not JSON').waitFor()
      assert.ok(await page.getByRole('button', { name: 'Register it' }).isDisabled())
      await page.getByLabel('Example data').fill('{"total": "12.50"}')
      await page.getByLabel('JSON Schema of the data').fill('{"type": "object", "properties": {"total": {"type": "string", "description": "Two decimals"}}, "required": ["total"]}')
      await screenshot(page, 'event-type-form-light')
      await page.getByRole('button', { name: 'Register it' }).click()
      await page.waitForURL(/\/event-types\/parcel\.sent/)
      await page.getByRole('rowheader', { name: 'total' }).waitFor()
      await page.getByRole('button', { name: 'Edit' }).click()
      await page.getByLabel('When it happens').fill('When money has arrived.')
      await page.getByRole('button', { name: 'Save' }).click()
      await page.getByRole('region', { name: 'Event type' }).getByText('When money has arrived.').waitFor()
      await page.getByRole('button', { name: 'Deprecate', exact: true }).click()
      await page.getByText('New endpoints should not ask for it. It is delivered as before.').waitFor()
      const { rows } = await db.pool.query(`select description, example, deprecated_at is not null as is_deprecated from webhooks.event_types where name = 'parcel.sent'`)
      assert.equal(rows, [{ description: 'When money has arrived.', example: { total: '12.50' }, is_deprecated: true }])
    },
  },
  {
    name: 'a tenant\'s owner reads the catalogue and is offered no change',
    run: async ({ open }) => {
      const page = await open('/event-types/test.event')
      await page.getByRole('heading', { name: 'Example' }).waitFor()
      for (const name of ['New event type', 'Edit', 'Deprecate']) assert.is(await page.getByRole('button', { name, exact: true }).count(), 0)
    },
  },
]
