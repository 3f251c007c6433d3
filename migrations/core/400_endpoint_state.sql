-- Up Migration
-- What follows when an endpoint is resumed, disabled, enabled, deleted, or asks for another order.

create table webhooks_private.unsettled_endpoints (
  endpoint_id  uuid not null,
  horizon      xid8,

  constraint unsettled_endpoints_pkey primary key (endpoint_id)
);
alter table webhooks_private.unsettled_endpoints enable row level security, force row level security;
create policy owner_does_all on webhooks_private.unsettled_endpoints to rowhook_owner using (true) with check (true);

comment on table  webhooks_private.unsettled_endpoints             is 'Endpoints that were disabled, deleted or ordered anew, until no transaction can add a delivery that knows nothing of it.';
comment on column webhooks_private.unsettled_endpoints.endpoint_id is 'The endpoint.';
comment on column webhooks_private.unsettled_endpoints.horizon     is 'First transaction that certainly knows of the change. Null: the sweeper has not looked yet.';

create function webhooks_private.order_key(ordering text, resource_type text, resource_id text) returns text
language sql immutable parallel safe
return case ordering when 'endpoint' then ''
                     when 'resource' then resource_type || ':' || resource_id end;
comment on function webhooks_private.order_key(text, text, text) is
  'What deliveries share that go one after the other. Null: no order asked for, or nothing to order by.';

create function webhooks_private.contradictions(endpoint_ids uuid[], batch integer) returns setof uuid
language sql stable
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
begin atomic
  select d.id
    from webhooks.endpoints as p
   cross join lateral (
           select o.id
             from webhooks.deliveries as o
            where o.endpoint_id = p.id
              and o.status in ('pending', 'retrying')
              and o.order_key is null
              and (not p.is_active or p.deleted_at is not null
                   or webhooks_private.order_key(p.ordering, o.resource_type, o.resource_id) is not null)
            union all
           select o.id
             from webhooks.deliveries as o
            where o.endpoint_id = p.id
              and o.status in ('pending', 'retrying')
              and o.order_key is not null
              and (not p.is_active or p.deleted_at is not null
                   or webhooks_private.order_key(p.ordering, o.resource_type, o.resource_id) is distinct from o.order_key)
         ) as d
   where p.id = any (endpoint_ids)
   limit batch;
end;
comment on function webhooks_private.contradictions(uuid[], integer) is
  'Open deliveries that their endpoint contradicts: it is disabled or deleted, or wants another order. By the partial indexes of open ones.';

/*
 * What a worker is recording at this moment is left for the next look (skip locked): waiting for it could end in a
 * deadlock, since a batch of results takes its rows in an order of its own.
 */
create function webhooks_private.settle(endpoint_ids uuid[], batch integer, out seen integer, out changed integer)
language plpgsql volatile
set search_path = pg_catalog, pg_temp
set enable_seqscan = off as $$
declare
  picked    uuid[] := array(select id from webhooks_private.contradictions(endpoint_ids, batch) as c (id) order by id);
  cancelled integer;
begin
  seen    := cardinality(picked);
  changed := 0;
  if seen = 0 then
    return;
  end if;
  picked := array(select d.id
                    from webhooks.deliveries as d
                   where d.id = any (picked)
                     and d.id between picked[1] and picked[seen] -- prunes partitions; = any alone does not
                     and d.status in ('pending', 'retrying')
                   order by d.id
                     for update skip locked);

  update webhooks.deliveries as d
     set status        = 'cancelled',
         finished_at   = now(),
         next_retry_at = null
    from webhooks.endpoints as p
   where d.id = any (picked)
     and d.id between picked[1] and picked[cardinality(picked)]
     and p.id = d.endpoint_id
     and (not p.is_active or p.deleted_at is not null);
  get diagnostics cancelled = row_count;

  update webhooks.deliveries as d
     set order_key = webhooks_private.order_key(p.ordering, d.resource_type, d.resource_id)
    from webhooks.endpoints as p
   where d.id = any (picked)
     and d.id between picked[1] and picked[cardinality(picked)]
     and p.id = d.endpoint_id
     and p.is_active
     and p.deleted_at is null;
  get diagnostics changed = row_count;
  changed := changed + cancelled;
end
$$;
comment on function webhooks_private.settle(uuid[], integer) is
  'Cancels open deliveries of disabled and deleted endpoints, and gives those of the others the order that is asked for: at most a batch.';

