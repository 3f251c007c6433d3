/** Checks of the database server and of who we are on it. */
import { RowhookError } from '../../core/errors.ts'
import { openLockSession } from '../session.ts'
import { byQuery, fault, warning, type Check } from './check.ts'

export const version = byQuery<{ number: number; text: string }>(
  'database version',
  `select current_setting('server_version_num')::integer as number, current_setting('server_version') as text`,
  ({ number, text }) => (number >= 150_000 ? undefined : fault(`This is PostgreSQL ${text}.`, 'Rowhook needs PostgreSQL 15 to 18: upgrade the server.')),
)

export const rights = byQuery<{ login: string; owner: boolean; dba: boolean }>(
  'rights',
  `select session_user as login, pg_has_role(session_user, 'rowhook_owner', 'member') as owner, pg_has_role(session_user, 'rowhook_dba', 'member') as dba`,
  ({ login, owner, dba }) =>
    owner ? undefined
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

export const logTriggers = byQuery<{ name: string; relation: string }>(
  'triggers of the log',
  `select wanted.name, wanted.relation
     from (values ('_500_fan_out', 'webhooks.events'), ('_500_wake', 'webhooks.deliveries'), ('_100_immutable', 'webhooks.events'),
                  ('_500_state', 'webhooks.endpoints')) as wanted (name, relation)
    where not exists (select from pg_trigger as t where t.tgrelid = wanted.relation::regclass and t.tgname = wanted.name and t.tgenabled in ('O', 'A'))`,
  ({ name, relation }) => fault(`Trigger ${name} of ${relation} is missing or disabled.`, `alter table ${relation} enable trigger ${name};`),
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
