-- Up Migration
-- What is an alert: each kind a short question whose answer costs little, however large the log is.

insert into webhooks.event_types (name, description, json_schema, example) values
  ('alert.fired',
   'Operational: something needs an operator''s attention.',
   '{"type":"object","properties":{"kind":{"type":"string"},"subject":{"type":"string"},"summary":{"type":"string"},"details":{"type":"object"}},"required":["kind","summary"]}',
   '{"kind":"dead_letters","subject":"","summary":"There are 12 dead letters, more than 10.","details":{"count":12}}'),
  ('alert.resolved',
   'Operational: an alert is over.',
   '{"type":"object","properties":{"kind":{"type":"string"},"subject":{"type":"string"},"summary":{"type":"string"},"details":{"type":"object"}},"required":["kind","summary"]}',
   '{"kind":"dead_letters","subject":"","summary":"There are 12 dead letters, more than 10.","details":{"count":12}}');

create table webhooks_private.alert_notices (
  alert_id  uuid        not null,
  channel   text        not null,
  told_at   timestamptz not null,
  resolved  boolean     not null default false,

  constraint alert_notices_pkey        primary key (alert_id, channel),
  constraint alert_notices_of_an_alert foreign key (alert_id) references webhooks.alerts (id) on delete cascade
);
comment on table  webhooks_private.alert_notices          is 'What each channel has been told of an alert. A channel that fails is told later.';
comment on column webhooks_private.alert_notices.alert_id is 'The alert.';
comment on column webhooks_private.alert_notices.channel  is 'slack or email.';
comment on column webhooks_private.alert_notices.told_at  is 'When it was told last.';
comment on column webhooks_private.alert_notices.resolved is 'Whether it was told that the alert is over.';
alter table webhooks_private.alert_notices enable row level security, force row level security;
create policy owner_does_all on webhooks_private.alert_notices to rowhook_owner using (true) with check (true);

create function webhooks_private.tg_alerts__tell() returns trigger
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp as $$
begin
  if tg_op = 'INSERT' or (new.resolved_at is not null and old.resolved_at is null) then
    perform webhooks_private.tell_operators(
              case when tg_op = 'INSERT' then 'alert.fired' else 'alert.resolved' end, null, 'alert', new.id::text,
              json_build_object('kind', new.kind, 'subject', new.subject, 'summary', new.summary, 'details', new.details));
  end if;
  return null;
end
$$;
comment on function webhooks_private.tg_alerts__tell() is
  'Makes an operational event of an alert that fires or is resolved.';
create trigger _500_tell
  after insert or update on webhooks.alerts
  for each row execute function webhooks_private.tg_alerts__tell();

create function webhooks_private.earliest_due(as_of timestamptz default now(), out endpoint_id uuid, out due_at timestamptz)
language sql stable
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
begin atomic
  select d.endpoint_id, d.due_at
    from webhooks_private.lanes_due      as d
    join webhooks.endpoints              as p on p.id = d.endpoint_id
    left join webhooks_private.lanes     as l on l.endpoint_id = p.id
   where p.is_active
     and p.paused_at is null
     and p.deleted_at is null
     and coalesce(l.held_until, '-infinity') <= as_of
     and d.due_at <= as_of
     and webhooks_private.why_nothing_is_sent(p.tenant_id) is null
   order by d.due_at
   limit 1;
end;
comment on function webhooks_private.earliest_due(timestamptz) is
  'The delivery that has waited longest among the endpoints that may be sent to; no row: nothing waits.';

