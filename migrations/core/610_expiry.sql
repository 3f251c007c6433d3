-- Up Migration
-- What is never delivered becomes expired: dead letters after a while, open deliveries when their week is about to go.

create function webhooks_private.set_alerts(kind text, subjects text[], summaries text[], details jsonb[], as_of timestamptz default now()) returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
begin
  update webhooks.alerts as a
     set resolved_at = as_of
   where a.kind = set_alerts.kind
     and a.resolved_at is null
     and a.subject <> all (subjects);
  insert into webhooks.alerts as a (kind, subject, summary, details, fired_at)
  select set_alerts.kind, trouble.subject, trouble.summary, trouble.details, as_of
    from unnest(subjects, summaries, set_alerts.details) as trouble (subject, summary, details)
      on conflict (kind, subject) where resolved_at is null do update
     set summary = excluded.summary,
         details = excluded.details
   where (a.summary, a.details) is distinct from (excluded.summary, excluded.details);
end
$$;
comment on function webhooks_private.set_alerts(text, text[], text[], jsonb[], timestamptz) is
  'The troubles of a kind that there are now: new ones fire, those that are no longer among them are resolved.';

create function webhooks_private.warn_of_expiry(as_of timestamptz default now()) returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
set timezone = 'UTC' as $$
declare
  subjects  text[];
  summaries text[];
  facts     jsonb[];
begin
  select array_agg(l.name order by l.ends),
         array_agg(format('%s deliveries of the week before %s are still open, and expire from %s on.',
                          case when o.deliveries < 10000 then o.deliveries::text else '10,000 or more' end,
                          l.ends::date, greatest(l.drop_at, as_of)::date) order by l.ends),
         array_agg(jsonb_build_object('open', o.deliveries, 'drop_at', l.drop_at) order by l.ends)
    into subjects, summaries, facts
    from webhooks_private.partition_bounds(as_of) as l
   cross join lateral (
         select count(*) as deliveries
           from webhooks_private.open_before(l.ends, coalesce(l.starts, '-infinity'))) as o
   where l.parent = 'deliveries'
     and l.drop_at <= as_of + interval '3 days'
     and o.deliveries > 0;
  perform webhooks_private.set_alerts('expiring_deliveries', coalesce(subjects, '{}'), summaries, facts, as_of);
end
$$;
comment on function webhooks_private.warn_of_expiry(timestamptz) is
  'Sets the alerts of kind expiring_deliveries: a week that is dropped within three days holds open deliveries.';

create function webhooks_private.expire_open(as_of timestamptz default now(), batch integer default 5000) returns integer
language plpgsql volatile
set search_path = pg_catalog, pg_temp
set enable_seqscan = off as $$
declare
  picked  uuid[];
  expired integer;
begin
  -- What a worker records at this moment is left for the next batch, so that nobody waits for anybody.
  select array_agg(o.id order by o.id)
    into picked
    from webhooks_private.partition_bounds(as_of) as l
    join webhooks.alerts as a on a.kind = 'expiring_deliveries' and a.subject = l.name and a.resolved_at is null
                             and a.fired_at <= as_of - interval '3 days'
   cross join lateral webhooks_private.open_before(l.ends, coalesce(l.starts, '-infinity'), batch) as o (id)
   where l.parent = 'deliveries'
     and l.is_past;
  picked := array(select d.id
                    from webhooks.deliveries as d
                   where d.id = any (picked)
                     and d.id between picked[1] and picked[cardinality(picked)] -- prunes partitions; = any alone does not
                     and d.status in ('pending', 'retrying')
                   order by d.id
                   limit batch
                     for update skip locked);
  update webhooks.deliveries as d
     set status        = 'expired',
         finished_at   = as_of,
         next_retry_at = null,
         last_error    = coalesce(d.last_error, 'It was still open when its time in the log was over.')
   where d.id = any (picked)
     and d.id between picked[1] and picked[cardinality(picked)];
  get diagnostics expired = row_count;
  return expired;
end
$$;
comment on function webhooks_private.expire_open(timestamptz, integer) is
  'Expires a batch of the open deliveries of weeks that are past their retention, three days after an alert said so. Returns how many.';

create function webhooks_private.expire_dead_letters(as_of timestamptz default now(), batch integer default 5000) returns integer
language plpgsql volatile
set search_path = pg_catalog, pg_temp
set enable_seqscan = off as $$
declare
  ended   timestamptz := (select as_of - s.dead_letter_ttl from webhooks.settings as s);
  picked  uuid[];
  expired integer;
begin
  picked := array(select d.id
                    from webhooks.deliveries as d
                   where d.status = 'failed'
                     and d.id < webhooks_private.least_id(ended) -- it failed after it happened
                     and d.finished_at <= ended
                   order by d.id
                   limit batch
                     for update skip locked);
  update webhooks.deliveries as d
     set status = 'expired'
   where d.id = any (picked)
     and d.id between picked[1] and picked[cardinality(picked)];
  get diagnostics expired = row_count;
  return expired;
end
$$;
comment on function webhooks_private.expire_dead_letters(timestamptz, integer) is
  'Expires a batch of the dead letters that are older than settings.dead_letter_ttl. Returns how many. recover still takes them.';

-- Down Migration
drop function webhooks_private.expire_dead_letters(timestamptz, integer);
drop function webhooks_private.expire_open(timestamptz, integer);
drop function webhooks_private.warn_of_expiry(timestamptz);
drop function webhooks_private.set_alerts(text, text[], text[], jsonb[], timestamptz);
