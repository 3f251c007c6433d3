-- Up Migration
-- A tenant at a glance: its deliveries over time, and what waits or failed now.

create function webhooks.tenant_series(tenant_id text, period interval default '24 hours', bucket interval default '1 hour')
returns table (at timestamptz, deliveries bigint, succeeded bigint, failed bigint, open bigint, retried bigint,
               p50_ms integer, p95_ms integer, estimated boolean)
language plpgsql stable
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set cpu_tuple_cost = 0.1 as $$
#variable_conflict use_column
declare
  chart record := webhooks_private.chart_of(tenant_series.period, tenant_series.bucket);
begin
  return query
  select s.at, webhooks_private.scaled(c.deliveries, f), webhooks_private.scaled(c.succeeded, f), webhooks_private.scaled(c.failed, f),
         webhooks_private.scaled(c.open, f), webhooks_private.scaled(c.retried, f), c.times[1], c.times[2], c.deliveries >= chart.share
    from generate_series(chart.first_at, now(), tenant_series.bucket) as s (at)
   cross join lateral webhooks_private.bucket_counts(null, tenant_series.tenant_id, webhooks_private.least_id(s.at), webhooks_private.least_id(s.at + tenant_series.bucket), chart.share) as c
   cross join lateral (
         -- How many there are is read off the index, up to twenty times the share; what became of them is that of the share.
         select case when c.deliveries < chart.share then 1
                     when held.count < chart.share * 20 then held.count::double precision / chart.share
                     else 20 * webhooks_private.factor_of(held.last_id, s.at, s.at + tenant_series.bucket) end as f
           from (select count(*) as count, max(o.id::text collate "C")::uuid as last_id
                   from (select d.id
                           from webhooks.deliveries as d
                          where d.tenant_id = tenant_series.tenant_id
                            and d.id >= webhooks_private.least_id(s.at)
                            and d.id <  webhooks_private.least_id(s.at + tenant_series.bucket)
                          order by d.id
                          limit case when c.deliveries < chart.share then 0 else chart.share * 20 end) as o) as held) as scale
   order by s.at;
end
$$;
comment on function webhooks.tenant_series(text, interval, interval) is
  'The deliveries of a tenant whose events happened within the period, counted by bucket, as endpoint_series does it for endpoints.';

create function webhooks.tenant_summary(
  tenant_id text,
  since     timestamptz,
  out p50_ms            integer,
  out p95_ms            integer,
  out backlog           integer,
  out due               integer,
  out dead_letters      integer,
  out endpoints         integer,
  out failing_endpoints integer
)
language sql stable
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set cpu_tuple_cost = 0.1
begin atomic
  with answers as (
    select percentile_disc(array[0.5, 0.95]) within group (order by d.response_time_ms) as times
      from (select o.response_time_ms
              from webhooks.deliveries as o
             where o.tenant_id = tenant_summary.tenant_id and o.id >= webhooks_private.least_id(since)
             order by o.id desc
             limit 20000) as d
  ), open as (
    select count(*) as backlog, count(*) filter (where d.next_retry_at <= now()) as due
      from (select o.next_retry_at
              from webhooks.endpoints as p
             cross join lateral (
                   select d.next_retry_at from webhooks.deliveries as d
                    where d.endpoint_id = p.id and d.status in ('pending', 'retrying') and d.order_key is null
                    union all
                   select d.next_retry_at from webhooks.deliveries as d
                    where d.endpoint_id = p.id and d.status in ('pending', 'retrying') and d.order_key is not null) as o
             where p.tenant_id = tenant_summary.tenant_id
             limit 10000) as d
  ), letters as (
    select count(*) as count
      from (select from webhooks.deliveries as d
             where d.tenant_id = tenant_summary.tenant_id and d.status = 'failed'
             limit 10000) as d
  ), receivers as (
    select count(*) as count, count(*) filter (where p.is_active and s.failing_since is not null) as failing
      from webhooks.endpoints           as p
      left join webhooks.endpoint_stats as s on s.endpoint_id = p.id
     where p.tenant_id = tenant_summary.tenant_id and p.deleted_at is null
  )
  select a.times[1], a.times[2], o.backlog::integer, o.due::integer, l.count::integer, r.count::integer, r.failing::integer
    from answers as a, open as o, letters as l, receivers as r;
end;
comment on function webhooks.tenant_summary(text, timestamptz) is
  'How a tenant is now: percentiles of the answers to its newest 20,000 deliveries since a moment, open and due deliveries and dead letters (10,000 means that many or more), endpoints, and those whose last attempt failed.';

create function webhooks.tenants(after text default null, search text default null, at_most integer default 100)
returns table (id text, endpoints bigint, sending boolean)
language plpgsql stable security definer
set search_path = pg_catalog, pg_temp
set enable_seqscan = off as $$
#variable_conflict use_column
declare
  tenant text    := coalesce(tenants.after, '');
  wanted integer := least(greatest(coalesce(tenants.at_most, 100), 0), 1001); -- a page, and one that tells of the next
begin
  -- From one to the next by index, since a log of millions of rows has few tenants. A search that finds nothing ends too.
  for step in 1 .. 20000 loop
    exit when wanted = 0;
    select min(n.tenant_id) into tenant
      from ((select p.tenant_id from webhooks.endpoints       as p where p.tenant_id > tenant order by p.tenant_id limit 1) union all
            (select t.tenant_id from webhooks.tenant_settings as t where t.tenant_id > tenant order by t.tenant_id limit 1) union all
            (select k.tenant_id from webhooks.api_keys        as k where k.tenant_id > tenant order by k.tenant_id limit 1) union all
            (select e.tenant_id from webhooks.events          as e where e.tenant_id > tenant order by e.tenant_id limit 1)) as n;
    exit when tenant is null;
    if webhooks_private.caller_reaches(tenant) and (tenants.search is null or strpos(lower(tenant), lower(tenants.search)) > 0) then
      return query
      select tenant,
             (select count(*) from webhooks.endpoints as p where p.tenant_id = tenant and p.deleted_at is null),
             coalesce((select t.sending from webhooks.tenant_settings as t where t.tenant_id = tenant), true);
      wanted := wanted - 1;
    end if;
  end loop;
end
$$;
comment on function webhooks.tenants(text, text, integer) is
  'The tenants that have endpoints, settings, keys or events, by id after a given one, at most 1,000. A search takes those whose id holds the text, and looks at 20,000 tenants.';

grant execute on function webhooks.tenant_series(text, interval, interval), webhooks.tenant_summary(text, timestamptz)
   to rowhook_dba, rowhook_viewer, rowhook_manager, rowhook_tenant_owner, rowhook_operator;
grant execute on function webhooks.tenants(text, text, integer)
   to rowhook_dba, rowhook_operator;

-- Down Migration
drop function webhooks.tenants(text, text, integer);
drop function webhooks.tenant_summary(text, timestamptz);
drop function webhooks.tenant_series(text, interval, interval);
