/** Changes what triggers guard, as a superuser may who means harm. */
import type pg from 'pg'

/** Runs a statement past all triggers, in a transaction of its own. */
export const tamper = async (pool: pg.Pool, statement: string, values: unknown[] = []): Promise<void> => {
  const client = await pool.connect()
  try {
    await client.query('begin; set local session_replication_role = replica')
    await client.query(statement, values)
    await client.query('commit')
  } finally {
    client.release()
  }
}
