-- Up Migration
-- What workers have done, in sums a minute: rates and percentiles are read from here, and never from the log.

create function webhooks_private.traffic_bounds() returns integer[]
language sql immutable parallel safe
return array[5, 10, 25, 50, 100, 250, 500, 1000, 2000, 5000, 10000, 20000];
comment on function webhooks_private.traffic_bounds() is
  'Upper bounds of the buckets of webhooks_private.traffic.durations in milliseconds; the last bucket, without a bound, holds what took longer.';

create table webhooks_private.traffic (
  minute     timestamptz not null,
  attempts   bigint      not null default 0,
  retried    bigint      not null default 0,
  succeeded  bigint      not null default 0,
  failed     bigint      not null default 0,
  durations  bigint[]    not null,

  constraint traffic_pkey primary key (minute)
) with (fillfactor = 50);

comment on table  webhooks_private.traffic           is 'What workers have done, a row a minute. Kept for a week.';
comment on column webhooks_private.traffic.minute    is 'The minute in which it was recorded.';
comment on column webhooks_private.traffic.attempts  is 'Attempts that ended.';
comment on column webhooks_private.traffic.retried   is 'Those of them after which the delivery is tried again.';
comment on column webhooks_private.traffic.succeeded is 'Deliveries that succeeded.';
comment on column webhooks_private.traffic.failed    is 'Deliveries that failed for good.';
comment on column webhooks_private.traffic.durations is 'Attempts by duration: a count for each bucket of webhooks_private.traffic_bounds(), and one for what took longer.';

alter table webhooks_private.traffic enable row level security, force row level security;
create policy owner_does_all on webhooks_private.traffic to rowhook_owner using (true) with check (true);

create function webhooks_private.add_traffic(attempts bigint, retried bigint, succeeded bigint, failed bigint, durations bigint[], as_of timestamptz default now()) returns void
language sql volatile
set search_path = pg_catalog, pg_temp
begin atomic
  insert into webhooks_private.traffic as t (minute, attempts, retried, succeeded, failed, durations)
  values (date_trunc('minute', as_of), add_traffic.attempts, add_traffic.retried, add_traffic.succeeded, add_traffic.failed, add_traffic.durations)
      on conflict (minute) do update
     set attempts  = t.attempts  + excluded.attempts,
         retried   = t.retried   + excluded.retried,
         succeeded = t.succeeded + excluded.succeeded,
         failed    = t.failed    + excluded.failed,
         durations = array(select coalesce(had, 0) + coalesce(more, 0)
                             from unnest(t.durations, excluded.durations) with ordinality as bucket (had, more, place)
                            order by place);
end;
comment on function webhooks_private.add_traffic(bigint, bigint, bigint, bigint, bigint[], timestamptz) is
  'Adds what a worker has done since it last said so.';

create function webhooks_private.traffic_since(since timestamptz, until timestamptz, out attempts bigint, out retried bigint, out succeeded bigint, out failed bigint, out p95_ms double precision)
language sql stable
set search_path = pg_catalog, pg_temp
begin atomic
  with sums as (
    select coalesce(sum(t.attempts), 0) as attempts, coalesce(sum(t.retried), 0) as retried, coalesce(sum(t.succeeded), 0) as succeeded, coalesce(sum(t.failed), 0) as failed
      from webhooks_private.traffic as t
     where t.minute >= date_trunc('minute', since) and t.minute <= until
  ),
  buckets as (
    select place, sum(d.count) as count
      from webhooks_private.traffic as t
     cross join lateral unnest(t.durations) with ordinality as d (count, place)
     where t.minute >= date_trunc('minute', since) and t.minute <= until
     group by place
  ),
  cumulated as (
    select b.place, b.count,
           sum(b.count) over (order by b.place)           as up_to,
           sum(b.count) over ()                           as total,
           coalesce((webhooks_private.traffic_bounds())[b.place - 1], 0) as lower_ms,
           coalesce((webhooks_private.traffic_bounds())[b.place], 40000) as upper_ms
      from buckets as b
  )
  select s.attempts::bigint, s.retried::bigint, s.succeeded::bigint, s.failed::bigint,
         (select (c.lower_ms + (c.upper_ms - c.lower_ms) * (0.95 * c.total - (c.up_to - c.count)) / c.count)::double precision
            from cumulated as c where c.up_to >= 0.95 * c.total and c.count > 0 order by c.place limit 1)
    from sums as s;
end;
comment on function webhooks_private.traffic_since(timestamptz, timestamptz) is
  'The sums of a span of time, and the 95th percentile of the durations of attempts in milliseconds, interpolated within its bucket.';

-- Down Migration
drop function webhooks_private.traffic_since(timestamptz, timestamptz);
drop function webhooks_private.add_traffic(bigint, bigint, bigint, bigint, bigint[], timestamptz);
drop table webhooks_private.traffic;
drop function webhooks_private.traffic_bounds();
