/** Endpoints: found, read, stopped and started, tested; their secrets. */
import * as assert from 'uvu/assert'
import type { Page } from 'playwright-core'
import { waitFor } from '../../support/wait.ts'
import type { World } from '../support/world.ts'
import { type Case, looksGood } from './case.ts'

const at = (name: 'ledger' | 'broken') => ({ endpoints }: World) => `/endpoints/${endpoints[name]}`

/** An endpoint of its own for a test that changes it. */
const makeOne = async ({ db, receiver, tenant }: World, name: string): Promise<string> =>
  (await db.pool.query<{ id: string }>(`insert into webhooks.endpoints (tenant_id, name, url, events) values ($1, $2, $3 || 'own', '{user.deleted}') returning id`, [tenant, name, receiver.url])).rows[0]!.id

/** A day of deliveries that ended long ago, some of them badly. */
const addHistory = async ({ db, tenant }: World, id: string): Promise<void> => {
  await db.pool.query(`update webhooks.endpoints set paused_at = now(), description = 'What the till sells', created_at = now() - interval '40 days' where id = $1`, [id])
  await db.pool.query(
    `insert into webhooks.events (tenant_id, type, resource_type, resource_id, data, endpoint_id, id)
     select $2, 'sale.completed', 'sale', 'past-' || n, '{}', $1, (left(webhooks_private.least_id(now() - n * interval '4 minutes' - (n % 7) * interval '40 minutes')::text, 18) || '-9000-' || lpad(to_hex(n), 12, '0'))::uuid
       from generate_series(1, 340) as n`,
    [id, tenant],
  )
  await db.pool.query(
    `update webhooks.deliveries set status = case when right(id::text, 1) in ('3') and created_at is not null then 'failed' else 'success' end, attempts = case when right(id::text, 1) in ('3', '7') then 3 else 1 end,
            response_code = case when right(id::text, 1) = '3' then 503 else 200 end, response_time_ms = 20 + ('x' || right(id::text, 2))::bit(8)::int,
            next_retry_at = null, finished_at = now(), delivered_at = case when right(id::text, 1) = '3' then null else now() end
      where endpoint_id = $1`,
    [id],
  )
  await db.pool.query('update webhooks.endpoints set paused_at = null where id = $1', [id])
}

const drop = ({ db }: World, id: string) => db.pool.query('delete from webhooks.endpoints where id = $1', [id])

const choose = async (page: Page, act: string) => {
  await page.getByRole('button', { name: 'More actions' }).click()
  await page.getByRole('menuitem', { name: act }).click()
}

