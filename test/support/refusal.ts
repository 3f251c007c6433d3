/** What an SQL error says, for tests that expect one. */
import type pg from 'pg'

/** The parts of an error that a caller reads. */
export type Refusal = { readonly code: string; readonly message: string; readonly detail: string; readonly hint: string }

/** Runs what must fail and gives its error. @throws Error when it succeeds */
export const refusal = async (db: Pick<pg.Client, 'query'> | pg.Pool, sql: string, values: readonly unknown[] = []): Promise<Refusal> => {
  const outcome = await db.query(sql, [...values]).then(
    () => undefined,
    (thrown: unknown) => thrown as pg.DatabaseError,
  )
  if (outcome === undefined) throw new Error(`It succeeded: ${sql}`)
  return { code: outcome.code ?? '', message: outcome.message, detail: outcome.detail ?? '', hint: outcome.hint ?? '' }
}