create function webhooks_private.troubles(as_of timestamptz default now())
returns table (kind text, subject text, summary text, details jsonb)
language sql stable
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
begin atomic
  with rules as (select * from webhooks.settings),
       recent as (select * from webhooks_private.traffic_since(as_of - interval '15 minutes', as_of)),
       today  as (select * from webhooks_private.traffic_since(as_of - interval '24 hours', as_of)),
       letters as (select count(*) as count, min(f.finished_at) as oldest
                     from (select d.finished_at from webhooks.deliveries as d where d.status = 'failed' order by d.id limit 10000) as f)
  select 'dead_letters', '', format('There are %s dead letters, more than %s.', case when l.count < 10000 then l.count::text else '10,000 or more' end, r.alert_dead_letters),
         jsonb_build_object('count', l.count)
    from letters as l, rules as r where l.count > r.alert_dead_letters
  union all
  select 'dead_letter_age', '', format('The oldest dead letter failed at %s, more than %s ago.', date_trunc('second', l.oldest), r.alert_dead_letter_age), jsonb_build_object('oldest', l.oldest)
    from letters as l, rules as r where l.oldest < as_of - r.alert_dead_letter_age
  union all
  select 'retry_rate', '', format('%s %% of the attempts of the last 15 minutes must be repeated, more than %s %%.', round(100.0 * t.retried / t.attempts, 1), round((100 * r.alert_retry_rate)::numeric, 1)),
         jsonb_build_object('attempts', t.attempts, 'retried', t.retried)
    from recent as t, rules as r where t.attempts >= 20 and t.retried > r.alert_retry_rate * t.attempts
  union all
  select 'error_rate', '', format('%s %% of the deliveries of the last 15 minutes failed for good, more than %s %%.', round(100.0 * t.failed / (t.failed + t.succeeded), 1), round((100 * r.alert_error_rate)::numeric, 1)),
         jsonb_build_object('failed', t.failed, 'succeeded', t.succeeded)
    from recent as t, rules as r where t.failed + t.succeeded >= 20 and t.failed > r.alert_error_rate * (t.failed + t.succeeded)
  union all
  select 'p95_latency', '', format('The 95th percentile of response times of the last 15 minutes is %s ms, more than %s ms.', round(t.p95_ms), r.alert_p95_ms),
         jsonb_build_object('p95_ms', round(t.p95_ms), 'attempts', t.attempts)
    from recent as t, rules as r where t.attempts >= 20 and t.p95_ms > r.alert_p95_ms
  union all
  select 'availability', '', format('%s %% of the deliveries of the last 24 hours succeeded, fewer than %s %%.', round(100.0 * t.succeeded / (t.failed + t.succeeded), 2), round((100 * r.alert_availability)::numeric, 2)),
         jsonb_build_object('failed', t.failed, 'succeeded', t.succeeded)
    from today as t, rules as r where t.failed + t.succeeded >= 100 and t.succeeded < r.alert_availability * (t.failed + t.succeeded)
  union all
  select 'backlog_age', '', format('A delivery to endpoint %s has been due for %s, longer than %s.', d.endpoint_id, date_trunc('second', as_of - d.due_at), r.alert_backlog_age),
         jsonb_build_object('endpoint_id', d.endpoint_id, 'due_at', d.due_at)
    from webhooks_private.earliest_due(as_of) as d, rules as r where d.due_at < as_of - r.alert_backlog_age
  union all
  select 'worker_lost', w.id::text, format('Worker %s on %s ended without saying so at %s; the others took over its work.', w.id, w.host, date_trunc('second', w.ended_at)),
         jsonb_build_object('worker_id', w.id, 'host', w.host, 'pid', w.pid)
    from webhooks_private.workers as w where w.ended_how = 'died' and w.ended_at > as_of - interval '15 minutes'
  union all
  select 'quarantined', q.endpoint_id::text,
         format('%s of the last day to endpoint %s had to be set aside; the newest, %s: %s', case when count(*) = 1 then 'A delivery' else count(*) || ' deliveries' end,
                q.endpoint_id, (array_agg(q.id order by q.id desc))[1], substr((array_agg(q.last_error order by q.id desc))[1], 14)),
         jsonb_build_object('endpoint_id', q.endpoint_id, 'deliveries', count(*), 'newest', (array_agg(q.id order by q.id desc))[1])
    from (select d.id, d.endpoint_id, d.last_error, d.finished_at from webhooks.deliveries as d where d.status = 'failed' order by d.id desc limit 10000) as q
   where q.last_error like 'quarantined: %' and q.finished_at > as_of - interval '1 day'
   group by q.endpoint_id
  union all
  select 'circle', concat(c.tenant_id, ' ', c.event_type), (array_agg(c.summary order by c.id desc))[1], jsonb_build_object('tenant_id', c.tenant_id, 'event_type', c.event_type, 'last_event_id', (array_agg(c.event_id order by c.id desc))[1])
    from (select e.id, e.data ->> 'tenant_id' as tenant_id, e.data ->> 'event_type' as event_type, e.data ->> 'summary' as summary, e.data ->> 'event_id' as event_id
            from webhooks.events as e
           where e.resource_id = 'circle' and e.type = 'circle.stopped' and e.tenant_id = 'rowhook' and e.id >= webhooks_private.least_id(as_of - interval '1 hour')) as c
   group by c.tenant_id, c.event_type
  union all
  select 'capture_failed', f.relation, format('Writes to %s are not captured, wholly or in part: %s', f.relation, f.problem), jsonb_build_object('table', f.relation, 'problem', f.problem)
    from (select distinct r.relation::text as relation from webhooks.capture_rules as r) as watched
   cross join lateral (
         select watched.relation, e.data ->> 'problem' as problem
           from webhooks.events as e
          where e.resource_id = watched.relation and e.type = 'capture.failed' and e.tenant_id = 'rowhook' and e.id >= webhooks_private.least_id(as_of - interval '15 minutes')
          order by e.id desc
          limit 1) as f
  union all
  select 'sealed_endpoint', p.id::text, format('Deliveries to endpoint %s wait: its secrets do not open with the keys of the workers.', p.id),
         jsonb_build_object('endpoint_id', p.id, 'tenant_id', p.tenant_id)
    from webhooks_private.lanes as l join webhooks.endpoints as p on p.id = l.endpoint_id
   where l.held_reason = 'sealed' and l.held_until > as_of - interval '1 minute' and p.deleted_at is null
  union all
  select 'partitions_ahead', l.parent, format('Table %s has partitions until %s only.', l.parent, coalesce(max(l.ends)::date::text, 'now')), jsonb_build_object('until', max(l.ends))
    from webhooks_private.partition_bounds(as_of) as l group by l.parent having coalesce(max(l.ends), '-infinity') < as_of + interval '4 weeks';
