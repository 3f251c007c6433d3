/** Keys for machines: made, shown once, ended. */
import * as assert from 'uvu/assert'
import { mint } from '../../support/api.ts'
import { screenshot } from '../support/looks.ts'
import { TENANT, type World } from '../support/world.ts'
import { type Case, looksGood } from './case.ts'

/** A key made by the API, as another machine would. */
const makeKey = async ({ api }: World, name: string): Promise<{ id: string; key: string }> => {
  const ask = (await api()).withToken(await mint({ role: 'owner', tenant_id: TENANT }))
  const { data } = await ask(`mutation { createApiKey(name: "${name}", role: "manager", expiresAt: "${new Date(Date.now() + 7 * 86_400_000).toISOString()}") { apiKey { id } key } }`)
  return { id: data.createApiKey.apiKey.id, key: data.createApiKey.key }
}

export const apiKeys: readonly Case[] = [
  looksGood('api-keys', async (world) => `/api-keys/${(await makeKey(world, 'nightly import')).id}`, (page) => page.getByRole('button', { name: 'Revoke' }).waitFor()),
  {
    name: 'a key is made, shown once, and works',
    run: async ({ open, api }) => {
      const page = await open('/api-keys')
      await page.getByRole('button', { name: 'New key' }).click()
      await page.getByRole('button', { name: 'Make the key' }).click()
      await page.getByText('Give it a name.').waitFor()
      await page.getByLabel('Name').fill('billing robot')
      await page.getByLabel('Manager').check()
      await screenshot(page, 'api-key-form-light')
      await page.getByRole('button', { name: 'Make the key' }).click()
      const shown = page.getByRole('group', { name: 'Your new key' }).locator('code')
      await shown.waitFor()
      const key = await shown.innerText()
      await screenshot(page, 'api-key-made-light')
      const { data } = await (await api()).withToken(key)('{ me { role tenantId } }')
      assert.equal(data.me, { role: 'manager', tenantId: TENANT })
      await page.getByRole('button', { name: 'I have stored it' }).click()
      await page.getByRole('link', { name: 'billing robot' }).waitFor()
      assert.not.match(await page.content(), key)
    },
  },
  {
    name: 'a key is revoked after a question, and opens nothing from then on',
    run: async (world) => {
      const { id, key } = await makeKey(world, 'lost laptop')
      const page = await world.open(`/api-keys/${id}`)
      await page.getByRole('button', { name: 'Revoke' }).click()
      await page.getByRole('dialog').getByRole('button', { name: 'Revoke' }).click()
      await page.getByRole('region', { name: 'API key' }).getByText('Revoked').first().waitFor()
      assert.is((await (await world.api()).withToken(key)('{ me { role } }')).status, 401)
      await page.getByRole('link', { name: 'Its entries in the audit log' }).click()
      await page.waitForURL(/\/audit-log\?actor=key/)
    },
  },
  {
    name: 'the operator makes keys for a tenant that they have chosen',
    run: async ({ open }) => {
      const page = await open('/api-keys', { role: 'operator' })
      await page.getByRole('button', { name: 'New key' }).click()
      await page.getByRole('dialog').getByText('Which tenant?').waitFor()
    },
  },
  {
    name: 'keys and the audit log are offered to those who may see them',
    run: async ({ open }) => {
      const page = await open('/deliveries', { role: 'manager' })
      await page.getByRole('link', { name: 'Deliveries', exact: true }).waitFor()
      for (const name of ['API keys', 'Audit log']) assert.is(await page.getByRole('link', { name }).count(), 0)
    },
  },
]
