/** Migrated databases to clone: made once for a state of the migrations, so that a test file gets its own in a fraction of a second. */
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type pg from 'pg'
import { migrateUp } from '../../src/database/migrate.ts'
import { databaseUrl, withCluster } from './cluster.ts'

/** `core`: schema webhooks alone. `store`: the sample domain as well. `empty`: a database without anything. */
export type Template = 'core' | 'store' | 'empty'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** What a template is made of: a change in any of these makes a new one. */
const sources = ['migrations', 'src/database/migrate', 'src/database/migrate.ts', 'node_modules/graphile-worker/package.json']

const filesBelow = (path: string): string[] => {
  try {
    const entries = readdirSync(path, { withFileTypes: true, recursive: true })
    return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOTDIR') return [path]
    throw error
  }
}

const fingerprint = (): string => {
  const hash = createHash('sha256')
  for (const file of sources.flatMap((source) => filesBelow(join(root, source))).toSorted()) {
    hash.update(file.slice(root.length)).update('\0').update(readFileSync(file)).update('\0')
  }
  return hash.digest('hex').slice(0, 12)
}

const exists = async (client: pg.Client, name: string) =>
  (await client.query('select from pg_database where datname = $1 and not datallowconn', [name])).rowCount === 1

const make = async (client: pg.Client, variant: 'core' | 'store', name: string) => {
  await client.query(`drop database if exists ${name} with (force)`) // a half-made one
  await client.query(`create database ${name} template template0`)
  await migrateUp({ databaseUrl: await databaseUrl(name), coreOnly: variant === 'core' })
  await client.query(`alter database ${name} with allow_connections false`) // who connects keeps others from cloning
}

const dropOutdated = async (client: pg.Client, variant: string, current: string) => {
  const { rows } = await client.query<{ name: string }>('select datname as name from pg_database where datname like $1 and datname <> $2', [
    `rowhook_template_${variant}_%`,
    current,
  ])
  for (const { name } of rows) await client.query(`drop database if exists ${name} with (force)`)
}

/** Any number of our own: test files come in parallel, and one of them makes the template. */
const templateLock = 5_080_300_001

/** The name of the template's database, made now if no test has asked for it since the migrations changed. */
export const ensureTemplate = async (template: Template): Promise<string> => {
  if (template === 'empty') return 'template0'
  const name = `rowhook_template_${template}_${fingerprint()}`
  await withCluster(async (client) => {
    if (await exists(client, name)) return
    await client.query('select pg_advisory_lock($1)', [templateLock])
    if (await exists(client, name)) return
    await make(client, template, name)
    await dropOutdated(client, template, name)
  })
  return name
}
