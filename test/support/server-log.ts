/** What the PostgreSQL server of the tests logs. */
import { open, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type pg from 'pg'

/** Everything that may be asked of it: each statement with its parameters, and those of what fails. */
const TALKATIVE = { log_statement: 'all', log_min_duration_statement: '0', log_parameter_max_length: '-1', log_parameter_max_length_on_error: '-1', log_error_verbosity: 'verbose' }
const SILENT = { log_statement: 'none', log_min_duration_statement: '-1', log_parameter_max_length: '0', log_parameter_max_length_on_error: '0', log_min_messages: 'panic', log_min_error_statement: 'panic' }

/** Makes the server log all that sessions of this database do; those that are there already stay as they are. */
export const logEverything = async (pool: pg.Pool, name: string): Promise<void> => {
  for (const [setting, value] of Object.entries(TALKATIVE)) await pool.query(`alter database ${name} set ${setting} = '${value}'`)
}

/** Keeps what a session does out of the log. */
export const logNothing = async (client: pg.Client): Promise<void> => {
  for (const [setting, value] of Object.entries(SILENT)) await client.query(`set ${setting} = '${value}'`)
}

/**
 * Gives what is logged from now on, up to the moment of asking.
 * @returns nothing where the server is not one of ours, and its log lies elsewhere
 */
export const followServerLog = async (pool: pg.Pool): Promise<(() => Promise<string>) | undefined> => {
  const { rows } = await pool.query<{ data_directory: string }>('show data_directory')
  const path = join(dirname(rows[0]!.data_directory), 'log')
  const begins = await stat(path).catch(() => undefined)
  if (begins === undefined) return undefined
  return async () => {
    const file = await open(path)
    try {
      const { size } = await file.stat()
      const { buffer } = await file.read(Buffer.alloc(size - begins.size), 0, size - begins.size, begins.size)
      return buffer.toString()
    } finally {
      await file.close()
    }
  }
}
