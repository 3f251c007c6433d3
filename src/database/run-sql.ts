/** Runs SQL that somebody typed. */
import type pg from 'pg'
import { RowhookError } from '../core/errors.ts'
import { connectClient } from './connection-error.ts'
import { asRowhookError } from './sql-error.ts'

/** What a statement returned, as the server's own text; `tag` is e.g. `INSERT 1`. */
export type SqlResult = {
  readonly columns: readonly string[]
  readonly rows: readonly (readonly (string | null)[])[]
  readonly tag: string
}

/** Whatever PostgreSQL answered to a statement that somebody asked for: nobody takes it for a bug. */
export const asStatementError = (error: unknown): unknown => {
  const known = asRowhookError(error)
  if (known instanceof RowhookError) return known
  const { code, message, detail, hint } = error as Partial<pg.DatabaseError>
  if (code === undefined) return error
  return new RowhookError({ code: 'WHSQL', message: `PostgreSQL refuses the statement: ${message}.`, detail, hint: hint ?? `Its SQLSTATE is ${code}.`, cause: error })
}

/**
 * @returns a result for each statement
 * @throws RowhookError WHDBC, WHSQL, or the code that our SQL raised
 */
export const runSql = async (databaseUrl: string, sql: string): Promise<SqlResult[]> => {
  const client = await connectClient({ connectionString: databaseUrl, application_name: 'rowhook sql' })
  try {
    const asText = { getTypeParser: () => (text: string) => text }
    const answer = await client.query<(string | null)[]>({ text: sql, rowMode: 'array', types: asText })
    const results = (Array.isArray(answer) ? answer : [answer]) as pg.QueryArrayResult<(string | null)[]>[]
    return results.map(({ fields, rows, command, rowCount }) => ({
      columns: fields.map(({ name }) => name),
      rows,
      tag: [command, rowCount].filter((part) => part !== null).join(' '),
    }))
  } catch (error) {
    throw asStatementError(error)
  } finally {
    await client.end()
  }
}
