/** Making and changing endpoints. */
import * as assert from 'uvu/assert'
import type { Page } from 'playwright-core'
import { endpointUrlProblems } from '../../../src/core/endpoint-url.ts'
import { addressPolicy } from '../../../src/core/address.ts'
import { waitFor } from '../../support/wait.ts'
import { findBarriers } from '../support/axe.ts'
import { type Case, looksGood } from './case.ts'

/** Picks a type, or all below `sale.*`, as soon as the catalogue is there to offer it. */
const pick = async (page: Page, type: string) => {
  await page.getByLabel('Search the catalogue').fill(type)
  await page.getByRole('checkbox', { name: type.replace(/\*$/, '') }).first().waitFor()
  await page.keyboard.press('Enter')
  await page.getByRole('list', { name: 'Chosen' }).getByText(type, { exact: true }).waitFor()
}

const fill = async (page: Page, url: string, type: string) => {
  await page.getByLabel('URL').fill(url)
  await pick(page, type)
}

export const endpointForm: readonly Case[] = [
  looksGood('endpoint-form', '/endpoints/new', async (page) => {
    await fill(page, 'https://example.com/hooks', 'test.event')
    await page.getByText(/\d+ of the newest \d+ events/).waitFor()
  }),
  {
    name: 'an endpoint is made, its secret shown once, a test seen to arrive',
    run: async ({ open, db, receiver }) => {
      const page = await open('/endpoints')
      await page.getByRole('link', { name: 'ledger' }).waitFor()
      await page.keyboard.press('c')
      await fill(page, `${receiver.url}made`, 'sale.*')
      await page.getByLabel('Name').first().fill('made by hand')
      await page.getByLabel('Requests a minute').fill('')
      await page.getByLabel('Waits between attempts').fill('2m, 1h30m')
      await page.getByText('+ 1 h 32 min').waitFor()
      await page.getByRole('button', { name: 'Add a header' }).click()
      await page.getByLabel('Name of the header').fill('x-shop')
      await page.getByLabel('Value').fill('s3cret')
      await page.getByRole('button', { name: 'Create endpoint' }).click()
      const secret = await page.getByRole('region', { name: 'Your signing secret' }).locator('code').first().innerText()
      assert.match(secret, /^whsec_/)
      await page.getByText('MADE_BY_HAND_WEBHOOK_SECRET').first().waitFor()
      const { rows: [row] } = await db.pool.query(`select events, rate_limit, header_names, retry_schedule::text as waits, max_attempts from webhooks.endpoints where name = 'made by hand'`)
      assert.equal({ ...row }, { events: ['sale.*'], rate_limit: null, header_names: ['x-shop'], waits: '{00:02:00,01:30:00}', max_attempts: 5 })
      await page.getByRole('button', { name: 'Send a test' }).first().click()
      await page.getByRole('button', { name: 'Send', exact: true }).click()
      await page.getByText('It arrived, and the receiver accepted it.').waitFor()
      assert.equal([receiver.requests.at(-1)!.path, receiver.requests.at(-1)!.headers['x-shop']], ['/made', 's3cret'])
      await db.pool.query(`delete from webhooks.endpoints where name = 'made by hand'`)
    },
  },
  {
    name: 'a wrong URL is said while one types, in the words of the API',
    run: async ({ open }) => {
      const page = await open('/endpoints/new')
      const policy = addressPolicy({ allowHttp: true, allowNets: ['127.0.0.1'], allowPorts: 'any' })
      for (const url of ['ftp://example.com/hooks', 'https://user:pass@example.com/', 'https://169.254.169.254/']) {
        await page.getByLabel('URL').fill(url)
        const [problem] = endpointUrlProblems(url, policy)
        await page.getByText(`${problem!.message} ${problem!.detail} ${problem!.hint}`).waitFor()
      }
      await page.getByLabel('URL').fill('https://example.com/hooks')
      await page.locator('[aria-invalid="true"]').waitFor({ state: 'detached' })
    },
  },
  {
    name: 'event types are picked by search, group and keyboard, and what a wildcard takes in is not named twice',
    run: async ({ open }) => {
      const page = await open('/endpoints/new')
      const chosen = () => page.getByRole('list', { name: 'Chosen' }).getByRole('listitem').allInnerTexts()
      await pick(page, 'sale.completed')
      assert.equal(await chosen(), ['sale.completed'])
      await page.getByLabel('Search the catalogue').fill('shop signed')
      await page.getByText('A shop signed up.').waitFor()
      await page.getByLabel('Search the catalogue').fill('')
      await page.getByRole('checkbox', { name: 'All of sale sale.*' }).check()
      await waitFor(async () => (await chosen()).join() === 'sale.*', { what: 'the wildcard to stand for all of them' })
      assert.ok(await page.getByRole('checkbox', { name: /^sale\.completed/ }).isDisabled())
      await page.getByRole('button', { name: 'Take sale.* away' }).click()
      await page.getByRole('button', { name: 'Create endpoint' }).click()
      await page.getByText('Choose at least one event.').waitFor()
      await page.getByText('Write a URL such as').waitFor()
      assert.equal(await findBarriers(page), [], 'errors can be read')
    },
  },
  {
    name: 'a filter counts live what would have come, and says what is wrong with it',
    run: async ({ open }) => {
      const page = await open('/endpoints/new')
      await fill(page, 'https://example.com/hooks', 'sale.completed')
      await page.getByText(/^[1-9]\d* of the newest \d+ events/).waitFor()
      await page.getByLabel('Filter').fill('$ ? (@.data.lines[0] == 7)')
      await page.getByText(/^1 of the newest \d+ events .*the filter takes 1\./).waitFor()
      await page.getByText('The newest of them').click()
      await page.getByRole('region', { name: 'The newest of them' }).getByText('"sale-7"').waitFor()
      await page.getByLabel('Filter').fill('$.**')
      await page.getByText(/filter/i).and(page.locator('[class*="error"]')).first().waitFor()
      await page.getByRole('button', { name: 'Create endpoint' }).click()
      await page.getByText('Look at what is marked above.').waitFor()
    },
  },
  {
    name: 'changing one sends what was changed alone, and headers stay unless they are replaced',
    run: async ({ open, db, receiver, tenant }) => {
      const { rows: [{ id }] } = await db.pool.query(`insert into webhooks.endpoints (tenant_id, name, url, events, headers) values ($1, 'to change', $2, '{user.deleted}', '{"x-kept": "1"}') returning id`, [tenant, `${receiver.url}change`])
      const page = await open(`/endpoints/${id}/edit`)
      await page.getByText('x-kept').waitFor()
      // Somebody else changes something meanwhile.
      await db.pool.query(`update webhooks.endpoints set description = 'by somebody else' where id = $1`, [id])
      await page.getByLabel('Deadline in seconds').fill('2.5')
      await page.getByRole('combobox', { name: 'Order' }).click()
      await page.getByRole('option', { name: /^By resource/ }).click()
      await page.getByRole('button', { name: 'Save' }).click()
      // The form's own heading has the name in it, too.
      await page.getByRole('heading', { name: 'to change', exact: true }).waitFor()
      const read = async () => (await db.pool.query('select description, timeout_ms, ordering, headers, auth from webhooks.endpoints where id = $1', [id])).rows[0]
      assert.equal({ ...(await read()) }, { description: 'by somebody else', timeout_ms: 2500, ordering: 'resource', headers: { 'x-kept': '1' }, auth: null })
      await page.getByRole('link', { name: 'Edit' }).click()
      await page.getByRole('button', { name: 'Replace all of them' }).click()
      await page.getByLabel('Value').fill('2')
      await page.getByLabel('OAuth 2 client credentials').check()
      await page.getByLabel('Token URL').fill('https://id.example.com/token')
      await page.getByLabel('Client id').fill('shop')
      await page.getByLabel('Client secret').fill('very secret')
      await page.keyboard.press('Control+Enter')
      await page.getByText('shop · https://id.example.com/token').waitFor()
      const after = await read()
      assert.equal([after.headers, after.auth], [{ 'x-kept': '2' }, { type: 'oauth2', token_url: 'https://id.example.com/token', client_id: 'shop' }])
      assert.is((await db.pool.query(`select from webhooks_private.endpoint_secrets where endpoint_id = $1 and purpose = 'oauth2_client'`, [id])).rowCount, 1)
      await db.pool.query('delete from webhooks.endpoints where id = $1', [id])
    },
  },
  {
    name: 'what the server refuses stands at the field to blame',
    run: async ({ open, db, tenant }) => {
      await db.pool.query('insert into webhooks.tenant_settings (tenant_id, max_endpoints) values ($1, 1)', [tenant])
      const page = await open('/endpoints/new')
      await fill(page, 'https://example.com/hooks', 'test.event')
      await page.getByText('Formats').click()
      await page.getByLabel('A secret that the receiver has already').fill('short')
      await page.getByRole('button', { name: 'Create endpoint' }).click()
      await page.getByText(/secret/).and(page.locator('[class*="error"]')).or(page.getByRole('alert')).first().waitFor()
      await page.getByLabel('A secret that the receiver has already').fill('')
      await page.getByRole('button', { name: 'Create endpoint' }).click()
      await page.getByText('Code WHLIM').waitFor()
      await db.pool.query('delete from webhooks.tenant_settings where tenant_id = $1', [tenant])
    },
  },
  {
    name: 'a viewer is led to no form, and an operator chooses a tenant first',
    run: async ({ open, endpoints }) => {
      const viewer = await open(`/endpoints/${endpoints.ledger}/edit`, { role: 'viewer' })
      await viewer.getByRole('heading', { name: 'ledger' }).waitFor()
      await viewer.waitForURL(/\/endpoints\/[0-9a-f-]{36}$/)
      const operator = await open('/endpoints/new', { role: 'operator' })
      await operator.getByText('Which tenant?').waitFor()
      assert.is(await operator.getByLabel('URL').count(), 0)
    },
  },
]
