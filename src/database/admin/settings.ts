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

type Column = Awaited<ReturnType<typeof columnsOf>>[number]

/** A value that a setting cannot have; PostgreSQL alone would answer with the whole row. */
const refuseValue = (name: string, value: string | null, detail: string, { meaning }: Pick<Column, 'meaning'>, cause: unknown) =>
  new RowhookError({
    code: 'WHVAL',
    message: value === null ? `The setting ${name} cannot be without a value.` : `The setting ${name} cannot be ${JSON.stringify(value)}.`,
    detail,
    hint: `What it is: ${meaning}`,
    cause,
  })

type Refusal = { readonly code?: string; readonly message?: string; readonly column?: string; readonly constraint?: string }

/** Reads each value as its type, so that the error can name the one that does not fit. */
const tryValue = async (client: Client, { name, type, meaning }: Column, value: string | null): Promise<void> => {
  try {
    await client.query(`select $1::${type}`, [value])
  } catch (error) {
    const { code = '', message = '' } = error as Refusal
    throw code.startsWith('22') ? refuseValue(name, value, `It has to be of type ${type}: ${message}.`, { meaning }, error) : error
  }
}

/** An error that names the setting whose rule was broken; any other as it is. */
const explainRefusal = async (client: Client, relation: string, chosen: readonly Column[], values: ReadonlyMap<string, string | null>, error: unknown): Promise<unknown> => {
  const { code, column, constraint } = error as Refusal
  const refused = (names: readonly string[], detail: string) => {
    const found = chosen.find(({ name }) => names.includes(name))
    return found === undefined ? error : refuseValue(found.name, values.get(found.name) ?? null, detail, found, error)
  }
  if (code === '23502' && column !== undefined) return refused([column], 'It has no default of its own.')
  if (code !== '23514' || constraint === undefined) return error
  const { rows } = await client.query<{ columns: string[]; definition: string }>(
    `select array(select a.attname::text from pg_attribute as a where a.attrelid = c.conrelid and a.attnum = any (c.conkey)) as columns, pg_get_constraintdef(c.oid) as definition
       from pg_constraint as c where c.conrelid = $1::regclass and c.conname = $2`,
    [relation, constraint],
  )
  return rows[0] === undefined ? error : refused(rows[0].columns, `It breaks the rule ${constraint}: ${rows[0].definition}.`)
}

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
 * @throws RowhookError WHSET for a name that cannot be set; WHVAL for a value that does not fit
 */
export const changeSettings = async (client: Client, changes: ReadonlyMap<string, string>, tenant: string | undefined): Promise<void> => {
  const columns = await columnsOf(client, tenant)
  const settable = columns.filter(({ name }) => tenant !== undefined || !mirrored.includes(name))
  const chosen = [...changes.keys()].map((name) => {
    const column = settable.find((each) => each.name === name)
    if (column === undefined) throw refuse(name, settable.map((each) => each.name), tenant)
    return column
  })
  const given = new Map([...changes].map(([name, value]) => [name, value === '' ? null : value]))
  for (const column of chosen) await tryValue(client, column, given.get(column.name) ?? null)
  const sets = chosen.map(({ name, type }, n) => `${name} = $${n + 1}::${type}`).join(', ')
  const values = [...given.values()]
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
    throw await explainRefusal(client, table(tenant), chosen, given, error)
  }
}