end;
comment on function webhooks_private.troubles(timestamptz) is
  'What is an alert now, but for those kinds that others set as they find them (unserved_lane by the sweeper, expiring_deliveries by retention, audit_chain and missing_deliveries by proofs).';

create function webhooks_private.evaluate_alerts(as_of timestamptz default now()) returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
begin
  perform webhooks_private.set_alerts(k.kind,
                                      coalesce(array_agg(t.subject order by t.subject) filter (where t.kind is not null), '{}'),
                                      array_agg(t.summary order by t.subject) filter (where t.kind is not null),
                                      array_agg(t.details order by t.subject) filter (where t.kind is not null), as_of)
     from unnest(array['dead_letters', 'dead_letter_age', 'retry_rate', 'error_rate', 'p95_latency', 'availability', 'backlog_age', 'worker_lost', 'quarantined', 'circle', 'capture_failed', 'sealed_endpoint', 'partitions_ahead']) as k (kind)
     left join webhooks_private.troubles(as_of) as t on t.kind = k.kind
    group by k.kind;
end
$$;
comment on function webhooks_private.evaluate_alerts(timestamptz) is
  'Fires and resolves alerts by what is in trouble now. Called every minute.';

create function webhooks_private.pending_notices(channel text, as_of timestamptz default now())
returns table (alert_id uuid, what text, kind text, subject text, summary text, fired_at timestamptz, resolved_at timestamptz)
language sql stable
set search_path = pg_catalog, pg_temp
begin atomic
  select a.id,
         case when a.resolved_at is not null then 'resolved' when n.alert_id is null then 'fired' else 'still open' end,
         a.kind, a.subject, a.summary, a.fired_at, a.resolved_at
    from webhooks.alerts as a
   cross join webhooks.settings as s
    left join webhooks_private.alert_notices as n on n.alert_id = a.id and n.channel = pending_notices.channel
   where case when a.resolved_at is null then n.alert_id is null or (a.acknowledged_at is null and n.told_at <= as_of - s.alert_repeat)
              else not coalesce(n.resolved, false) and a.resolved_at > as_of - interval '1 day' end
   order by a.fired_at
   limit 50;
