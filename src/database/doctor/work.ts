/** Checks of whether anything moves: workers, lanes, backlog, dead letters, partitions. */
import { byQuery, fault, warning, type Check } from './check.ts'

export const workers = byQuery<{ alive: number; silent: number }>(
  'workers',
  'select workers_alive::integer as alive, workers_silent::integer as silent from webhooks.queue_health',
  ({ alive, silent }) =>
    alive === 0 ? fault(silent === 0 ? 'No worker runs.' : `No worker gives a sign of life, and ${silent} ended without saying so.`, 'Start one: rowhook worker. Its log says why it does not stay.')
    : silent > 0 ? warning(`${silent} of ${alive + silent} workers have given no sign of life for 10 seconds.`, 'The others take over within 30 seconds; look at its host.')
    : undefined,
)

export const armed = byQuery<{ armed: boolean; reason: string | null; alive: number }>(
  'clone guard',
  'select armed, disarmed_reason as reason, workers_alive::integer as alive from webhooks.queue_health',
  ({ armed, reason, alive }) => (armed || (alive === 0 && reason === 'No worker has started here yet.') ? undefined : fault(`Nothing is sent: ${reason ?? 'this database is not armed'}.`, 'Where this database is meant to deliver: rowhook arm.')),
)

export const lanes = byQuery<{ id: string; name: string; due: number; waited: string }>(
  'lanes that do not move',
  `select h.endpoint_id as id, coalesce(nullif(h.name, ''), h.url) as name, h.due::integer, date_trunc('second', now() - h.oldest_due_at)::text as waited
     from webhooks.endpoint_health as h, webhooks.settings as s
    where h.state in ('ok', 'failing') and not h.served and h.oldest_due_at < now() - greatest(s.alert_backlog_age, '10 seconds')
    order by h.oldest_due_at limit 20`,
  ({ id, name, due, waited }) => fault(`${due} deliveries to ${name} (${id}) are due, for ${waited}, and no worker serves the lane.`, 'Start a worker, or look in the log of those that run for what keeps them from it.'),
)

export const backlog = byQuery<{ id: string; name: string; due: number; waited: string; limit: number | null }>(
  'backlog',
  `select h.endpoint_id as id, coalesce(nullif(h.name, ''), h.url) as name, h.due::integer, date_trunc('second', now() - h.oldest_due_at)::text as waited, p.rate_limit as limit
     from webhooks.endpoint_health as h join webhooks.endpoints as p on p.id = h.endpoint_id, webhooks.settings as s
    where h.state in ('ok', 'failing') and h.served and h.oldest_due_at < now() - s.alert_backlog_age
    order by h.oldest_due_at limit 20`,
  ({ id, name, due, waited, limit }) =>
    warning(`${due} deliveries to ${name} (${id}) wait, the first for ${waited}.`, `Its receiver is slow, or its rate limit (${limit ?? 'none'} a minute) or max_in_flight is low: raise them, or start more workers.`),
)

export const deadLetters = byQuery<{ letters: number; oldest: Date | null; most: number }>(
  'dead letters',
  `select dead_letters::integer as letters, oldest_dead_letter_at as oldest, s.alert_dead_letters as most from webhooks.queue_health, webhooks.settings as s`,
  ({ letters, oldest, most }) =>
    letters > most ? warning(`There are ${letters} dead letters, the oldest of ${oldest?.toISOString() ?? 'unknown age'}.`, 'rowhook deliveries list --status failed says why; rowhook recover <endpoint> sends them again.') : undefined,
)

export const failingEndpoints = byQuery<{ id: string; name: string; state: string; since: string | null; credentials: Date | null }>(
  'endpoints',
  `select endpoint_id as id, coalesce(nullif(name, ''), url) as name, state, date_trunc('second', now() - failing_since)::text as since, credentials_refused_at as credentials
     from webhooks.endpoint_health where state like 'circuit%' or credentials_refused_at is not null order by failing_since limit 20`,
  ({ id, name, state, since, credentials }) =>
    credentials ? warning(`The receiver of ${name} (${id}) refuses the credentials.`, 'Tell its owner, or give the endpoint new headers or OAuth 2 credentials.')
    : warning(`${name} (${id}) has failed for ${since ?? 'a while'} (${state}).`, `rowhook deliveries list --endpoint ${id} shows the answers; tell its owner.`),
)

/** Weeks that should exist ahead; the task makes eight. */
const LEAST_WEEKS = 4

export const partitions: Check = {
  name: 'partitions',
  ask: async ({ client }) => {
    const { rows } = await client.query<{ parent: string; weeks: number; later: number; late: number }>(
      `select l.parent,
              coalesce(floor(extract(epoch from max(l.ends) - now()) / 604800), 0)::integer as weeks,
              coalesce(max(l.estimated_rows) filter (where l.ends is null), 0)::integer as later,
              (count(*) filter (where l.is_past and l.name !~ '_earlier$' and l.drop_at < now() - interval '2 days'))::integer as late
         from webhooks_private.log_partitions() as l group by l.parent order by l.parent`,
    )
    const remedy = 'rowhook partitions --run does it now. A worker does it every hour: does one run?'
    return rows.flatMap(({ parent, weeks, later, late }) => [
      ...(weeks < LEAST_WEEKS ? [fault(`Table ${parent} has partitions for ${Math.max(0, weeks)} weeks ahead, not 8.`, remedy)] : []),
      ...(later > 0 ? [warning(`About ${later} rows of ${parent} lie in its open-ended partition.`, remedy)] : []),
      ...(late > 0 ? [warning(`${late} partitions of ${parent} should have been dropped two days ago.`, `${remedy} If it does not help, an open delivery or a long transaction holds them.`)] : []),
    ])
  },
}

export const jobs = byQuery<{ task: string; jobs: number }>(
  'jobs',
  'select task, jobs::integer from webhooks_private.stuck_jobs()',
  ({ task, jobs }) => warning(`${jobs} jobs ${task} have been locked for more than 15 minutes.`, 'A worker that died without the others noticing: they are freed after four hours, or by select graphile_worker.force_unlock_workers(…).'),
)

export const alerts = byQuery<{ kind: string; subject: string; summary: string }>(
  'open alerts',
  'select kind, subject, summary from webhooks.alerts where resolved_at is null order by fired_at limit 20',
  ({ kind, summary }) => warning(summary, `docs/operating.md, "${kind}".`),
)
