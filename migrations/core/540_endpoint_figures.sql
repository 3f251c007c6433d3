-- Up Migration
-- What became of the deliveries of endpoints over time, for charts.

/*
 * A chart reads at most 30,000 deliveries, however many there are (7 µs each, most of it the heap): each bucket has an equal
 * share of them and is counted from its beginning. One that holds more than its share is extrapolated by the time that the share took, and says so.
 * Rows are priced up (cpu_tuple_cost), so that the planner takes the index of the tenant or endpoint: by the key it would
 * read the rows of all others in the bucket too (0.75 s for a twentieth of a million).
 */
create function webhooks_private.chart_of(period interval, bucket interval, charts integer default 1, out first_at timestamptz, out share integer)
language plpgsql stable
set search_path = pg_catalog, pg_temp as $$
declare
  buckets double precision;
begin
  if chart_of.bucket is null or chart_of.period is null or chart_of.bucket < '1 second'
     or extract(month from chart_of.bucket) <> 0 or extract(year from chart_of.bucket) <> 0 then
    raise exception using errcode = 'WHVAL', column = 'bucket',
      message = format('A bucket cannot be %s long.', coalesce(chart_of.bucket::text, 'null')),
      detail  = 'It is a second or more, in units of fixed length (weeks, days, hours, minutes, seconds).',
      hint    = 'Take an hour for a day, a day for a month.';
  end if;
  buckets := extract(epoch from chart_of.period) / extract(epoch from chart_of.bucket);
  if buckets not between 1 and 1000 then
    raise exception using errcode = 'WHVAL', column = 'bucket',
      message = format('%s in buckets of %s are none or too many.', chart_of.period, chart_of.bucket),
      detail  = '1 to 1,000 buckets are possible.',
      hint    = 'Take larger buckets, or a shorter time.';
  end if;
  first_at := date_bin(chart_of.bucket, now() - chart_of.period, '2000-01-01');
  share    := greatest(30000 / greatest(chart_of.charts, 1) / (floor(buckets)::integer + 1), 20);
end
$$;
comment on function webhooks_private.chart_of(interval, interval, integer) is
  'When the first bucket of a chart begins, and how many rows each bucket may read. Raises WHVAL for a bucket that is too short, of no fixed length, or one of more than 1,000.';

create function webhooks_private.scaled(counted bigint, factor double precision) returns bigint
language sql immutable parallel safe
return round(counted * factor)::bigint;
comment on function webhooks_private.scaled(bigint, double precision) is
  'A count of a part, for the whole.';

create function webhooks_private.factor_of(last_id uuid, starts timestamptz, ends timestamptz) returns double precision
language sql stable
return greatest(1, extract(epoch from least(ends, now()) - starts)
                   / greatest(extract(epoch from webhooks.occurred_at(last_id) - starts), 0.001));
comment on function webhooks_private.factor_of(uuid, timestamptz, timestamptz) is
  'How many times what was counted up to a row a bucket holds, by the time that lies before the row.';

/*
 * Of an endpoint or of a tenant: the other one is null, and no row of it is looked for. It is small enough for the planner to copy it into
 * the query that calls it for each bucket.
 */
create function webhooks_private.bucket_counts(endpoint_id uuid, tenant_id text, first_id uuid, end_id uuid, share integer)
returns table (deliveries bigint, succeeded bigint, failed bigint, open bigint, retried bigint, last_id uuid, times integer[])
language sql stable
begin atomic
  select count(*),
         count(*) filter (where d.status = 'success'),
         count(*) filter (where d.status in ('failed', 'expired')),
         count(*) filter (where d.status in ('pending', 'retrying')),
         count(*) filter (where d.attempts > 1),
         max(d.id::text collate "C")::uuid,
         percentile_disc(array[0.5, 0.95]) within group (order by d.response_time_ms)
    from ((select o.id, o.status, o.attempts, o.response_time_ms
             from webhooks.deliveries as o
            where o.endpoint_id = bucket_counts.endpoint_id and o.id >= first_id and o.id < end_id
            order by o.id
            limit share)
           union all
          (select o.id, o.status, o.attempts, o.response_time_ms
             from webhooks.deliveries as o
            where o.tenant_id = bucket_counts.tenant_id and o.id >= first_id and o.id < end_id
            order by o.id
            limit share)) as d;
end;
comment on function webhooks_private.bucket_counts(uuid, text, uuid, uuid, integer) is
  'What became of the first deliveries, up to a share, of an endpoint or of a tenant within a range of keys, which was the last of them, and how long half and 95 of 100 answers took at most.';

create function webhooks.endpoint_series(endpoint_ids uuid[], period interval default '24 hours', bucket interval default '1 hour')
returns table (endpoint_id uuid, at timestamptz, deliveries bigint, succeeded bigint, failed bigint, open bigint, retried bigint,
               p50_ms integer, p95_ms integer, estimated boolean)
language plpgsql stable
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set cpu_tuple_cost = 0.1 as $$
#variable_conflict use_column
declare
  chart record := webhooks_private.chart_of(endpoint_series.period, endpoint_series.bucket, cardinality(endpoint_series.endpoint_ids));
begin
  return query
  select e.id, s.at, webhooks_private.scaled(c.deliveries, f), webhooks_private.scaled(c.succeeded, f), webhooks_private.scaled(c.failed, f),
         webhooks_private.scaled(c.open, f), webhooks_private.scaled(c.retried, f), c.times[1], c.times[2], c.deliveries >= chart.share
    from unnest(endpoint_series.endpoint_ids) as e (id)
   cross join generate_series(chart.first_at, now(), endpoint_series.bucket) as s (at)
   cross join lateral webhooks_private.bucket_counts(e.id, null, webhooks_private.least_id(s.at), webhooks_private.least_id(s.at + endpoint_series.bucket), chart.share) as c
   cross join lateral (
         select case when c.deliveries < chart.share then 1
                     else webhooks_private.factor_of(c.last_id, s.at, s.at + endpoint_series.bucket) end as f) as scale
   order by e.id, s.at;
end
$$;
comment on function webhooks.endpoint_series(uuid[], interval, interval) is
  'The deliveries of endpoints whose events happened within the period, counted by bucket: what became of them so far, and how long answers took. '
  'Reads 30,000 rows at most for all; a bucket that holds more than its share is estimated.';

grant execute on function webhooks.endpoint_series(uuid[], interval, interval)
   to rowhook_dba, rowhook_viewer, rowhook_manager, rowhook_tenant_owner, rowhook_operator;
grant execute on function webhooks_private.chart_of(interval, interval, integer), webhooks_private.scaled(bigint, double precision),
                          webhooks_private.factor_of(uuid, timestamptz, timestamptz), webhooks_private.bucket_counts(uuid, text, uuid, uuid, integer)
   to rowhook_dba, rowhook_viewer, rowhook_manager, rowhook_tenant_owner, rowhook_operator;

-- Down Migration
drop function webhooks.endpoint_series(uuid[], interval, interval);
drop function webhooks_private.bucket_counts(uuid, text, uuid, uuid, integer);
drop function webhooks_private.factor_of(uuid, timestamptz, timestamptz);
drop function webhooks_private.scaled(bigint, double precision);
drop function webhooks_private.chart_of(interval, interval, integer);
