-- Up Migration
-- What a server looks at for those who watch live. Writers do nothing for it: a NOTIFY of theirs would make their commits queue.

create function webhooks_private.live_deliveries(endpoint_ids uuid[])
returns table (endpoint_id uuid, tenant_id text, id uuid, state text)
language sql stable security definer
set search_path = pg_catalog, pg_temp
begin atomic
  select p.id, p.tenant_id, d.id, concat_ws(' ', d.status, d.attempts, d.next_retry_at)
    from webhooks.endpoints as p
   cross join lateral (
           select n.* from (select o.id, o.status, o.attempts, o.next_retry_at
                              from webhooks.deliveries as o
                             where o.endpoint_id = p.id
                             order by o.id desc
                             limit 100) as n
            union
           select n.* from (select o.id, o.status, o.attempts, o.next_retry_at
                              from webhooks.deliveries as o
                             where o.endpoint_id = p.id and o.status in ('pending', 'retrying') and o.order_key is null
                             order by o.next_retry_at, o.id
                             limit 200) as n
            union
           select n.* from (select o.id, o.status, o.attempts, o.next_retry_at
                              from webhooks.deliveries as o
                             where o.endpoint_id = p.id and o.status in ('pending', 'retrying') and o.order_key is not null
                             order by o.order_key, o.id
                             limit 200) as n
         ) as d
   where p.id = any (endpoint_ids);
end;
comment on function webhooks_private.live_deliveries(uuid[]) is
  'Of each endpoint the newest 100 deliveries and the open ones that are due next, with a word that changes with their state. By index.';

create function webhooks_private.live_deliveries_of(tenant_ids text[], everybody boolean default false)
returns table (tenant_id text, id uuid, state text, of_everybody boolean)
language sql stable security definer
set search_path = pg_catalog, pg_temp
begin atomic
  select t.tenant_id, d.id, d.state, false
    from unnest(tenant_ids) as t (tenant_id)
   cross join lateral (
           select o.id, concat_ws(' ', o.status, o.attempts, o.next_retry_at) as state
             from webhooks.deliveries as o
            where o.tenant_id = t.tenant_id
            order by o.id desc
            limit 200
         ) as d
  union all
  select d.tenant_id, d.id, d.state, true
    from (select o.tenant_id, o.id, concat_ws(' ', o.status, o.attempts, o.next_retry_at) as state
            from webhooks.deliveries as o
           where everybody
           order by o.id desc
           limit 200) as d;
end;
comment on function webhooks_private.live_deliveries_of(text[], boolean) is
  'The newest 200 deliveries of each tenant, and of all tenants together, with a word that changes with their state. By index.';

create function webhooks_private.live_events(tenant_ids text[], since timestamptz, everybody boolean default false)
returns table (tenant_id text, id uuid, of_everybody boolean)
language sql stable security definer
set search_path = pg_catalog, pg_temp
begin atomic
  select t.tenant_id, e.id, false
    from unnest(tenant_ids) as t (tenant_id)
   cross join lateral (
           select o.id
             from webhooks.events as o
            where o.tenant_id = t.tenant_id
              and o.id >= webhooks_private.least_id(since)
            order by o.id desc
            limit 100
         ) as e
  union all
  select e.tenant_id, e.id, true
    from (select o.tenant_id, o.id
            from webhooks.events as o
           where everybody
             and o.id >= webhooks_private.least_id(since)
           order by o.id desc
           limit 100) as e;
end;
comment on function webhooks_private.live_events(text[], timestamptz, boolean) is
  'The newest events of each tenant since a moment, 100 at most, and of all tenants together. By index.';

grant execute on function webhooks_private.live_deliveries(uuid[]), webhooks_private.live_deliveries_of(text[], boolean), webhooks_private.live_events(text[], timestamptz, boolean)
   to rowhook_api;

-- Down Migration
drop function webhooks_private.live_events(text[], timestamptz, boolean);
drop function webhooks_private.live_deliveries_of(text[], boolean);
drop function webhooks_private.live_deliveries(uuid[]);