/*
 * Called by the sweeper every second. A transaction that began before the change may commit deliveries after it, so an
 * endpoint is looked at until every such transaction has ended: the running ones by their ids (the horizon), those that
 * have a snapshot and no id yet (repeatable read) by the xmin that they hold, and prepared ones by being there.
 */
create function webhooks_private.close_dead_lanes(batch integer default 5000) returns integer
language plpgsql volatile
set search_path = pg_catalog, pg_temp as $$
declare
  unsettled uuid[];
  quiet     uuid[];
  look      record;
begin
  select array_agg(u.endpoint_id),
         array_agg(u.endpoint_id) filter (
           where u.horizon <= pg_snapshot_xmin(pg_current_snapshot())
             and not exists (select from pg_stat_activity as a
                              where a.datname = current_database()
                                and age(a.backend_xmin) > age(u.horizon::xid))
             and not exists (select from pg_prepared_xacts as x where x.database = current_database()))
    into unsettled, quiet
    from webhooks_private.unsettled_endpoints as u;
  if unsettled is null then
    return 0;
  end if;

  look := webhooks_private.settle(unsettled, batch);
  if look.seen = 0 then
    delete from webhooks_private.unsettled_endpoints as u
     where u.endpoint_id = any (quiet)
       and u.horizon is not null;
  end if;
  update webhooks_private.unsettled_endpoints as u
     set horizon = pg_snapshot_xmax(pg_current_snapshot())
   where u.endpoint_id = any (unsettled)
     and u.horizon is null;

  if look.changed > 0 then
    perform webhooks_private.wake(unsettled); -- what waited behind others may be due in the new order
  end if;
  return look.changed;
end
$$;
comment on function webhooks_private.close_dead_lanes(integer) is
  'Cancels what is still open of disabled and deleted endpoints, and reorders what is open after a change of ordering: at most a batch. '
  'Returns how many deliveries it changed; nothing to do costs one look at an empty table. For the sweeper.';

create function webhooks_private.tg_endpoints__state() returns trigger
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp as $$
declare
  unsettled uuid[];
  enabled   uuid[];
  resumed   uuid[];
begin
  select array_agg(n.id) filter (where (o.is_active and o.deleted_at is null and not (n.is_active and n.deleted_at is null))
                                    or n.ordering <> o.ordering),
         array_agg(n.id) filter (where n.is_active and n.deleted_at is null and not (o.is_active and o.deleted_at is null)),
         array_agg(n.id) filter (where n.is_active and n.deleted_at is null and n.paused_at is null
                                   and not (o.is_active and o.deleted_at is null and o.paused_at is null))
    into unsettled, enabled, resumed
    from new_endpoints as n
    join old_endpoints as o on o.id = n.id;

  if unsettled is not null then
    insert into webhooks_private.unsettled_endpoints as u (endpoint_id)
    select id from unnest(unsettled) as e (id) order by id
        on conflict (endpoint_id) do update set horizon = null;
    perform webhooks_private.settle(unsettled, 10000); -- the rest, and what commits later, by the sweeper
  end if;

  if enabled is not null then
    -- A new beginning: the failures that led to the disable must not disable it again.
    update webhooks.endpoint_stats as s
       set consecutive_failures   = 0,
           failing_since          = null,
           credentials_refused_at = null
     where s.endpoint_id = any (enabled);
    update webhooks_private.lanes as l
       set circuit          = 'closed',
           circuit_openings = 0,
           held_until       = case when l.held_reason = 'retry-after' then l.held_until end,
           held_reason      = case when l.held_reason = 'retry-after' then l.held_reason end,
           updated_at       = now()
     where l.endpoint_id = any (enabled);
  end if;

  if resumed is not null or unsettled is not null then
    perform webhooks_private.wake(resumed || unsettled);
  end if;
  return null;
end
$$;
comment on function webhooks_private.tg_endpoints__state() is
  'Wakes an endpoint that can send again, cancels the open deliveries of one that was disabled or deleted (up to 10,000 at once, the rest by the sweeper), and reorders those of one whose ordering changed.';

create trigger _500_state
  after update on webhooks.endpoints
  referencing old table as old_endpoints new table as new_endpoints
  for each statement execute function webhooks_private.tg_endpoints__state();

-- Down Migration
drop trigger _500_state on webhooks.endpoints;
drop function webhooks_private.tg_endpoints__state();
drop function webhooks_private.close_dead_lanes(integer);
drop function webhooks_private.settle(uuid[], integer);
drop function webhooks_private.contradictions(uuid[], integer);
drop function webhooks_private.order_key(text, text, text);
drop table webhooks_private.unsettled_endpoints;
