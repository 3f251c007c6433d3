/** Statements that may take long, on a connection whose others may not: upkeep of the log and proofs, for which nobody waits. */
import type pg from 'pg'
import { answerMs } from './pool.ts'

/** A week of a large log is dropped, or a day of it proved, in seconds; one that takes longer than this will not end. */
const LONG_MS = 15 * 60_000

/** Runs `work` with a connection whose statements may take a quarter of an hour each. */
export const unhurried = async <T>(client: pg.ClientBase, work: (client: pg.ClientBase) => Promise<T>): Promise<T> => {
  const query = (text: string, values: unknown[] = []) => client.query({ text, values, query_timeout: answerMs(LONG_MS) } as pg.QueryConfig)
  await client.query(`set statement_timeout = ${LONG_MS}`)
  try {
    return await work(Object.create(client, { query: { value: query } }) as pg.ClientBase) // of its many forms the one with text is used
  } finally {
    await client.query('reset statement_timeout')
  }
}
