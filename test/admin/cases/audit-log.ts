/** The audit log: read, filtered, and whether it is what was written. */
import * as assert from 'uvu/assert'
import { waitFor } from '../../support/wait.ts'
import type { World } from '../support/world.ts'
import { type Case, looksGood } from './case.ts'
import { tamper } from '../../support/tamper.ts'

/** An endpoint changed by somebody, as an entry of the log. */
const changeSomething = async ({ db, endpoints }: World): Promise<string> => {
  await db.pool.query(`update webhooks.endpoints set description = 'Bookkeeping, since ' || now() where id = $1`, [endpoints.ledger])
  await waitFor(async () => (await db.pool.query('select waiting from webhooks.audit_verification()')).rows[0].waiting === 0, { what: 'the worker to chain it' })
  return (await db.pool.query<{ id: string }>('select id from webhooks.audit_log where subject_id = $1 order by id desc limit 1', [endpoints.ledger])).rows[0]!.id
}

export const auditLog: readonly Case[] = [
  looksGood('audit-log', '/audit-log', async (page, world) => {
    await changeSomething(world)
    await page.getByText('entries are as they were written').waitFor()
    await page.getByRole('link', { name: 'Endpoint made' }).first().waitFor()
  }),
  looksGood('audit-entry', async (world) => `/audit-log/${await changeSomething(world)}`, (page) => page.getByRole('rowheader', { name: 'description' }).waitFor()),
  {
    name: 'an entry says what was before and after, and leads to all that its actor did',
    run: async (world) => {
      const page = await world.open(`/audit-log/${await changeSomething(world)}`)
      await page.locator('ins', { hasText: 'since' }).waitFor()
      await page.getByRole('link', { name: 'everything of theirs' }).click()
      await page.waitForURL(/\/audit-log\/\?actor=/)
      await page.getByRole('link', { name: 'Endpoint changed' }).first().waitFor()
    },
  },
  {
    name: 'the audit log is filtered by what was done and to what',
    run: async ({ open, endpoints }) => {
      const page = await open(`/audit-log?action=endpoint.created&id=${endpoints.broken}`)
      await page.getByRole('link', { name: 'Endpoint made' }).waitFor()
      assert.is(await page.locator('tbody tr').count(), 1)
    },
  },
  {
    name: 'an entry that was changed behind the log\'s back is told',
    run: async (world) => {
      const id = await changeSomething(world)
      const { rows: [before] } = await world.db.pool.query(`select actor from webhooks.audit_log where id = $1`, [id])
      await tamper(world.db.pool, `update webhooks.audit_log set actor = 'nobody' where id = $1`, [id])
      const page = await world.open('/audit-log')
      await page.getByRole('alert').getByText(`the first is ${id}`).waitFor()
      await tamper(world.db.pool, `update webhooks.audit_log set actor = $2 where id = $1`, [id, before!.actor])
    },
  },
]
