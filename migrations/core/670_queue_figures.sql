-- Up Migration
-- The queue in figures for a scrape: bounded counts and single probes, whatever the size of the log.

create function webhooks_private.queue_figures(as_of timestamptz default now())
returns table (due bigint, due_age_seconds double precision, dead_letters bigint, circuits jsonb, held bigint,
               workers_alive bigint, workers_silent bigint, alerts_open jsonb, endpoints_active bigint, sending boolean)
language sql stable
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
begin atomic
  select (select count(*) from (
            select from webhooks.endpoints as p cross join lateral (
              select from webhooks.deliveries as d
               where d.endpoint_id = p.id and d.status in ('pending', 'retrying') and d.order_key is null and d.next_retry_at <= as_of
               union all
              select from webhooks.deliveries as d
               where d.endpoint_id = p.id and d.status in ('pending', 'retrying') and d.order_key is not null and d.next_retry_at <= as_of) as d
             limit 10000) as bounded),
         coalesce((select extract(epoch from as_of - e.due_at)::double precision from webhooks_private.earliest_due(as_of) as e), 0),
         (select count(*) from (select from webhooks.deliveries as d where d.status = 'failed' limit 10000) as bounded),
         -- Of endpoints that may be sent to: a deleted or disabled one leaves its circuit as it was, for ever.
         (select jsonb_build_object('open', count(*) filter (where c.circuit = 'open' and not c.is_over), 'half-open', count(*) filter (where c.circuit = 'half-open' or c.is_over))
            from (select l.circuit, coalesce(l.held_until <= as_of, false) as is_over
                    from webhooks_private.lanes as l
                    join webhooks.endpoints     as p on p.id = l.endpoint_id
                   where l.circuit <> 'closed' and p.is_active and p.deleted_at is null) as c),
         (select count(*) from webhooks_private.lanes as l where l.held_until > as_of),
         (select count(*) from webhooks_private.workers as w where w.ended_at is null and w.heartbeat_at >  as_of - interval '10 seconds'),
         (select count(*) from webhooks_private.workers as w where w.ended_at is null and w.heartbeat_at <= as_of - interval '10 seconds'),
         (select coalesce(jsonb_object_agg(a.kind, a.count), '{}') from (select o.kind, count(*) from webhooks.alerts as o where o.resolved_at is null group by o.kind) as a),
         (select count(*) from webhooks.endpoints as p where p.is_active and p.deleted_at is null),
         s.sending
    from webhooks.settings as s;
end;
comment on function webhooks_private.queue_figures(timestamptz) is
  'The queue for a scrape of metrics. due and dead_letters are counted up to 10,000; circuits: by state, but the closed ones; one whose pause is over counts as half-open. due_age_seconds is that of the delivery that waits longest, 0 when none does.';

-- graphile-worker shows its jobs to their owner alone, and a DBA asks rowhook doctor too. Its text is no dependency: graphile-worker may make the view anew.
create function webhooks_private.stuck_jobs(as_of timestamptz default now()) returns table (task text, jobs bigint)
language sql stable security definer
set search_path = pg_catalog, pg_temp as $$
  select j.task_identifier, count(*)
    from graphile_worker.jobs as j
   where j.locked_at < as_of - interval '15 minutes'
   group by j.task_identifier
$$;
comment on function webhooks_private.stuck_jobs(timestamptz) is
  'Jobs by task that have been locked for more than 15 minutes: of a worker that died without the others noticing.';
revoke execute on function webhooks_private.stuck_jobs(timestamptz) from public;
grant  execute on function webhooks_private.stuck_jobs(timestamptz) to rowhook_dba;

-- Down Migration
drop function webhooks_private.stuck_jobs(timestamptz);
drop function webhooks_private.queue_figures(timestamptz);
