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
