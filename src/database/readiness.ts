/** Whether the database answers a server. */
import type pg from 'pg'

const DEADLINE_MS = 2_000

/** What is wrong with the database, in sentences; empty: nothing. */
export const databaseTroubles = async (pool: pg.Pool): Promise<readonly string[]> => {
  let timer: NodeJS.Timeout | undefined
  const deadline = new Promise<never>((_, failed) => {
    timer = setTimeout(() => failed(new Error('it has not answered for 2 seconds')), DEADLINE_MS)
  })
  const asked = pool.query('select')
  asked.catch(() => undefined)
  try {
    await Promise.race([asked, deadline])
    return []
  } catch (error) {
    return [`The database cannot be asked: ${(error as { code?: string }).code ?? (error as Error).message}.`]
  } finally {
    clearTimeout(timer)
  }
}
