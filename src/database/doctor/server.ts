/** Checks of the database server and of who we are on it. */
import { RowhookError } from '../../core/errors.ts'
import { openLockSession } from '../session.ts'
import { byQuery, fault, warning, type Check } from './check.ts'

export const version = byQuery<{ number: number; text: string }>(
  'database version',
  `select current_setting('server_version_num')::integer as number, current_setting('server_version') as text`,
  ({ number, text }) => (number >= 150_000 ? undefined : fault(`This is PostgreSQL ${text}.`, 'Rowhook needs PostgreSQL 15 to 18: upgrade the server.')),
)

const RESTORE_AGAIN = 'Restore it once more, after the roles: docs/operating.md, "Backups and copies".'

/** By oid, since a name of no role would be an error. */
export const rights = byQuery<{ login: string; made: boolean; migrated: boolean; owner: boolean | null; dba: boolean | null }>(
  'rights',
  `select session_user as login, to_regrole('rowhook_owner') is not null as made, to_regnamespace('webhooks') is not null as migrated,
          pg_has_role(session_user, to_regrole('rowhook_owner'), 'member') as owner, pg_has_role(session_user, to_regrole('rowhook_dba'), 'member') as dba`,
  ({ login, made, migrated, owner, dba }) =>
    !made ? (migrated ? fault('This server does not have the roles of Rowhook, so that the database was restored without owners, rights and policies.', RESTORE_AGAIN) : undefined)
    : owner ? undefined
    : dba ? warning(`${login} may administer, and no worker can run as it.`, `Fine for a DBA. For workers: grant rowhook_owner to ${login};`)
    : fault(`${login} is a member of neither rowhook_owner nor rowhook_dba.`, `grant rowhook_owner to ${login}; (workers) or grant rowhook_dba to ${login}; (administration)`),
)

/** Whether a worker with this environment would have what it stands on: its role, and a session of its own. */
export const sessions: Check = {
  name: 'sessions',
  ask: async ({ client, databaseUrl }) => {
    const { rows } = await client.query<{ owner: boolean }>(`select pg_has_role(session_user, 'rowhook_owner', 'member') as owner`)
    if (rows[0]?.owner !== true) return [] // the check of rights has said so
    try {
      await (await openLockSession(databaseUrl)).close()
      return []
    } catch (error) {
      if (!(error instanceof RowhookError)) throw error
      return [fault(`No worker could start with this DATABASE_URL: ${error.message} ${error.detail ?? ''}`.trim(), error.hint ?? '')]
    }
  },
}

/** What a restore without our roles leaves: everything belongs to whoever restored, and what it granted is lost. */
export const owners = byQuery<{ schema: string; objects: number; owner: string; example: string }>(
  'owners',
  `select o.schema, count(*)::integer as objects, o.owner::regrole::text as owner, min(o.name) as example
     from (select n.nspname::text as schema, c.relowner as owner, c.relname::text as name from pg_class as c join pg_namespace as n on n.oid = c.relnamespace where c.relkind in ('r', 'p', 'v', 'S')
           union all
           select n.nspname, p.proowner, p.proname from pg_proc as p join pg_namespace as n on n.oid = p.pronamespace) as o
    where o.schema in ('webhooks', 'webhooks_private', 'graphile_worker') and o.owner <> 'rowhook_owner'::regrole
    group by 1, 3 order by 1, 3`,
  ({ schema, objects, owner, example }) => fault(`${objects} tables and functions of schema ${schema} belong to ${owner} and not to rowhook_owner: ${example}, for one.`, RESTORE_AGAIN),
)

