/** Checks of what people have set: watched tables, switches, and settings that contradict one another. */
import { byQuery, fault, warning, type Check, type Problem } from './check.ts'

export const capture = byQuery<{ relation_name: string; event: string; problem: string }>(
  'watched tables',
  'select relation_name, event, problem from webhooks.capture_problems()',
  ({ relation_name, event, problem }) => fault(`Event ${event} of ${relation_name} is no longer captured as it should be: ${problem}`, `Correct it and watch it again (rowhook watch ${relation_name} …), or rowhook unwatch ${relation_name}.`),
)

/** A partition that was attached later has the row triggers of its parent; disabled ones are silent all the same. */
export const partitionTriggers = byQuery<{ relation: string; trigger: string }>(
  'partitions of watched tables',
  `select t.tgrelid::regclass::text as relation, t.tgname as trigger
     from webhooks.capture_rules as r
    cross join lateral pg_partition_tree(r.relation) as tree
     join pg_trigger as t on t.tgrelid = tree.relid and t.tgname ~ '_capture_' and t.tgenabled not in ('O', 'A')
    where tree.relid <> r.relation
    group by 1, 2`,
  ({ relation, trigger }) => fault(`Trigger ${trigger} of partition ${relation} is disabled.`, `alter table ${relation} enable trigger ${trigger};`),
)

export const switches: Check = {
  name: 'switches',
  ask: async ({ client, outboundEnabled }) => {
    const { rows } = await client.query<{ what: string; remedy: string }>(
      `select 'Sending is switched off for everybody.' as what, 'rowhook settings sending=true' as remedy from webhooks.settings where not sending
       union all select 'Capture is switched off: watched tables make no events, and what happens meanwhile is lost.', 'rowhook settings capture=true' from webhooks.settings where not capture
       union all select format('Sending is switched off for tenant %s.', tenant_id), format('rowhook settings --tenant %s sending=true', tenant_id) from webhooks.tenant_settings where not sending
       union all select format('Event type %s is disabled: its events are delivered to nobody.', name), format('update webhooks.event_types set enabled = true where name = %L;', name) from webhooks.event_types where not enabled`,
    )
    const found = rows.map(({ what, remedy }) => warning(what, remedy))
    return outboundEnabled ? found : [...found, warning('OUTBOUND_WEBHOOKS_ENABLED is false here: a worker with this environment sends nothing.', 'Unset it where something is to be sent.')]
  },
}

type Facts = {
  readonly allow_http: boolean
  readonly shortest_log: boolean
  readonly letters_outlive: boolean
  readonly retries_outlive: boolean
  readonly letters_unseen: boolean
  readonly http_endpoints: number
}

export const settings: Check = {
  name: 'settings',
  ask: async ({ client, allowHttp }) => {
    const { rows } = await client.query<Facts>(
      `with waits as (
         select p.id, (select coalesce(sum(w), '0') from unnest(p.retry_schedule[1 : greatest(p.max_attempts - 1, 1)]) as w)
                      + greatest(p.max_attempts - 1 - cardinality(p.retry_schedule), 0) * p.retry_schedule[cardinality(p.retry_schedule)] as longest
           from webhooks.endpoints as p where p.deleted_at is null)
       select s.allow_http,
              coalesce(s.attempt_retention < (select max(longest) from waits), false) as shortest_log,
              s.dead_letter_ttl > s.event_retention                  as letters_outlive,
              coalesce(s.event_retention < (select max(longest) from waits), false)   as retries_outlive,
              s.alert_dead_letter_age > s.dead_letter_ttl            as letters_unseen,
              (select count(*)::integer from webhooks.endpoints as p where p.url ~* '^http:' and p.is_active and p.deleted_at is null) as http_endpoints
         from webhooks.settings as s`,
    )
    const is = rows[0]!
    const found: (Problem | false)[] = [
      is.retries_outlive && fault('An endpoint retries for longer than settings.event_retention: its deliveries expire before their last attempt.', 'Lengthen event_retention, or shorten the retry_schedule of the endpoint.'),
      is.shortest_log && warning('An endpoint retries for longer than settings.attempt_retention: its first attempts are gone before its last.', 'Lengthen attempt_retention.'),
      is.letters_outlive && warning('dead_letter_ttl is longer than event_retention: dead letters are dropped before they expire.', 'rowhook settings dead_letter_ttl="7 days"'),
      is.letters_unseen && warning('alert_dead_letter_age is longer than dead_letter_ttl: that alert can never fire.', 'rowhook settings alert_dead_letter_age="24 hours"'),
      is.allow_http !== allowHttp && warning(`The last worker to start had WEBHOOK_ALLOW_HTTP ${is.allow_http ? 'on' : 'off'}, and here it is ${allowHttp ? 'on' : 'off'}.`, 'Give all workers and this command the same environment.'),
      !is.allow_http && is.http_endpoints > 0 && fault(`${is.http_endpoints} active endpoints are http, which is no longer allowed.`, 'Give them https URLs, or set WEBHOOK_ALLOW_HTTP=true for the workers.'),
    ]
    return found.filter((each) => each !== false)
  },
}
