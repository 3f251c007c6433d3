-- Up Migration
-- What became of an endpoint's deliveries over time, for charts; and what a role of the API may.

create function webhooks.endpoint_series(endpoint_id uuid, period interval default '24 hours', bucket interval default '1 hour')
returns table (at timestamptz, deliveries bigint, succeeded bigint, failed bigint, open bigint, retried bigint, p50_ms integer, p95_ms integer)
language plpgsql stable
set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
declare
  first_at timestamptz;
begin
  if endpoint_series.bucket is null or endpoint_series.period is null or endpoint_series.bucket < '1 second'
     or extract(month from endpoint_series.bucket) <> 0 or extract(year from endpoint_series.bucket) <> 0 then
    raise exception using errcode = 'WHVAL', column = 'bucket',
      message = format('A bucket cannot be %s long.', coalesce(endpoint_series.bucket::text, 'null')),
      detail  = 'It is a second or more, in units of fixed length (weeks, days, hours, minutes, seconds).',
      hint    = 'Take an hour for a day, a day for a month.';
  end if;
  if extract(epoch from endpoint_series.period) / extract(epoch from endpoint_series.bucket) not between 1 and 1000 then
    raise exception using errcode = 'WHVAL', column = 'bucket',
      message = format('%s in buckets of %s are none or too many.', endpoint_series.period, endpoint_series.bucket),
      detail  = '1 to 1,000 buckets are possible.',
      hint    = 'Take larger buckets, or a shorter time.';
  end if;
  first_at := date_bin(endpoint_series.bucket, now() - endpoint_series.period, '2000-01-01');
  return query
  with counted as (
    select date_bin(endpoint_series.bucket, webhooks.occurred_at(d.id), '2000-01-01') as bin,
           count(*)                                                          as deliveries,
           count(*) filter (where d.status = 'success')                      as succeeded,
           count(*) filter (where d.status in ('failed', 'expired'))         as failed,
           count(*) filter (where d.status in ('pending', 'retrying'))       as open,
           count(*) filter (where d.attempts > 1)                            as retried,
           percentile_disc(array[0.5, 0.95]) within group (order by d.response_time_ms) as times
      from webhooks.deliveries as d
     where d.endpoint_id = endpoint_series.endpoint_id
       and d.id >= webhooks_private.least_id(first_at)
     group by 1
  )
  select s.at, coalesce(c.deliveries, 0), coalesce(c.succeeded, 0), coalesce(c.failed, 0), coalesce(c.open, 0), coalesce(c.retried, 0),
         c.times[1], c.times[2]
    from generate_series(first_at, now(), endpoint_series.bucket) as s (at)
    left join counted as c on c.bin = s.at
   order by s.at;
end
$$;
comment on function webhooks.endpoint_series(uuid, interval, interval) is
  'The deliveries of an endpoint whose events happened within the period, counted by bucket: what became of them so far, and how long answers took.';

grant execute on function webhooks.endpoint_series(uuid, interval, interval)
   to rowhook_dba, rowhook_viewer, rowhook_manager, rowhook_tenant_owner, rowhook_operator;

-- Down Migration
drop function webhooks.endpoint_series(uuid, interval, interval);