/** Every trigger of our own tables; a test compares the list with the catalogue. */
export const OUR_TRIGGERS: Readonly<Record<string, readonly string[]>> = {
  'webhooks.alerts': ['_500_tell'],
  'webhooks.audit_log': ['_100_append_only', '_500_await_chain', '_500_checkpoint', '_600_pruned'],
  'webhooks.deliveries': ['_500_wake'],
  'webhooks.endpoints': ['_100_complete', '_200_first_secret', '_500_state', '_600_audit_changed', '_600_audit_made', '_600_tell_disabled'],
  'webhooks.event_types': ['_500_tell_disabled', '_500_tell_disabled_as_made', '_600_audit'],
  'webhooks.events': ['_100_immutable', '_500_fan_out'],
  'webhooks.settings': ['_500_switch_capture', '_500_switch_capture_as_restored', '_600_audit'],
  'webhooks.tenant_settings': ['_600_audit'],
  'webhooks_private.audit_chain': ['_100_append_only'],
  'webhooks_private.endpoint_secrets': ['_600_audit_added', '_600_audit_changed', '_600_audit_removed'],
}

const wantedTriggers = Object.entries(OUR_TRIGGERS).flatMap(([relation, names]) => names.map((name) => `('${relation}', '${name}')`)).join(', ')

export const ourTriggers = byQuery<{ name: string; relation: string; exists: boolean }>(
  'triggers of our tables',
  `select wanted.name, wanted.relation, t.oid is not null as exists
     from (values ${wantedTriggers}) as wanted (relation, name)
     left join pg_trigger as t on t.tgrelid = to_regclass(wanted.relation) and t.tgname = wanted.name
    where t.tgenabled is null or t.tgenabled not in ('O', 'A')
    order by 2, 1`,
  ({ name, relation, exists }) =>
    exists
      ? fault(`Trigger ${name} of ${relation} is disabled.`, `alter table ${relation} enable trigger ${name};`)
      : fault(`Trigger ${name} of ${relation} is missing: somebody has dropped it.`, 'Make it again as migrations/core does (its files name it), and look in the audit log for what went by meanwhile.'),
)

/** A difference that signatures (five minutes of tolerance) and heartbeats do not mind. */
const CLOCK_WARNING_MS = 2_000
const CLOCK_FAULT_MS = 60_000

export const clock: Check = {
  name: 'clocks',
  ask: async ({ client, nowMs }) => {
    const beforeMs = nowMs()
    const { rows } = await client.query<{ ms: number }>('select extract(epoch from clock_timestamp())::double precision * 1000 as ms')
    const differenceMs = Math.round(rows[0]!.ms - (beforeMs + nowMs()) / 2)
    if (Math.abs(differenceMs) < CLOCK_WARNING_MS) return []
    const problem = `The clock of the database is ${Math.abs(differenceMs)} ms ${differenceMs > 0 ? 'ahead of' : 'behind'} this machine's.`
    const remedy = 'Let both follow NTP; receivers refuse signatures that are five minutes off.'
    return [Math.abs(differenceMs) < CLOCK_FAULT_MS ? warning(problem, remedy) : fault(problem, remedy)]
  },
}

export const oldTransactions = byQuery<{ kind: string; who: string; age: string }>(
  'old transactions',
  `select 'transaction' as kind, coalesce(nullif(application_name, ''), usename, '?') || ' (pid ' || pid || ')' as who, date_trunc('second', now() - xact_start)::text as age
     from pg_stat_activity
    where datname = current_database() and pid <> pg_backend_pid() and backend_xmin is not null and xact_start < now() - interval '30 minutes'
   union all
   select 'prepared transaction', gid, date_trunc('second', now() - prepared)::text
     from pg_prepared_xacts where database = current_database() and prepared < now() - interval '5 minutes'`,
  ({ kind, who, age }) =>
    warning(`A ${kind} of ${who} has been open for ${age}: old rows cannot be cleaned up, and idle lanes look longer.`, kind === 'transaction' ? 'End it, or set idle_in_transaction_session_timeout.' : 'commit prepared or rollback prepared it.'),
)

export const lockTable = byQuery<{ endpoints: number; places: number }>(
  'room for locks',
  `select count(*)::integer as endpoints, current_setting('max_locks_per_transaction')::integer * current_setting('max_connections')::integer as places
     from webhooks.endpoints where is_active and deleted_at is null`,
  ({ endpoints, places }) =>
    endpoints * 2 < places ? undefined : warning(`${endpoints} endpoints may each need a lock, and the lock table has ${places} places.`, 'Raise max_locks_per_transaction, and restart the server.'),
)
