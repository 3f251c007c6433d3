-- Up Migration
-- An endpoint by hand: a test event, pause and resume, disable and enable, delete. Doing one twice is no error.

create function webhooks_private.spend_test(tenant text) returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp as $$
declare
  bound integer := (webhooks_private.rules_of_tenant(tenant)).tests_per_minute;
begin
  if webhooks_private.api_tenant() is null then
    return; -- a DBA knows what he does
  end if;
  perform pg_advisory_xact_lock(hashtextextended(tenant, 2718281828)); -- tests of a tenant one by one, so that the count is right
  if (select count(*)
        from (select a.action, a.at from webhooks.audit_log as a where a.tenant_id = spend_test.tenant order by a.id desc limit 10000) as a
       where a.action = 'endpoint.tested' and a.at > now() - interval '1 minute') >= bound then
    raise exception using errcode = 'WHLIM',
      message = format('Tenant %L has sent its tests of this minute.', tenant),
      detail  = format('%s a minute are allowed.', bound),
      hint    = 'Wait a minute, or have the operator raise tenant_settings.tests_per_minute.';
  end if;
end
$$;
comment on function webhooks_private.spend_test(text) is
  'Raises WHLIM when a tenant has sent as many tests through the API within a minute as tenant_settings.tests_per_minute allows.';

create function webhooks.send_test(endpoint_id uuid, type text default 'test.event') returns uuid
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
declare
  endpoint webhooks.endpoints := webhooks_private.endpoint_of_caller(send_test.endpoint_id);
  kind     webhooks.event_types;
  event_id uuid;
begin
  perform webhooks_private.must_be_enabled(endpoint);
  perform webhooks_private.spend_test(endpoint.tenant_id);
  select t.* into kind from webhooks.event_types as t where t.name = send_test.type;
  if kind.name is null then
    raise exception using errcode = 'WHTYP',
      message = format('There is no event type %L.', send_test.type),
      detail  = 'A test sends the example of a type of the catalogue.',
      hint    = coalesce('Did you mean: ' || webhooks_private.near_event_types(send_test.type) || '?', 'See webhooks.event_types for the names.');
  end if;
  if not kind.enabled then
    raise exception using errcode = 'WHOFF',
      message = format('The event type %L is disabled.', kind.name),
      detail  = 'Its events are recorded, but delivered to nobody.',
      hint    = format('Enable it: select webhooks.update_event_type(%L, ''{"enabled": true}'').', kind.name);
  end if;

  insert into webhooks.events (tenant_id, type, data, endpoint_id)
  values (endpoint.tenant_id, kind.name, kind.example, endpoint.id)
  returning id into event_id;
  perform webhooks_private.audit('endpoint.tested', endpoint.tenant_id, 'endpoint', endpoint.id::text,
                                 jsonb_build_object('type', kind.name, 'event_id', event_id));
  return event_id;
end
$$;
comment on function webhooks.send_test(uuid, text) is
  'Sends the example of an event type to this endpoint alone, whatever it asks for, and returns the event''s id.';

create function webhooks.pause_endpoint(id uuid) returns webhooks.endpoints
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
declare
  endpoint webhooks.endpoints := webhooks_private.endpoint_of_caller(pause_endpoint.id);
begin
  if endpoint.paused_at is null then
    update webhooks.endpoints as p set paused_at = now() where p.id = endpoint.id returning p.* into endpoint;
  end if;
  return endpoint;
end
$$;
comment on function webhooks.pause_endpoint(uuid) is
  'Stops sending to the endpoint; its deliveries collect until it is resumed.';

create function webhooks.resume_endpoint(id uuid) returns webhooks.endpoints
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
declare
  endpoint webhooks.endpoints := webhooks_private.endpoint_of_caller(resume_endpoint.id);
begin
  if endpoint.paused_at is not null then
    update webhooks.endpoints as p set paused_at = null where p.id = endpoint.id returning p.* into endpoint;
  end if;
  return endpoint;
end
$$;
comment on function webhooks.resume_endpoint(uuid) is
  'Sends to the endpoint again: what collected while it was paused first, within its limits.';

create function webhooks.disable_endpoint(id uuid, reason text default 'by hand') returns webhooks.endpoints
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
declare
  endpoint webhooks.endpoints := webhooks_private.endpoint_of_caller(disable_endpoint.id);
begin
  if endpoint.is_active then
    update webhooks.endpoints as p
       set is_active       = false,
           disabled_reason = left(coalesce(disable_endpoint.reason, 'by hand'), 500)
     where p.id = endpoint.id
    returning p.* into endpoint;
  end if;
  return endpoint;
end
$$;
comment on function webhooks.disable_endpoint(uuid, text) is
  'Disables the endpoint: it collects nothing more, and what was open is cancelled (recover brings it back).';

create function webhooks.enable_endpoint(id uuid) returns webhooks.endpoints
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
declare
  endpoint webhooks.endpoints := webhooks_private.endpoint_of_caller(enable_endpoint.id);
begin
  if not endpoint.is_active then
    update webhooks.endpoints as p set is_active = true where p.id = endpoint.id returning p.* into endpoint;
  end if;
  return endpoint;
end
$$;
comment on function webhooks.enable_endpoint(uuid) is
  'Enables the endpoint, its failures and its circuit forgotten. Events of the time between are not sent by themselves: replay does that, recover what was cancelled.';

create function webhooks.delete_endpoint(id uuid) returns webhooks.endpoints
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
declare
  endpoint webhooks.endpoints := webhooks_private.endpoint_of_caller(delete_endpoint.id);
begin
  update webhooks.endpoints as p set deleted_at = now() where p.id = endpoint.id returning p.* into endpoint;
  return endpoint;
end
$$;
comment on function webhooks.delete_endpoint(uuid) is
  'Deletes the endpoint: what was open is cancelled, its log stays readable until retention takes it.';

-- Down Migration
drop function webhooks.delete_endpoint(uuid);
drop function webhooks.enable_endpoint(uuid);
drop function webhooks.disable_endpoint(uuid, text);
drop function webhooks.resume_endpoint(uuid);
drop function webhooks.pause_endpoint(uuid);
drop function webhooks.send_test(uuid, text);
drop function webhooks_private.spend_test(text);
