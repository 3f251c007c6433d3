/** The benchmark's own PostgreSQL server (durable: fsync on), and fresh migrated databases on it. */
import pg from 'pg'
import { startEmbedded } from '../../src/database/embedded.ts'
import { migrateUp } from '../../src/database/migrate.ts'
import { familyCpuMs, parentOf } from './cpu.ts'
import { benchHome } from './places.ts'

export type Database = {
  readonly url: string
  /** as the superuser; with `query` for most things */
  readonly pool: pg.Pool
  /** a connection of its own */
  readonly connect: () => Promise<pg.Client>
  readonly drop: () => Promise<void>
}

export type DatabaseServer = {
  readonly version: string
  /** CPU of the server and all its backends so far, in milliseconds */
  readonly cpuMs: () => number
  /** a database with Rowhook's core schema, or an empty one */
  readonly create: (kind: 'core' | 'empty') => Promise<Database>
  readonly stop: () => Promise<void>
}

const TEMPLATE = 'rowhook_bench_template'

/** Durable as a production server is; only what a small default would distort is set. */
const SETTINGS = {
  max_connections: 200,
  shared_buffers: '256MB',
  max_wal_size: '2GB',
  shared_preload_libraries: 'pg_stat_statements,auto_explain',
}

const urlOf = (server: string, database: string): string => {
  const url = new URL(server)
  url.pathname = `/${database}`
  return url.href
}

/** @throws RowhookError where the server does not start */
export const startDatabaseServer = async ({ statements = false }: { readonly statements?: boolean } = {}): Promise<DatabaseServer> => {
  const embedded = await startEmbedded({ home: benchHome, database: 'postgres', settings: SETTINGS })
  const admin = new pg.Pool({ connectionString: embedded.url, max: 1 })
  admin.on('error', () => undefined) // while the server stops
  const { rows } = await admin.query<{ pid: number; version: string }>(`select pg_backend_pid() as pid, current_setting('server_version') as version`)
  const postmaster = parentOf(rows[0]!.pid)
  await admin.query(`alter system set pg_stat_statements.track = '${statements ? 'all' : 'none'}'`)
  await admin.query('select pg_reload_conf()')
  await admin.query(`drop database if exists ${TEMPLATE} with (force)`)
  await admin.query(`create database ${TEMPLATE}`)
  await migrateUp({ databaseUrl: urlOf(embedded.url, TEMPLATE), coreOnly: true })
  let made = 0

  return {
    version: rows[0]!.version.split(' ')[0]!,
    cpuMs: () => familyCpuMs(postmaster),
    create: async (kind) => {
      const name = `rowhook_bench_${++made}`
      await admin.query(`drop database if exists ${name} with (force)`)
      await admin.query(`create database ${name} template ${kind === 'core' ? TEMPLATE : 'template0'}`)
      const url = urlOf(embedded.url, name)
      const pool = new pg.Pool({ connectionString: url, max: 8 })
      pool.on('error', () => undefined)
      if (statements) await pool.query('create extension pg_stat_statements')
      return {
        url,
        pool,
        connect: async () => {
          const client = new pg.Client({ connectionString: url })
          await client.connect()
          return client
        },
        drop: async () => {
          await pool.end()
          await admin.query(`drop database ${name} with (force)`)
        },
      }
    },
    stop: async () => {
      await admin.end()
      await embedded.stop()
    },
  }
}
