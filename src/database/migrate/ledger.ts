/** The two ledgers of applied migrations. node-pg-migrate alone writes their rows; the tables are made here, as our rules for tables ask. */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import type pg from 'pg'
import { RowhookError } from '../../core/errors.ts'

/** `core` is schema webhooks, `store` the sample domain. Each has a folder and a ledger of its own. */
export const groups = ['core', 'store'] as const
export type Group = (typeof groups)[number]

/** The ledger's name within schema `webhooks`. */
export const ledgerOf = (group: Group) => `migrations_${group}`

/** One migration and whether this database has it. `unknown`: applied, but no file of this version. */
export type MigrationState = {
  readonly group: Group
  readonly name: string
  readonly state: 'applied' | 'pending' | 'unknown'
  readonly appliedAt: Date | null
}

/** The columns are those that node-pg-migrate expects. Made by rowhook_owner; the connecting user writes them as its member. */
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
$$;`

/** Makes both ledgers where they are missing. @param client one that acts as rowhook_owner */
export const createLedgers = async (client: pg.Client): Promise<void> => {
  for (const group of groups) {
    const { rows } = await client.query<{ missing: boolean }>(`select to_regclass('webhooks.${ledgerOf(group)}') is null as missing`)
    if (rows[0]?.missing) await client.query(`begin; ${createLedger(ledgerOf(group), group)} commit`)
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

const appliedOf = async (client: pg.Client, group: Group): Promise<Map<string, Date>> => {
  const ledger = `webhooks.${ledgerOf(group)}`
  const { rows } = await client.query<{ exists: boolean }>(`select to_regclass('${ledger}') is not null as exists`)
  if (!rows[0]?.exists) return new Map()
  const applied = await client.query<{ name: string; at: Date }>(`select name, run_on::timestamptz as at from ${ledger} order by id`)
  return new Map(applied.rows.map(({ name, at }) => [name, at]))
}

/** Every migration of both groups in the order in which `up` applies them. */
export const readLedgers = async (client: pg.Client, folder: string): Promise<MigrationState[]> => {
  const states: MigrationState[] = []
  for (const group of groups) {
    const files = filesOf(folder, group)
    const applied = await appliedOf(client, group)
    for (const [name, appliedAt] of applied) {
      states.push({ group, name, state: files.includes(name) ? 'applied' : 'unknown', appliedAt })
    }
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
