/** Settings: read by tenants, changed by the operator. */
import * as assert from 'uvu/assert'
import type { Locator } from 'playwright-core'
import { waitFor } from '../../support/wait.ts'
import { type Case, looksGood } from './case.ts'

const says = (input: Locator, text: string) => waitFor(async () => (await input.inputValue()) === text, { what: `the field to say ${text}` })

export const settings: readonly Case[] = [
  looksGood('settings', '/settings', (page) => page.getByLabel('Age of a dead letter').waitFor(), { role: 'operator' }),
  {
    name: 'the operator changes a setting, and is told of values that cannot be read or are refused',
    run: async ({ open, db }) => {
      const page = await open('/settings', { role: 'operator' })
      await page.getByLabel('Dead letters').first().fill('a fortnight')
      await page.getByText('A length of time such as').waitFor()
      assert.ok(await page.getByRole('button', { name: 'Save' }).isDisabled())
      await page.getByLabel('Dead letters').first().fill('14d')
      await page.getByLabel('Data of an event').fill('5')
      await page.getByRole('button', { name: 'Save' }).click()
      await page.getByText('The value of max_event_bytes is not allowed.').waitFor()
      await page.getByLabel('Data of an event').fill('65536')
      await page.getByRole('button', { name: 'Save' }).click()
      await page.getByText('Saved.').waitFor()
      const { rows } = await db.pool.query(`select dead_letter_ttl::text, max_event_bytes from webhooks.settings`)
      assert.equal(rows, [{ dead_letter_ttl: '14 days', max_event_bytes: 65536 }])
      await page.getByLabel('Repetitions').fill('')
      await page.getByRole('button', { name: 'Save' }).click()
      await page.getByText('Saved.').waitFor()
      assert.equal((await db.pool.query('select circle_limit, max_cause_depth from webhooks.settings')).rows, [{ circle_limit: null, max_cause_depth: 8 }])
      await page.reload()
      await says(page.getByLabel('Dead letters').first(), '14d')
      await says(page.getByLabel('Repetitions'), '')
    },
  },
  {
    name: 'a refusal is said in the language of the reader, with the words of the server beside it',
    run: async ({ open }) => {
      const page = await open('/settings', { role: 'operator', language: 'es' })
      await page.getByLabel('Datos de un evento').fill('5')
      await page.getByRole('button', { name: 'Guardar' }).click()
      await page.getByText(/^Un valor no es de su tipo, o incumple una regla\..*\(The value of max_event_bytes is not allowed\./).waitFor()
    },
  },
  {
    name: 'the operator changes what holds for one tenant, and gives it the defaults again',
    run: async ({ open, tenant }) => {
      const page = await open('/settings?of=tenant', { role: 'operator' })
      await page.getByText('Which tenant?').waitFor()
      await page.getByRole('combobox', { name: 'Tenant' }).click()
      await page.getByRole('option', { name: tenant }).click()
      await page.getByLabel('All requests a minute').fill('1234')
      await page.getByRole('button', { name: 'Save' }).click()
      await page.getByText('Saved.').waitFor()
      const owner = await open('/settings')
      await says(owner.getByLabel('All requests a minute'), '1234')
      assert.is(await owner.getByLabel('All requests a minute').isEditable(), false)
      assert.is(await owner.getByRole('button', { name: 'Back to the defaults' }).count(), 0)
      await page.getByRole('button', { name: 'Back to the defaults' }).click()
      await page.getByRole('dialog').getByRole('button', { name: 'Back to the defaults' }).click()
      await says(page.getByLabel('All requests a minute'), '1000')
    },
  },
]
