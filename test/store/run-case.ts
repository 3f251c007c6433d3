/** Runs one case: opens a shop, makes an endpoint that asks for the event, writes, and says what must have come of it. */
import type pg from 'pg'
import type { Case, Row } from './cases/case.ts'
import { openShop } from './shop.ts'

export type RunCase = {
  readonly tenantId: string
  readonly endpointId: string
  /** what the event must be */
  readonly event: {
    readonly tenant_id: string
    readonly type: string
    readonly resource_type: string
    readonly resource_id: string
    readonly data: Row
  }
}

const readRow = async (pool: pg.Pool, table: string, id: string): Promise<Row | undefined> => {
  const { rows } = await pool.query<{ row: Row }>(`select row_to_json(t) as row from ${table} as t where id = $1`, [id])
  return rows[0]?.row
}

const write = async (pool: pg.Pool, statement: string, known: string): Promise<string> => {
  if (!statement.startsWith('insert')) {
    await pool.query(statement)
    return known
  }
  const { rows } = await pool.query<{ id: string }>(`${statement} returning id`)
  return rows[0]!.id
}

/** @param url of the endpoint, which asks for this type alone */
export const runCase = async (pool: pg.Pool, { type, table, write: statement, data, tenant, resource }: Case, url: string): Promise<RunCase> => {
  const shop = await openShop(pool)
  const tenantId = tenant?.(shop) ?? shop.tenants
  const { rows } = await pool.query<{ id: string }>('insert into webhooks.endpoints (tenant_id, url, events) values ($1, $2, $3) returning id', [
    tenantId,
    url,
    [type],
  ])
  const before = await readRow(pool, table, String(shop[table]))
  const id = await write(pool, statement(shop), String(shop[table]))
  const row = (await readRow(pool, table, id)) ?? before!
  const about = resource?.(shop) ?? { type: type.split('.')[0]!, id }
  return {
    tenantId,
    endpointId: rows[0]!.id,
    event: { tenant_id: tenantId, type, resource_type: about.type, resource_id: about.id, data: data(row, shop) },
  }
}
