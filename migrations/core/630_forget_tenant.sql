-- Up Migration
-- A tenant leaves, and everything of it with it.

create function webhooks.forget_tenant(tenant_id text, batch integer default 10000, out deleted bigint, out remaining boolean)
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
set enable_seqscan = off as $$
#variable_conflict use_column
declare
  at_most constant integer := least(greatest(coalesce(forget_tenant.batch, 10000), 1), 100000);
  picked  uuid[];
  counted bigint;
begin
  if not webhooks_private.caller_reaches(forget_tenant.tenant_id) or forget_tenant.tenant_id = 'rowhook' then
    raise exception using errcode = 'WHTEN',
      message = format('Tenant %L cannot be forgotten.', forget_tenant.tenant_id),
      detail  = case forget_tenant.tenant_id when 'rowhook' then 'It is Rowhook''s own, for operational events.' else 'It is out of your reach.' end,
      hint    = 'Name a tenant of yours; delete endpoints of tenant rowhook one by one.';
  end if;

  -- First of all nothing more is collected or sent.
  update webhooks.endpoints as p set deleted_at = now() where p.tenant_id = forget_tenant.tenant_id and p.deleted_at is null;

  -- Attempts and deliveries go together, then events: a half-forgotten tenant is still consistent.
  picked := array(select d.id from webhooks.deliveries as d where d.tenant_id = forget_tenant.tenant_id order by d.id limit at_most for update);
  delete from webhooks.attempts   as a where a.delivery_id = any (picked) and a.delivery_id between picked[1] and picked[cardinality(picked)];
  delete from webhooks.deliveries as d where d.id          = any (picked) and d.id          between picked[1] and picked[cardinality(picked)];
  get diagnostics deleted = row_count;

  if deleted < at_most then
    picked := array(select e.id from webhooks.events as e where e.tenant_id = forget_tenant.tenant_id order by e.id limit at_most - deleted);
    delete from webhooks.events as e where e.id = any (picked) and e.id between picked[1] and picked[cardinality(picked)];
    get diagnostics counted = row_count;
    deleted := deleted + counted;
  end if;

  if deleted < at_most then
    with old as (select k.ctid from webhooks_private.event_keys as k where k.tenant_id = forget_tenant.tenant_id limit at_most - deleted)
    delete from webhooks_private.event_keys as k using old where k.ctid = old.ctid;
    get diagnostics counted = row_count;
    deleted := deleted + counted;
  end if;

  remaining := deleted >= at_most;
  if not remaining then
    -- Secrets go with their endpoints.
    delete from webhooks_private.lanes as l using webhooks.endpoints as p where l.endpoint_id = p.id and p.tenant_id = forget_tenant.tenant_id;
    delete from webhooks.endpoint_stats         as s where s.tenant_id = forget_tenant.tenant_id;
    delete from webhooks.endpoints              as p where p.tenant_id = forget_tenant.tenant_id;
    get diagnostics counted = row_count;
    deleted := deleted + counted;
    delete from webhooks.api_keys               as k where k.tenant_id = forget_tenant.tenant_id;
    delete from webhooks.tenant_settings        as t where t.tenant_id = forget_tenant.tenant_id;
    delete from webhooks_private.tenant_pace    as t where t.tenant_id = forget_tenant.tenant_id;
  end if;
  perform webhooks_private.audit('tenant.forgotten', null, 'tenant', forget_tenant.tenant_id, jsonb_build_object('rows', deleted, 'finished', not remaining));
end
$$;
comment on function webhooks.forget_tenant(text, integer) is
  'Deletes everything of a tenant but its audit log: at most batch rows of the log a call (10,000; 100,000 at the most), its endpoints, keys and settings last. Returns how many, and whether more are left: then call it again.';

grant execute on function webhooks.forget_tenant(text, integer) to rowhook_dba;

-- Down Migration
drop function webhooks.forget_tenant(text, integer);
