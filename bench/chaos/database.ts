/** The database of a chaos run: an embedded PostgreSQL of its own, with fsync, that can be crashed. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import pg from 'pg'
import { migrateUp } from '../../src/database/migrate.ts'
import { startEmbedded, type Embedded } from '../../src/database/embedded.ts'

export type Database = {
  readonly url: string
  readonly pool: pg.Pool
  /** `pg_ctl stop -m immediate` and start: whatever is not in the log is gone. Gives the time when it answered again, and how long it was away. */
  readonly crash: () => Promise<{ readonly backAtMs: number; readonly awayMs: number }>
  readonly close: () => Promise<void>
}

const settings = { max_connections: 200, shared_buffers: '128MB', max_wal_size: '2GB' }

export const startDatabase = async (home: string): Promise<Database> => {
  let server: Embedded = await startEmbedded({ home, settings, database: 'chaos' })
  const { url, port } = server
  await migrateUp({ databaseUrl: url, coreOnly: true })
  const pool = new pg.Pool({ connectionString: url, max: 4, application_name: 'chaos harness' })
  pool.on('error', () => undefined) // crashes are the point
  pool.on('connect', (client) => client.on('error', () => undefined))
  const { rows } = await pool.query<{ directory: string }>(`select current_setting('data_directory') as directory`)
  const pidFile = join(rows[0]!.directory, 'postmaster.pid')

  return {
    url,
    pool,
    crash: async () => {
      const startedMs = Date.now()
      const pid = Number(readFileSync(pidFile, 'utf8').split('\n')[0])
      process.kill(pid, 'SIGQUIT')
      while (Date.now() - startedMs < 30_000) {
        try {
          process.kill(pid, 0)
        } catch {
          break
        }
        await new Promise((resolve) => setTimeout(resolve, 5))
      }
      server = await startEmbedded({ home, settings, database: 'chaos', port })
      const backAtMs = Date.now()
      return { backAtMs, awayMs: backAtMs - startedMs }
    },
    close: async () => {
      await pool.end()
      await server.stop()
    },
  }
}
