/** What the administrators' commands share: one connection, errors in words, and rows as a table or as JSON. */
import type pg from 'pg'
import type { Config } from '../config/load.ts'
import { legible } from './show-arrival.ts'
import { formatTable } from './table.ts'
import { withDatabase } from './with-database.ts'

export type Row = Readonly<Record<string, unknown>>
export type JsonOption = { readonly json?: true }

/**
 * Runs `work` with a connection to the database of the configuration.
 * @param options.asOwner takes the role rowhook_owner, for what changes the schema
 * @throws RowhookError WHDBC, WHPOL, WHSQL, or the code that our SQL raised
 */
export const administer = <T>(name: string, work: (client: pg.Client, config: Config, databaseUrl: string) => Promise<T>, { asOwner = false } = {}): Promise<T> =>
  withDatabase(async ({ url }, config) => {
    const { connectClient } = await import('../database/connection-error.ts')
    const { checkSession } = await import('../database/own-session.ts')
    const { withRole } = await import('../database/pool.ts')
    const { asStatementError } = await import('../database/run-sql.ts')
    const client = await connectClient({ connectionString: asOwner ? withRole(url, 'rowhook_owner') : url, application_name: `rowhook ${name}` })
    try {
      if (asOwner) await checkSession(client)
      return await work(client, config, url)
    } catch (error) {
      throw asStatementError(error)
    } finally {
      await client.end()
    }
  })

/** A value as a person reads it; null: there is none. */
export const asText = (value: unknown): string | null => {
  if (value === null || value === undefined) return null
  if (value instanceof Date) return value.toISOString()
  return typeof value === 'string' ? value : JSON.stringify(value)
}

/** A value for programs. */
export const printJson = (value: unknown): void => void process.stdout.write(`${JSON.stringify(value, null, 2)}\n`)

/** Field names as all JSON of the command line has them. Of one level: what lies below may be somebody's data. */
export const snakeCased = (row: Row): Row => Object.fromEntries(Object.entries(row).map(([name, value]) => [name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`), value]))

/** Prints rows: a table with these columns, or with `--json` an array of whole objects. */
export const printRows = (rows: readonly Row[], columns: readonly string[], { json }: JsonOption): void => {
  if (json) printJson(rows)
  else process.stdout.write(formatTable(columns, rows.map((row) => columns.map((column) => asText(row[column])))))
}

/** Prints one thing: a line for each of its fields that has a value, or with `--json` the object. */
export const printOne = (row: Row, { json }: JsonOption): void => {
  if (json) return printJson(row)
  const width = Math.max(...Object.keys(row).map((name) => name.length))
  for (const [name, value] of Object.entries(row)) {
    const text = asText(value)
    if (text !== null) process.stdout.write(`${name.padEnd(width)}  ${legible(text)}\n`)
  }
}

const BAR = 30

/** `[######        ]  42 %  text`; without a share there is no bar. */
export const progressLine = (text: string, share?: number): string => {
  if (share === undefined) return text
  const done = Math.min(1, Math.max(0, share))
  return `[${'#'.repeat(Math.round(done * BAR)).padEnd(BAR)}] ${String(Math.floor(done * 100)).padStart(3)} %  ${text}`
}

/** A line that overwrites itself while long work goes on; nothing where nobody looks. @param share of the work that is done, 0 to 1 */
export const showProgress = (text: string, share?: number): void => {
  if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${progressLine(text, share)}`)
}

export const endProgress = (): void => showProgress('')