export const endpoints: readonly Case[] = [
  looksGood('endpoints', '/endpoints', (page) => page.getByRole('link', { name: 'ledger' }).waitFor()),
  {
    name: 'an endpoint with a day behind it is good to look at',
    run: async (world) => {
      const id = await makeOne(world, 'Point of sale')
      await addHistory(world, id)
      await looksGood('endpoint', `/endpoints/${id}`, (page) => page.getByRole('img', { name: /deliveries accepted/ }).waitFor()).run(world)
      await looksGood('endpoints-busy', '/endpoints', (page) => page.getByRole('link', { name: 'Point of sale' }).waitFor()).run(world)
      await drop(world, id)
    },
  },
  looksGood('endpoint-failing', at('broken'), (page) => page.getByRole('img', { name: /deliveries accepted/ }).waitFor()),
  {
    name: 'the list has those that fail first, finds by name and URL, and keeps its filter in the address',
    run: async ({ open }) => {
      const page = await open('/endpoints')
      await page.getByRole('link', { name: 'ledger' }).waitFor()
      assert.match(await page.locator('tbody tr').first().innerText(), /broken/)
      await page.getByRole('img', { name: /0 delivered, [1-9]\d* failed/ }).or(page.getByRole('img', { name: /[1-9]\d* delivered, 0 failed/ })).first().waitFor()
      await page.keyboard.press('/')
      await page.keyboard.type('LEDG')
      await page.keyboard.press('Enter')
      await page.getByRole('link', { name: 'broken' }).waitFor({ state: 'detached' })
      assert.match(page.url(), /search=LEDG/)
      await page.getByRole('button', { name: 'Paused' }).click()
      await page.getByText('Nothing matches these filters').waitFor()
      await page.getByRole('button', { name: 'Clear filters' }).last().click()
      await page.getByRole('link', { name: 'broken' }).waitFor()
      await page.keyboard.press('j')
      await page.keyboard.press('Enter')
      await page.getByRole('heading', { name: 'broken' }).waitFor()
      await page.keyboard.press('Escape')
      await page.getByRole('heading', { name: 'Endpoints' }).waitFor()
    },
  },
  {
    name: 'one endpoint leads to its deliveries, over the period that is chosen',
    run: async (world) => {
      const page = await world.open(at('ledger')(world))
      await page.getByText('7 days').click()
      await page.getByRole('link', { name: /^Delivered/ }).click()
      await page.waitForURL(/\/deliveries\?/)
      const { searchParams } = new URL(page.url())
      assert.equal([searchParams.get('endpoint'), searchParams.get('time'), searchParams.get('status')], [world.endpoints.ledger, 'week', 'success'])
      await page.goBack()
      assert.match(page.url(), /range=week/)
      await page.getByText('As a table').click()
      await page.getByRole('row').filter({ hasText: 'ms' }).first().waitFor()
    },
  },
  {
    name: 'pause and resume say what they do before, and it is done',
    run: async (world) => {
      const { open, db, tenant } = world
      const id = await makeOne(world, 'to pause')
      const page = await open(`/endpoints/${id}`)
      await choose(page, 'Pause')
      await page.getByText('Nothing is sent to it until somebody resumes it.').waitFor()
      await page.getByRole('button', { name: 'Pause' }).click()
      await page.getByText('Events collect, and nothing is sent').waitFor()
      await db.pool.query(`insert into webhooks.events (tenant_id, type, data) values ($1, 'user.deleted', '{}')`, [tenant])
      await page.getByText('1 delivery waits.').waitFor()
      await page.getByRole('button', { name: 'Resume' }).click()
      await page.getByText('1 delivery that collected goes out now').waitFor()
      await page.getByRole('dialog').getByRole('button', { name: 'Resume' }).click()
      await page.getByRole('table', { name: 'Latest deliveries' }).getByText('Delivered').waitFor()
      await drop(world, id)
    },
  },
  {
    name: 'disabling and deleting say how many deliveries they cancel',
    run: async (world) => {
      const { open, db, tenant } = world
      const id = await makeOne(world, 'to leave')
      await db.pool.query('update webhooks.endpoints set paused_at = now() where id = $1', [id])
      await db.pool.query(`insert into webhooks.events (tenant_id, type, data) select $1, 'user.deleted', '{}' from generate_series(1, 2)`, [tenant])
      const page = await open(`/endpoints/${id}`)
      await choose(page, 'Disable')
      await page.getByText('2 deliveries that are still open are cancelled').waitFor()
      await page.getByLabel('Reason').fill('moved house')
      await page.keyboard.press('Enter')
      await page.getByText('Disabled: moved house.').waitFor()
      assert.is((await db.pool.query(`select from webhooks.deliveries where endpoint_id = $1 and status = 'cancelled'`, [id])).rowCount, 2)
      await page.getByRole('button', { name: 'Enable' }).click()
      await page.getByRole('dialog').getByRole('button', { name: 'Enable' }).click()
      await page.getByText('Enabled.').waitFor()
      await choose(page, 'Delete')
      assert.ok(await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).isDisabled())
      await page.getByLabel('Type to leave to confirm').fill('to leave')
      await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click()
      await page.waitForURL(/\/endpoints$/)
      assert.is((await db.pool.query('select deleted_at is not null as gone from webhooks.endpoints where id = $1', [id])).rows[0].gone, true)
      await page.getByRole('link', { name: 'ledger' }).waitFor()
      assert.is(await page.getByRole('link', { name: 'to leave' }).count(), 0)
    },
  },
  {
    name: 'a test of any type is sent, and seen to arrive without reloading',
    run: async (world) => {
      const page = await world.open(at('ledger')(world))
      await page.getByRole('heading', { name: 'ledger' }).waitFor()
      await page.keyboard.press('t')
      const field = page.getByLabel('Event type').first()
      const option = page.getByRole('option', { name: 'sale.completed' })
      // The dialog takes the focus when it is open, and with it what was written before.
      await waitFor(async () => {
        await field.fill('')
        await field.fill('sale.comp')
        return option.isVisible()
      }, { what: 'the choice of the type' })
      await option.click()
      await page.getByRole('button', { name: 'Send', exact: true }).click()
      await page.getByText('It arrived, and the receiver accepted it.').waitFor()
      assert.is(world.receiver.requests.at(-1)!.headers['x-event'], 'sale.completed')
      await page.getByRole('link', { name: 'Open the delivery' }).click()
      await page.waitForURL(/\/deliveries\/[0-9a-f-]{36}$/)
    },
  },
  {
    name: 'a test that is refused says what the receiver said',
    run: async (world) => {
      const id = await makeOne(world, 'to refuse')
      // One of its own: the circuit of another may be open by what else was refused.
      await world.db.pool.query(`update webhooks.endpoints set url = $2 where id = $1`, [id, `${world.receiver.url}broken`])
      const page = await world.open(`/endpoints/${id}`)
      await page.getByRole('button', { name: 'Send a test' }).first().click()
      await page.getByRole('button', { name: 'Send', exact: true }).click()
      await page.getByText('It was sent, and not accepted.').waitFor()
      await page.getByRole('dialog').getByText('500', { exact: true }).waitFor()
      await world.db.pool.query('select webhooks.delete_endpoint($1)', [id])
    },
  },
  {
    name: 'the secret is revealed on the record, and rotated with a countdown',
    run: async (world) => {
      const { open, db } = world
      const id = await makeOne(world, 'to rotate')
      const page = await open(`/endpoints/${id}`)
      await page.getByRole('button', { name: 'Reveal' }).click()
      await page.getByText('The audit log says that you looked.').waitFor()
      const old = await page.getByRole('region', { name: 'Signing secret' }).locator('code').innerText()
      assert.match(old, /^whsec_[A-Za-z0-9+/]{32,}=*$/)
      assert.is((await db.pool.query(`select from webhooks.audit_log where subject_id = $1 and action = 'secret.revealed'`, [id])).rowCount, 1)
      await page.getByRole('button', { name: 'Rotate the secret' }).click()
      await page.getByText('The one before signs beside it until the overlap ends').waitFor()
      await page.getByRole('dialog').getByRole('button', { name: 'Rotate the secret' }).click()
      const fresh = await page.getByRole('region', { name: 'Your signing secret' }).locator('code').first().innerText()
      assert.match(fresh, /^whsec_/)
      assert.is.not(fresh, old)
      await page.getByText(/23 h 59 min \d+ s left/).waitFor()
      await page.getByRole('button', { name: 'I have stored it' }).click()
      await waitFor(async () => (await page.getByText(fresh).count()) === 0, { what: 'the secret to go' })
      await drop(world, id)
    },
  },
  {
    name: 'what a role may not do is not offered',
    run: async (world) => {
      const page = await world.open(at('ledger')(world), { role: 'viewer' })
      await page.getByRole('heading', { name: 'ledger' }).waitFor()
      for (const name of ['Send a test', 'Edit', 'More actions', 'Reveal', 'Rotate the secret']) assert.is(await page.getByRole('button', { name }).or(page.getByRole('link', { name })).count(), 0, name)
      await page.getByText('Only owners may see or change it.').waitFor()
      const manager = await world.open(at('ledger')(world), { role: 'manager' })
      await manager.getByRole('button', { name: 'More actions' }).click()
      await manager.getByRole('menuitem', { name: 'Pause' }).waitFor()
      assert.is(await manager.getByRole('menuitem', { name: 'Delete' }).count(), 0)
      assert.is(await manager.getByRole('button', { name: 'Reveal' }).count(), 0)
    },
  },
  {
    name: 'an endpoint that is not there is said so, and Spanish is spoken',
    run: async ({ open }) => {
      const page = await open('/endpoints/nonsense', { language: 'es' })
      await page.getByText('Este destino no está aquí').waitFor()
      await page.getByRole('link', { name: 'Todos los destinos' }).click()
      await page.getByRole('heading', { name: 'Destinos' }).waitFor()
    },
  },
]
