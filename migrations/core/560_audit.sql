-- Up Migration
-- Every change of an endpoint and of what an operator sets, by API or by SQL, leaves a row in the audit log.

create function webhooks_private.changes_between(before jsonb, after jsonb, silent text[], out was jsonb, out became jsonb)
language sql immutable parallel safe
set search_path = pg_catalog, pg_temp
begin atomic
  select jsonb_object_agg(o.key, o.value), jsonb_object_agg(o.key, n.value)
    from jsonb_each(before) as o
    join jsonb_each(after)  as n on n.key = o.key
   where o.value is distinct from n.value
     and o.key <> all (silent);
end;
comment on function webhooks_private.changes_between(jsonb, jsonb, text[]) is
  'What differs between two images of a row, silent columns left out. Both null: nothing.';

create function webhooks_private.masked(endpoint webhooks.endpoints) returns jsonb
language sql immutable
set search_path = pg_catalog, pg_temp
begin atomic
  -- A hash shows that a value has changed, and nothing of it: it is cut short.
  select to_jsonb(endpoint) || jsonb_build_object('headers',
           (select coalesce(jsonb_object_agg(h.key, case when webhooks_private.is_sealed(h.value #>> '{}') then 'sealed …' else '…' end
                                                   || left(encode(sha256(convert_to((endpoint).id::text || (h.value #>> '{}'), 'utf8')), 'hex'), 4)), '{}')
              from jsonb_each((endpoint).headers) as h));
end;
comment on function webhooks_private.masked(webhooks.endpoints) is
  'An endpoint as the audit log may show it: of header values only that they differ.';

create function webhooks_private.tg_endpoints__audit() returns trigger
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp as $$
declare
  silent constant text[] := '{version,updated_at,header_names,paused_at,is_active,disabled_reason,deleted_at}';
begin
  if tg_op = 'INSERT' then
    insert into webhooks.audit_log (action, tenant_id, subject, subject_id, after)
    select 'endpoint.created', n.tenant_id, 'endpoint', n.id::text,
           jsonb_strip_nulls(webhooks_private.masked(n)) - array['id', 'tenant_id', 'version', 'updated_at', 'header_names', 'created_at', 'created_by']
      from new_endpoints as n;
    return null;
  end if;

  insert into webhooks.audit_log (action, tenant_id, subject, subject_id, before, after)
  select what.action, n.tenant_id, 'endpoint', n.id::text, what.was, what.became
    from new_endpoints as n
    join old_endpoints as o on o.id = n.id
   cross join lateral (
         select 'endpoint.changed' as action, c.was, c.became
           from webhooks_private.changes_between(webhooks_private.masked(o), webhooks_private.masked(n), silent) as c
          where c.was is not null
         union all
         select 'endpoint.paused',   null, null where o.paused_at is null and n.paused_at is not null
         union all
         select 'endpoint.resumed',  null, null where o.paused_at is not null and n.paused_at is null
         union all
         select 'endpoint.disabled', null, jsonb_build_object('reason', n.disabled_reason) where o.is_active and not n.is_active
         union all
         select 'endpoint.enabled',  null, null where not o.is_active and n.is_active
         union all
         select 'endpoint.deleted',  null, jsonb_build_object('name', n.name) where o.deleted_at is null and n.deleted_at is not null
       ) as what;
  return null;
end
$$;
comment on function webhooks_private.tg_endpoints__audit() is
  'Records what became of endpoints: made, changed (before and after, header values masked), paused, resumed, disabled, enabled, deleted.';

create trigger _600_audit_made
  after insert on webhooks.endpoints
  referencing new table as new_endpoints
  for each statement execute function webhooks_private.tg_endpoints__audit();
create trigger _600_audit_changed
  after update on webhooks.endpoints
  referencing old table as old_endpoints new table as new_endpoints
  for each statement execute function webhooks_private.tg_endpoints__audit();

create function webhooks_private.tg_settings__audit() returns trigger
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp as $$
declare
  change record;
  tenant text := case when tg_table_name = 'tenant_settings' then coalesce(to_jsonb(new), to_jsonb(old)) ->> 'tenant_id' end;
  name   text := case when tg_table_name = 'event_types'     then coalesce(to_jsonb(new), to_jsonb(old)) ->> 'name' end;
begin
  change := webhooks_private.changes_between(coalesce(to_jsonb(old), '{}'), coalesce(to_jsonb(new), '{}'), '{updated_at,created_at}');
  if tg_op <> 'UPDATE' or change.was is not null then
    insert into webhooks.audit_log (action, tenant_id, subject, subject_id, before, after)
    values (tg_argv[0] || case tg_op when 'INSERT' then '.created' when 'DELETE' then '.deleted' else '.changed' end, tenant, tg_argv[0], coalesce(tenant, name),
            case tg_op when 'DELETE' then jsonb_strip_nulls(to_jsonb(old)) else change.was end,
            case tg_op when 'INSERT' then jsonb_strip_nulls(to_jsonb(new)) else change.became end);
  end if;
  return null;
end
$$;
comment on function webhooks_private.tg_settings__audit() is
  'Records changes of settings, of a tenant''s settings and of event types, before and after.';

create trigger _600_audit after update                     on webhooks.settings        for each row execute function webhooks_private.tg_settings__audit('settings');
create trigger _600_audit after insert or update or delete on webhooks.tenant_settings for each row execute function webhooks_private.tg_settings__audit('tenant_settings');
create trigger _600_audit after insert or update or delete on webhooks.event_types     for each row execute function webhooks_private.tg_settings__audit('event_type');

-- Down Migration
drop trigger _600_audit on webhooks.event_types;
drop trigger _600_audit on webhooks.tenant_settings;
drop trigger _600_audit on webhooks.settings;
drop function webhooks_private.tg_settings__audit();
drop trigger _600_audit_changed on webhooks.endpoints;
drop trigger _600_audit_made on webhooks.endpoints;
drop function webhooks_private.tg_endpoints__audit();
drop function webhooks_private.masked(webhooks.endpoints);
drop function webhooks_private.changes_between(jsonb, jsonb, text[]);
