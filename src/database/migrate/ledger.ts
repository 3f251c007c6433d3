/** The two ledgers of applied migrations. node-pg-migrate alone writes their rows; the tables are made here, as our rules for tables ask. */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import type pg from 'pg'
import { RowhookError } from '../../core/errors.ts'
import { checksumOfFile } from './checksum.ts'

/** `core` is schema webhooks, `store` the sample domain. Each has a folder and a ledger of its own. */
export const groups = ['core', 'store'] as const
export type Group = (typeof groups)[number]

/** The ledger's name within schema `webhooks`. */
export const ledgerOf = (group: Group) => `migrations_${group}`

/** One migration and whether this database has it. `changed`: applied, and its file says something else now; `unknown`: applied, but no file of this version. */
export type MigrationState = {
  readonly group: Group
  readonly name: string
  readonly state: 'applied' | 'changed' | 'pending' | 'unknown'
  readonly appliedAt: Date | null
}

/** The columns are those that node-pg-migrate expects, and one that it leaves alone. Made by rowhook_owner; the connecting user writes them as its member. */
/** What came after the first ledgers: checksums, and that a DBA may see what is applied. */
const completeLedger = (ledger: string) => `
alter table webhooks.${ledger} add column if not exists checksum text;
comment on column webhooks.${ledger}.checksum is 'SHA-256 of the statements that went up, comments aside; null: a version applied it that kept none.';
grant select on webhooks.${ledger} to rowhook_dba;
create policy dba on webhooks.${ledger} for select to rowhook_dba using (true);
comment on policy dba on webhooks.${ledger} is 'rowhook doctor and migrate status read it.';`

const createLedger = (ledger: string, group: Group) => `
create table if not exists webhooks.${ledger} (
  id     serial       primary key,
  name   varchar(255) not null,
  run_on timestamp    not null
);
comment on table  webhooks.${ledger}        is 'Migrations of the group ${group} that this database has. Written by rowhook migrate.';
comment on column webhooks.${ledger}.id     is 'Order of application.';
comment on column webhooks.${ledger}.name   is 'File name without .sql.';
comment on column webhooks.${ledger}.run_on is 'When it was applied, in the server''s time zone.';
alter table webhooks.${ledger} enable row level security;
alter table webhooks.${ledger} force  row level security;
do $$
begin
  if not exists (select from pg_policy where polrelid = 'webhooks.${ledger}'::regclass) then
    create policy owner on webhooks.${ledger} to rowhook_owner using (true);
    comment on policy owner on webhooks.${ledger} is 'Migrations run as the owner or a member of it.';
  end if;
end
$$;
${completeLedger(ledger)}`

/** Makes both ledgers where they are missing. @param client one that acts as rowhook_owner */
export const createLedgers = async (client: pg.Client): Promise<void> => {
  for (const group of groups) {
    const ledger = ledgerOf(group)
    const { rows } = await client.query<{ exists: boolean; complete: boolean }>(
      `select to_regclass('webhooks.${ledger}') is not null as exists, exists (select from pg_policy where polrelid = to_regclass('webhooks.${ledger}') and polname = 'dba') as complete`,
    )
    if (!rows[0]!.exists) await client.query(`begin; ${createLedger(ledger, group)} commit`)
    else if (!rows[0]!.complete) await client.query(`begin; ${completeLedger(ledger)} commit`)
  }
}

/** Takes away what is left when every migration has been undone. */
export const dropLedgers = async (client: pg.Client): Promise<void> => {
  const tables = groups.map((group) => `webhooks.${ledgerOf(group)}`).join(', ')
  await client.query(`begin; drop table if exists ${tables}; drop schema if exists webhooks, webhooks_private; commit`)
}

const filesOf = (folder: string, group: Group): string[] => {
  try {
    return readdirSync(join(folder, group))
      .filter((name) => name.endsWith('.sql'))
      .map((name) => name.slice(0, -'.sql'.length))
      .toSorted()
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
}

type Applied = { readonly name: string; readonly at: Date; readonly checksum: string | null }

const appliedOf = async (client: pg.Client, group: Group): Promise<Map<string, Applied>> => {
  const ledger = `webhooks.${ledgerOf(group)}`
  const { rows } = await client.query<{ exists: boolean }>(`select to_regclass('${ledger}') is not null as exists`)
  if (!rows[0]?.exists) return new Map()
  // By way of jsonb, since a ledger from before checksums has no such column.
  const applied = await client.query<Applied>(`select name, run_on::timestamptz as at, to_jsonb(l) ->> 'checksum' as checksum from ${ledger} as l order by id`)
  return new Map(applied.rows.map((row) => [row.name, row]))
}

/** Writes down what has just been applied. @param client one that may write the ledger */
export const recordChecksums = async (client: pg.Client, folder: string, group: Group, names: readonly string[]): Promise<void> => {
  const checksums = names.map((name) => checksumOfFile(join(folder, group, `${name}.sql`)))
  await client.query(`update webhooks.${ledgerOf(group)} as l set checksum = new.checksum from unnest($1::text[], $2::text[]) as new (name, checksum) where l.name = new.name`, [names, checksums])
}

const stateOf = (folder: string, group: Group, files: readonly string[], { name, checksum }: Applied): MigrationState['state'] => {
  if (!files.includes(name)) return 'unknown'
  return checksum === null || checksum === checksumOfFile(join(folder, group, `${name}.sql`)) ? 'applied' : 'changed'
}

/** Every migration of both groups in the order in which `up` applies them. */
export const readLedgers = async (client: pg.Client, folder: string): Promise<MigrationState[]> => {
  const states: MigrationState[] = []
  for (const group of groups) {
    const files = filesOf(folder, group)
    const applied = await appliedOf(client, group)
    for (const row of applied.values()) states.push({ group, name: row.name, state: stateOf(folder, group, files, row), appliedAt: row.at })
    for (const name of files) if (!applied.has(name)) states.push({ group, name, state: 'pending', appliedAt: null })
  }
  return states
}

/** @throws RowhookError WHNEW when the database holds a migration that this version does not know */
export const refuseNewer = (states: readonly MigrationState[]): void => {
  const unknown = states.filter(({ state }) => state === 'unknown').map(({ group, name }) => `${group}/${name}`)
  if (unknown.length === 0) return
  throw new RowhookError({
    code: 'WHNEW',
    message: 'This database was migrated by another version of Rowhook.',
    detail: `It has migrations that this version does not know: ${unknown.join(', ')}.`,
    hint: 'Use the newer version. A development database from before 1.0 may be thrown away instead.',
  })
}

/** @throws RowhookError WHCHG when a migration is no longer what this database has taken */
export const refuseChanged = (states: readonly MigrationState[]): void => {
  const changed = states.filter(({ state }) => state === 'changed').map(({ group, name }) => `${group}/${name}`)
  if (changed.length === 0) return
  throw new RowhookError({
    code: 'WHCHG',
    message: 'Migrations have changed since this database took them.',
    detail: `Until 1.0 they may be rewritten in place, and what is new in them is missing here: ${changed.join(', ')}.`,
    hint: 'Go on with the version that migrated it, or make the schema anew: docs/operating.md, "Upgrades" (the embedded database: rm -r .rowhook).',
  })
}
