-- Up Migration
-- Who may read and write what. Row security is forced on every table; rowhook_owner passes it by a policy.

do $$
declare
  t regclass;
begin
  for t in
    select c.oid from pg_class as c
     where c.relnamespace in ('webhooks'::regnamespace, 'webhooks_private'::regnamespace)
       and c.relkind in ('r', 'p') and not c.relispartition
       and c.relname not like 'migrations\_%'
  loop
    execute format('alter table %s enable row level security, force row level security', t);
    execute format('create policy owner_does_all on %s to rowhook_owner using (true) with check (true)', t);
    if t::text like 'webhooks.%' then
      execute format('create policy dba_reads_all on %s for select to rowhook_dba using (true)', t);
      execute format('grant select on %s to rowhook_dba', t);
    end if;
  end loop;
end
$$;

grant usage on schema webhooks
   to rowhook_dba, rowhook_emitter, rowhook_viewer, rowhook_manager, rowhook_tenant_owner, rowhook_operator;
grant usage on schema webhooks_private
   to rowhook_dba;
grant usage on schema graphile_worker
   to rowhook_dba;

-- The DBA steers: settings, tenants, the catalogue and the endpoints.
create policy dba_changes on webhooks.settings        for update to rowhook_dba using (true) with check (true);
create policy dba_changes on webhooks.tenant_settings            to rowhook_dba using (true) with check (true);
create policy dba_changes on webhooks.event_types                to rowhook_dba using (true) with check (true);
create policy dba_changes on webhooks.endpoints                  to rowhook_dba using (true) with check (true);
grant update                         on webhooks.settings        to rowhook_dba;
grant insert, update, delete         on webhooks.tenant_settings to rowhook_dba;
grant insert, update, delete         on webhooks.event_types     to rowhook_dba;
grant insert, update                 on webhooks.endpoints       to rowhook_dba;

-- An API role sees its own tenant; the operator names one for each request, or none and sees all.
do $$
declare
  t text;
begin
  foreach t in array array['endpoints', 'endpoint_stats', 'events', 'deliveries', 'attempts', 'tenant_settings', 'audit_log', 'api_keys'] loop
    execute format('create policy tenant_reads on webhooks.%I for select
                      to rowhook_viewer, rowhook_manager, rowhook_tenant_owner
                   using (tenant_id = webhooks_private.api_tenant())', t);
    execute format('create policy operator_reads on webhooks.%I for select to rowhook_operator
                   using (webhooks_private.api_tenant() is null or tenant_id = webhooks_private.api_tenant())', t);
  end loop;
  foreach t in array array['event_types', 'settings'] loop
    execute format('create policy operator_reads on webhooks.%I for select to rowhook_operator using (true)', t);
  end loop;
  -- These name tenants, and so are for operators of all of them.
  foreach t in array array['alerts', 'capture_rules'] loop
    execute format('create policy operator_reads on webhooks.%I for select to rowhook_operator using (webhooks_private.api_tenant() is null)', t);
  end loop;
end
$$;
create policy everybody_reads on webhooks.event_types for select
    to rowhook_viewer, rowhook_manager, rowhook_tenant_owner, rowhook_emitter using (true);

grant usage on schema webhooks_private to rowhook_viewer, rowhook_manager, rowhook_tenant_owner, rowhook_operator;
grant select on webhooks.endpoints, webhooks.endpoint_stats, webhooks.events, webhooks.deliveries, webhooks.attempts,
                webhooks.tenant_settings, webhooks.event_types
   to rowhook_viewer, rowhook_manager, rowhook_tenant_owner, rowhook_operator;
grant select on webhooks.audit_log, webhooks.api_keys to rowhook_tenant_owner, rowhook_operator;
grant select on webhooks.settings, webhooks.alerts, webhooks.capture_rules to rowhook_operator;
grant select on webhooks.event_types to rowhook_emitter;

grant execute on function webhooks_private.api_tenant()
   to rowhook_viewer, rowhook_manager, rowhook_tenant_owner, rowhook_operator;
grant execute on function webhooks.occurred_at(uuid)
   to public;
grant execute on function webhooks.envelope(webhooks.events), webhooks.legacy_envelope(webhooks.events)
   to rowhook_dba, rowhook_viewer, rowhook_manager, rowhook_tenant_owner, rowhook_operator;
grant execute on function webhooks.calculate_next_retry(integer), webhooks.calculate_next_retry(integer, interval[], double precision)
   to public;
grant execute on function webhooks.emit(text, json, text, text, text, text, timestamptz)
   to rowhook_emitter, rowhook_dba;
grant execute on function webhooks_private.new_id(), webhooks_private.near_event_types(text)
   to rowhook_dba;

-- Down Migration
do $$
declare
  p record;
begin
  for p in select schemaname, tablename, policyname from pg_policies
            where schemaname in ('webhooks', 'webhooks_private')
              and tablename !~ '_([0-9]{8}|later|earlier)$' and tablename not like 'migrations\_%' loop
    execute format('drop policy %I on %I.%I', p.policyname, p.schemaname, p.tablename);
  end loop;
end
$$;
revoke usage on schema graphile_worker  from rowhook_dba;
revoke usage on schema webhooks_private from rowhook_dba, rowhook_viewer, rowhook_manager, rowhook_tenant_owner, rowhook_operator;
revoke usage on schema webhooks         from rowhook_dba, rowhook_emitter, rowhook_viewer, rowhook_manager, rowhook_tenant_owner, rowhook_operator;
