/** Work that commits or rolls back as one. */
import type pg from 'pg'

/**
 * Runs `work` in a transaction: commits when it returns, rolls back when it throws, and gives back what it returned.
 * The connection goes back to the pool, or is closed where even the rollback failed.
 * @param begin how it begins, e.g. `begin isolation level repeatable read`
 */
export const inTransaction = async <T>(pool: pg.Pool, work: (client: pg.PoolClient) => Promise<T>, begin = 'begin'): Promise<T> => {
  const client = await pool.connect()
  let broken: Error | undefined
  try {
    await client.query(begin)
    const result = await work(client)
    await client.query('commit')
    return result
  } catch (error) {
    await client.query('rollback').catch((failure: Error) => (broken = failure))
    throw error
  } finally {
    client.release(broken)
  }
}
