-- Up Migration
-- What workers ask of the database beside their lanes: slots of a tenant's rate, operational events, arming.

create function webhooks_private.reserve_slots(tenant text, slots integer, per_minute double precision)
returns table (granted integer, wait_ms double precision)
language plpgsql volatile
set search_path = pg_catalog, pg_temp as $$
declare
  each  constant interval := interval '1 minute' / per_minute;
  burst constant interval := each * (greatest(1, floor(per_minute * 0.08)) - 1);
  used  timestamptz;
  free  double precision;
begin
  insert into webhooks_private.tenant_pace (tenant_id, used_until) values (tenant, clock_timestamp())
      on conflict (tenant_id) do nothing;
  -- No further ahead than this rate can have brought it: a clock that was set back would else stop a tenant for as long.
  select least(greatest(p.used_until, clock_timestamp()), clock_timestamp() + burst + each) into used
    from webhooks_private.tenant_pace as p where p.tenant_id = tenant for update;

  free    := floor(extract(epoch from clock_timestamp() + burst - used) / extract(epoch from each)) + 1;
  granted := greatest(0, least(slots, free));
  wait_ms := greatest(0, extract(epoch from used - burst - clock_timestamp()) * 1000);
  if granted > 0 then
    update webhooks_private.tenant_pace as p set used_until = used + granted * each where p.tenant_id = tenant;
  end if;
  return next;
end
$$;
comment on function webhooks_private.reserve_slots(text, integer, double precision) is
  'Gives a worker up to so many requests of a tenant''s rate (GCRA; any 60 seconds see at most 1.08 times the rate), or says how long to wait.';

/*
 * Operational events go to the reserved tenant rowhook, where only an operator registers endpoints: no other tenant's
 * star matches them. What happens to those endpoints themselves is not told, so that nothing feeds itself.
 */
create function webhooks_private.tell_operators(type text, about_tenant text, resource_type text, resource_id text, data json) returns void
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp as $$
begin
  if about_tenant = 'rowhook'
     or not exists (select from webhooks.endpoints as p where p.tenant_id = 'rowhook' and p.is_active and p.deleted_at is null) then
    return;
  end if;
  insert into webhooks.events (tenant_id, type, resource_type, resource_id, data)
  values ('rowhook', tell_operators.type, tell_operators.resource_type, tell_operators.resource_id, tell_operators.data);
end
$$;
comment on function webhooks_private.tell_operators(text, text, text, text, json) is
  'Records an operational event for the endpoints of tenant rowhook, if there are any.';

create function webhooks_private.tell_of_delivery(type text, id uuid) returns void
language sql volatile
begin atomic
  select webhooks_private.tell_operators(
           tell_of_delivery.type, d.tenant_id, 'delivery', d.id::text,
           json_build_object('delivery_id', d.id, 'event_id', d.event_id, 'endpoint_id', d.endpoint_id, 'tenant_id', d.tenant_id,
                             'event_type', d.event_type, 'attempts', d.attempts, 'last_error', d.last_error))
    from webhooks.deliveries as d
   where d.id = tell_of_delivery.id;
end;
comment on function webhooks_private.tell_of_delivery(text, uuid) is
  'Tells operators of a delivery: delivery.failed or delivery.recovered.';

create function webhooks_private.tg_endpoints__tell_disabled() returns trigger
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp as $$
begin
  perform webhooks_private.tell_operators(
            'endpoint.disabled', p.tenant_id, 'endpoint', p.id::text,
            json_build_object('endpoint_id', p.id, 'tenant_id', p.tenant_id, 'name', p.name, 'reason', p.disabled_reason))
     from new_endpoints as p
     join old_endpoints as o on o.id = p.id
    where o.is_active and not p.is_active;
  return null;
end
$$;
comment on function webhooks_private.tg_endpoints__tell_disabled() is
  'Tells operators of endpoints that were disabled.';

create trigger _600_tell_disabled
  after update on webhooks.endpoints
  referencing old table as old_endpoints new table as new_endpoints
  for each statement execute function webhooks_private.tg_endpoints__tell_disabled();

create function webhooks_private.circuit_opened(id uuid) returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
begin
  perform webhooks_private.tell_operators(
            'endpoint.failing', p.tenant_id, 'endpoint', p.id::text,
            json_build_object('endpoint_id', p.id, 'tenant_id', p.tenant_id, 'name', p.name,
                              'consecutive_failures', s.consecutive_failures, 'failing_since', s.failing_since))
     from webhooks.endpoints as p
     left join webhooks.endpoint_stats as s on s.endpoint_id = p.id
    where p.id = circuit_opened.id;
end
$$;
comment on function webhooks_private.circuit_opened(uuid) is
  'Tells operators that an endpoint is failing: its circuit opened.';

-- Down Migration
drop function webhooks_private.circuit_opened(uuid);
drop trigger _600_tell_disabled on webhooks.endpoints;
drop function webhooks_private.tg_endpoints__tell_disabled();
drop function webhooks_private.tell_of_delivery(text, uuid);
drop function webhooks_private.tell_operators(text, text, text, text, json);
drop function webhooks_private.reserve_slots(text, integer, double precision);
