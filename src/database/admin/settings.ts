/** Settings, for everybody and for a tenant, as the command line reads and changes them. */
import type pg from 'pg'
import { RowhookError } from '../../core/errors.ts'

type Client = Pick<pg.ClientBase, 'query'>

export type Setting = { readonly name: string; readonly value: string | null; readonly meaning: string }

/** Written by workers at their start, from their environment. */
const mirrored = ['allow_http', 'allow_ports', 'max_attempts', 'timeout_ms']
const bookkeeping = ['one_row', 'tenant_id', 'created_at', 'updated_at']

const COLUMNS = `
select a.attname as name, format_type(a.atttypid, a.atttypmod) as type, coalesce(col_description(a.attrelid, a.attnum), '') as meaning
  from pg_attribute as a
 where a.attrelid = $1::regclass and a.attnum > 0 and not a.attisdropped and a.attname <> all ($2::text[])
 order by a.attnum`

const table = (tenant: string | undefined) => (tenant === undefined ? 'webhooks.settings' : 'webhooks.tenant_settings')

const columnsOf = async (client: Client, tenant: string | undefined) =>
  (await client.query<{ name: string; type: string; meaning: string }>(COLUMNS, [table(tenant), bookkeeping])).rows

/** Every setting with its value as text; of a tenant without a row there is none. */
export const listSettings = async (client: Client, tenant: string | undefined): Promise<Setting[]> => {
  const columns = await columnsOf(client, tenant)
  const { rows } = await client.query<Record<string, string | null>>(
    `select ${columns.map(({ name }) => `${name}::text`).join(', ')} from ${table(tenant)} ${tenant === undefined ? '' : 'where tenant_id = $1'}`,
    tenant === undefined ? [] : [tenant],
  )
  return rows[0] === undefined ? [] : columns.map(({ name, meaning }) => ({ name, value: rows[0]![name] ?? null, meaning }))
}

const refuse = (name: string, names: readonly string[], tenant: string | undefined): RowhookError =>
  mirrored.includes(name) && tenant === undefined
    ? new RowhookError({
        code: 'WHSET',
        message: `The setting ${name} comes from the environment.`,
        detail: 'Each worker writes it when it starts.',
        hint: 'Change the environment variable of the workers; docs/configuration.md names it.',
      })
    : new RowhookError({
        code: 'WHSET',
        message: `There is no setting ${JSON.stringify(name)}.`,
        detail: `There are: ${names.join(', ')}.`,
        hint: 'Write it as name=value, such as dead_letter_ttl="14 days".',
      })

/**
 * Changes settings, all or none. An empty value means null, where that has a meaning.
 * @throws RowhookError WHSET for a name that cannot be set; WHSQL for a value out of range
 */
export const changeSettings = async (client: Client, changes: ReadonlyMap<string, string>, tenant: string | undefined): Promise<void> => {
  const columns = await columnsOf(client, tenant)
  const settable = columns.filter(({ name }) => tenant !== undefined || !mirrored.includes(name))
  const chosen = [...changes.keys()].map((name) => {
    const column = settable.find((each) => each.name === name)
    if (column === undefined) throw refuse(name, settable.map((each) => each.name), tenant)
    return column
  })
  const sets = chosen.map(({ name, type }, n) => `${name} = $${n + 1}::${type}`).join(', ')
  const values = [...changes.values()].map((value) => (value === '' ? null : value))
  await client.query('begin')
  try {
    if (tenant === undefined) await client.query(`update webhooks.settings set ${sets}, updated_at = now()`, values)
    else {
      await client.query('insert into webhooks.tenant_settings (tenant_id) values ($1) on conflict do nothing', [tenant])
      await client.query(`update webhooks.tenant_settings set ${sets}, updated_at = now() where tenant_id = $${values.length + 1}`, [...values, tenant])
    }
    await client.query('commit')
  } catch (error) {
    await client.query('rollback')
    throw error
  }
}
