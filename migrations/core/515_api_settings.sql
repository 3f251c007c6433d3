-- Up Migration
-- Settings as API roles meet them: the operator changes them, a tenant reads what holds for it.

create function webhooks.current_settings() returns webhooks.settings
language sql stable
begin atomic
  select s.* from webhooks.settings as s;
end;
comment on function webhooks.current_settings() is
  'What holds for everybody. For the operator.';

create function webhooks.settings_of_tenant(tenant_id text default null) returns webhooks.tenant_settings
language sql stable security definer
set search_path = pg_catalog, pg_temp
begin atomic
  select r.* from webhooks_private.rules_of_tenant(webhooks_private.tenant_of_caller(tenant_id)) as r;
end;
comment on function webhooks.settings_of_tenant(text) is
  'What holds for a tenant: its own settings, or the defaults where it has none. The operator has to name the tenant.';

create function webhooks.tenant_settings_schedule_in_force(tenant_settings webhooks.tenant_settings) returns interval[]
language sql stable security definer
set search_path = pg_catalog, pg_temp
begin atomic
  select coalesce((tenant_settings).retry_schedule, s.retry_schedule) from webhooks.settings as s;
end;
comment on function webhooks.tenant_settings_schedule_in_force(webhooks.tenant_settings) is
  'Waits between attempts for endpoints that name none: those of the tenant, else those of all.';

create function webhooks.tenant_settings_event_bytes_in_force(tenant_settings webhooks.tenant_settings) returns integer
language sql stable security definer
set search_path = pg_catalog, pg_temp
begin atomic
  select coalesce((tenant_settings).max_event_bytes, s.max_event_bytes) from webhooks.settings as s;
end;
comment on function webhooks.tenant_settings_event_bytes_in_force(webhooks.tenant_settings) is
  'Largest data of an event in bytes: that of the tenant, else that of all.';

create function webhooks.tenant_settings_attempts_in_force(tenant_settings webhooks.tenant_settings) returns integer
language sql stable security definer
set search_path = pg_catalog, pg_temp
begin atomic
  select s.max_attempts from webhooks.settings as s;
end;
comment on function webhooks.tenant_settings_attempts_in_force(webhooks.tenant_settings) is
  'Attempts of a delivery in all, the first included, for endpoints that name no number.';

create function webhooks.tenant_settings_timeout_in_force(tenant_settings webhooks.tenant_settings) returns integer
language sql stable security definer
set search_path = pg_catalog, pg_temp
begin atomic
  select s.timeout_ms from webhooks.settings as s;
end;
comment on function webhooks.tenant_settings_timeout_in_force(webhooks.tenant_settings) is
  'Deadline of a request in milliseconds, for endpoints that name none.';

create function webhooks.change_settings(changes jsonb) returns webhooks.settings
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp as $$
declare
  -- What the environment decides is mirrored here at start, and nobody writes it.
  allowed constant text[] := array(select a.attname from pg_attribute as a
                                    where a.attrelid = 'webhooks.settings'::regclass and a.attnum > 0 and not a.attisdropped
                                      and a.attname <> all ('{one_row,max_attempts,timeout_ms,allow_http,allow_ports,updated_at}')
                                    order by a.attnum);
  result webhooks.settings;
begin
  perform webhooks_private.must_have_all_tenants();
  perform webhooks_private.change_row('webhooks.settings', 'one_row', 'true', change_settings.changes, allowed);
  update webhooks.settings as s set updated_at = now() where change_settings.changes <> '{}';
  select s.* into result from webhooks.settings as s;
  return result;
end
$$;
comment on function webhooks.change_settings(jsonb) is
  'Changes the settings that the object names; workers see them within a second. Returns all of them.';

create function webhooks.change_tenant_settings(tenant_id text, changes jsonb) returns webhooks.tenant_settings
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
declare
  tenant text := webhooks_private.tenant_of_caller(change_tenant_settings.tenant_id);
  broken text;
  nulled text;
begin
  begin
    insert into webhooks.tenant_settings (tenant_id, rate_limit)
    select tenant, s.tenant_rate_limit from webhooks.settings as s
        on conflict (tenant_id) do nothing;
  exception when check_violation then
    get stacked diagnostics broken = constraint_name, nulled = column_name;
    perform webhooks_private.refuse_value('webhooks.tenant_settings', broken, nulled, '{}');
  end;
  perform webhooks_private.change_row('webhooks.tenant_settings', 'tenant_id', tenant, change_tenant_settings.changes,
                                      '{sending,rate_limit,max_endpoints,tests_per_minute,max_replay,retry_schedule,max_event_bytes}');
  update webhooks.tenant_settings as t set updated_at = now() where t.tenant_id = tenant and change_tenant_settings.changes <> '{}';
  return webhooks_private.rules_of_tenant(tenant);
end
$$;
comment on function webhooks.change_tenant_settings(text, jsonb) is
  'Changes the settings of a tenant that the object names; what it had no settings of its own for begins with the defaults. Returns all of them.';

create function webhooks.reset_tenant_settings(tenant_id text) returns webhooks.tenant_settings
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
declare
  tenant text := webhooks_private.tenant_of_caller(reset_tenant_settings.tenant_id);
begin
  delete from webhooks.tenant_settings as t where t.tenant_id = tenant;
  return webhooks_private.rules_of_tenant(tenant);
end
$$;
comment on function webhooks.reset_tenant_settings(text) is
  'Gives a tenant the defaults again. Returns them.';

grant execute on function webhooks.settings_of_tenant(text), webhooks.tenant_settings_schedule_in_force(webhooks.tenant_settings),
                          webhooks.tenant_settings_event_bytes_in_force(webhooks.tenant_settings),
                          webhooks.tenant_settings_attempts_in_force(webhooks.tenant_settings), webhooks.tenant_settings_timeout_in_force(webhooks.tenant_settings)
   to rowhook_dba, rowhook_viewer, rowhook_manager, rowhook_tenant_owner, rowhook_operator;
grant execute on function webhooks.current_settings(), webhooks.change_settings(jsonb), webhooks.change_tenant_settings(text, jsonb),
                          webhooks.reset_tenant_settings(text)
   to rowhook_dba, rowhook_operator;

-- Down Migration
drop function webhooks.reset_tenant_settings(text);
drop function webhooks.change_tenant_settings(text, jsonb);
drop function webhooks.change_settings(jsonb);
drop function webhooks.tenant_settings_timeout_in_force(webhooks.tenant_settings);
drop function webhooks.tenant_settings_attempts_in_force(webhooks.tenant_settings);
drop function webhooks.tenant_settings_event_bytes_in_force(webhooks.tenant_settings);
drop function webhooks.tenant_settings_schedule_in_force(webhooks.tenant_settings);
drop function webhooks.settings_of_tenant(text);
drop function webhooks.current_settings();
