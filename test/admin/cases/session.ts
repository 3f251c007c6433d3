/** Coming in, and being sent out. */
import * as assert from 'uvu/assert'
import { mint } from '../../support/api.ts'
import { TENANT } from '../support/world.ts'
import { type Case, looksGood } from './case.ts'

export const session: readonly Case[] = [
  looksGood('sign-in', '/', (page) => page.getByRole('button', { name: 'Sign in' }).waitFor(), { isSignedOut: true }),
  {
    name: 'the token of the link signs in, and is gone from the address',
    run: async ({ open }) => {
      const page = await open('/')
      await page.getByRole('heading', { name: 'Overview' }).waitFor()
      assert.is(new URL(page.url()).pathname + new URL(page.url()).hash, '/hooks/admin/overview')
    },
  },
  {
    name: 'a pasted token signs in where one was, and signing out forgets it',
    run: async ({ open }) => {
      const page = await open('/deliveries?status=failed', { isSignedOut: true })
      await page.getByRole('button', { name: 'Sign in' }).click()
      await page.getByText('Paste a token first.').waitFor()
      await page.getByLabel('Token or API key', { exact: true }).fill(`Bearer ${await mint({ role: 'viewer', tenant_id: TENANT })}`)
      await page.getByRole('button', { name: 'Sign in' }).click()
      await page.getByRole('heading', { name: 'Deliveries' }).waitFor()
      assert.match(page.url(), 'status=failed')
      await page.getByRole('button', { name: 'Sign out' }).click()
      await page.getByRole('heading', { name: 'Sign in' }).waitFor()
      assert.is(await page.evaluate(() => sessionStorage.length), 0)
    },
  },
  {
    name: 'a clock that is ahead ends no session',
    run: async ({ open }) => {
      const page = await open('/', { isSignedOut: true })
      await page.evaluate('{ const now = Date.now; Date.now = () => now() + 3_600_000 }')
      await page.getByLabel('Token or API key', { exact: true }).fill(await mint({ role: 'viewer', tenant_id: TENANT }))
      await page.getByRole('button', { name: 'Sign in' }).click()
      await page.getByRole('heading', { name: 'Overview' }).waitFor()
      await page.getByRole('link', { name: 'Deliveries', exact: true }).click()
      await page.getByRole('link', { name: 'test.event' }).first().waitFor()
      assert.is(await page.getByRole('heading', { name: 'Your session has ended' }).count(), 0)
    },
  },
  {
    name: 'the tenant that the operator chose stands in the address: a reload and a link show the same',
    run: async ({ open, tenant }) => {
      const page = await open('/events?type=sale.*', { role: 'operator' })
      await page.getByRole('link', { name: 'sale.completed' }).first().waitFor()
      await page.getByRole('combobox', { name: 'Tenant' }).click()
      await page.getByRole('option', { name: tenant }).click()
      await page.waitForURL(/\/admin\/@acme\/events\?type=sale\.\*$/)
      await page.getByRole('link', { name: 'Deliveries', exact: true }).click()
      await page.waitForURL(/\/admin\/@acme\/deliveries$/)
      await page.reload()
      await page.getByRole('link', { name: 'test.event' }).first().click()
      await page.waitForURL(/\/admin\/@acme\/deliveries\/[0-9a-f-]{36}$/)
      assert.is(await page.getByRole('combobox', { name: 'Tenant' }).inputValue(), tenant)
      const owner = await open('/@somebody%20else/deliveries?status=failed')
      await owner.waitForURL(/\/admin\/deliveries\?status=failed$/)
      await owner.getByRole('heading', { name: 'Deliveries' }).waitFor()
    },
  },
  {
    name: 'a session that ends is said so',
    run: async ({ open }) => {
      const page = await open('/', { isSignedOut: true })
      await page.getByLabel('Token or API key', { exact: true }).fill(await mint({ role: 'viewer', tenant_id: TENANT }, { expires: Math.floor(Date.now() / 1_000) + 5 }))
      await page.getByRole('button', { name: 'Sign in' }).click()
      await page.getByRole('heading', { name: 'Overview' }).waitFor()
      await page.getByRole('heading', { name: 'Your session has ended' }).waitFor()
    },
  },
]
