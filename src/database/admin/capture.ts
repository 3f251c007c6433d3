/** Watching tables, as the command line asks for it. */
import type pg from 'pg'
import { RowhookError } from '../../core/errors.ts'

type Client = Pick<pg.ClientBase, 'query'>

export type Watch = {
  readonly table: string
  readonly resource: string
  /** JSON, as `webhooks.watch` takes it */
  readonly rules: string
  /** `null`: the table has no tenant column */
  readonly tenantColumn: string | null
  readonly key?: readonly string[] | undefined
  readonly columns?: readonly string[] | undefined
  readonly exclude?: readonly string[] | undefined
  /** a function's signature, e.g. `public.sale_payload(public.sales)` */
  readonly payload?: string | undefined
}

/** @throws RowhookError WHREL where there is none */
const mustExist = async (client: Client, table: string): Promise<void> => {
  const { rows } = await client.query<{ exists: boolean; path: string }>(`select to_regclass($1) is not null as exists, current_setting('search_path') as path`, [table])
  if (rows[0]!.exists) return
  throw new RowhookError({
    code: 'WHREL',
    message: `There is no table ${table}.`,
    detail: `It was looked for in database and search_path (${rows[0]!.path}) of this connection.`,
    hint: 'Name it with its schema, such as public.sales, and quote upper case: \'public."Sales"\'.',
  })
}

export const watchTable = async (client: Client, watch: Watch): Promise<void> => {
  await mustExist(client, watch.table)
  await client.query(
    `select webhooks.watch(relation => $1::regclass, resource => $2, rules => $3::jsonb, tenant => $4,
                           key => $5::text[], columns => $6::text[], exclude => $7::text[], payload => $8::regprocedure)`,
    [watch.table, watch.resource, watch.rules, watch.tenantColumn, watch.key ?? null, watch.columns ?? null, watch.exclude ?? null, watch.payload ?? null],
  )
}

/** @returns whether it was watched */
export const unwatchTable = async (client: Client, table: string): Promise<boolean> => {
  await mustExist(client, table)
  const { rows } = await client.query<{ was: boolean }>('select webhooks.unwatch($1::regclass) as was', [table])
  return rows[0]!.was
}

/** Which writes make which events. */
export const listWatched = async (client: Client): Promise<Record<string, unknown>[]> => {
  const { rows } = await client.query<Record<string, unknown>>(
    'select relation_name as "table", fires_on as "on", event, condition as "when", changed, tenant_column, key_columns from webhooks.capture_rules order by relation_name, position',
  )
  return rows
}