end;
comment on function webhooks_private.pending_notices(text, timestamptz) is
  'What a channel is to be told now: alerts that fired, are open for another alert_repeat and acknowledged by nobody, or are over. What was over before it could be told is told too.';

create function webhooks_private.note_told(channel text, alert_ids uuid[], as_of timestamptz default now()) returns void
language sql volatile
set search_path = pg_catalog, pg_temp
begin atomic
  insert into webhooks_private.alert_notices as n (alert_id, channel, told_at, resolved)
  select a.id, note_told.channel, as_of, a.resolved_at is not null from webhooks.alerts as a where a.id = any (alert_ids)
      on conflict (alert_id, channel) do update set told_at = excluded.told_at, resolved = excluded.resolved;
  update webhooks.alerts as a set notified_at = as_of where a.id = any (alert_ids);
end;
comment on function webhooks_private.note_told(text, uuid[], timestamptz) is
  'A channel has taken these notices.';

create function webhooks.acknowledge_alert(id uuid, note text default null) returns webhooks.alerts
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
declare
  remark constant text := trim(coalesce(acknowledge_alert.note, ''));
  result webhooks.alerts;
begin
  perform webhooks_private.must_have_all_tenants();
  if length(remark) > 1000 then
    raise exception using errcode = 'WHVAL', column = 'note',
      message = 'The note is longer than 1,000 characters.',
      detail  = format('It has %s.', length(remark)),
      hint    = 'Say who looks after it and what is known; the rest belongs where incidents are kept.';
  end if;
  update webhooks.alerts as a
     set acknowledged_at = now(),
         acknowledged_by = coalesce(nullif(current_setting('rowhook.user', true), ''), session_user),
         acknowledgement = remark
   where a.id = acknowledge_alert.id
     and a.resolved_at is null
  returning a.* into result;
  if result.id is not null then
    perform webhooks_private.audit('alert.acknowledged', null, 'alert', result.id::text,
                                   jsonb_build_object('kind', result.kind, 'subject', result.subject, 'note', remark));
    return result;
  end if;
  select a.* into result from webhooks.alerts as a where a.id = acknowledge_alert.id;
  if result.id is null then
    raise exception using errcode = 'WHNOF',
      message = format('There is no alert %L.', acknowledge_alert.id),
      detail  = 'Alerts are kept for 90 days after they are over.',
      hint    = 'webhooks.alerts lists them.';
  end if;
  raise exception using errcode = 'WHDON',
    message = 'The alert is over.',
    detail  = format('It ended at %s, so there is nothing left to look after.', date_trunc('second', result.resolved_at)),
    hint    = 'If the trouble comes back, it is another alert: acknowledge that one.';
end
$$;
comment on function webhooks.acknowledge_alert(uuid, text) is
  'Says that somebody looks after an open alert: until it is over it is not told again. Once more: the latest who and note hold. Audited. Returns the alert.';

grant execute on function webhooks.acknowledge_alert(uuid, text)
   to rowhook_dba, rowhook_operator;

-- Down Migration
drop function webhooks.acknowledge_alert(uuid, text);
drop function webhooks_private.note_told(text, uuid[], timestamptz);
drop function webhooks_private.pending_notices(text, timestamptz);
drop function webhooks_private.evaluate_alerts(timestamptz);
drop function webhooks_private.troubles(timestamptz);
drop function webhooks_private.earliest_due(timestamptz);
drop trigger _500_tell on webhooks.alerts;
drop function webhooks_private.tg_alerts__tell();
drop table webhooks_private.alert_notices;
delete from webhooks.event_types where name in ('alert.fired', 'alert.resolved');
