-- Up Migration
-- The small tables do not grow without end either: what nobody can ask for any more is removed, a batch at a time.

create function webhooks_private.prune(as_of timestamptz default now(), batch integer default 5000)
returns table (what text, removed bigint)
language plpgsql volatile
set search_path = pg_catalog, pg_temp as $$
declare
  rules webhooks.settings;
begin
  select * into strict rules from webhooks.settings;

  with old as (select k.ctid from webhooks_private.event_keys as k where k.expires_at <= as_of limit batch for update skip locked)
  delete from webhooks_private.event_keys as k using old where k.ctid = old.ctid;
  get diagnostics removed = row_count;
  what := 'event_keys';
  return next;

  with old as (select w.id from webhooks_private.workers as w where w.ended_at <= as_of - interval '7 days' limit batch)
  delete from webhooks_private.workers as w using old where w.id = old.id;
  get diagnostics removed = row_count;
  what := 'workers';
  return next;

  with old as (select a.id from webhooks.alerts as a where a.resolved_at <= as_of - greatest(rules.event_retention, '90 days') limit batch)
  delete from webhooks.alerts as a using old where a.id = old.id;
  get diagnostics removed = row_count;
  what := 'alerts';
  return next;

  -- In the order of the chain, which is not that of the ids, so that what is left of it is one unbroken stretch.
  perform set_config('rowhook.pruning', 'on', true);
  with first as (select c.link, l.id, l.at
                   from webhooks_private.audit_chain as c
                   join webhooks.audit_log           as l on l.id = c.audit_id
                  order by c.link
                  limit batch),
       old as (select f.id from first as f
                where f.link <= (select max(o.link) from first as o where o.at <= as_of - rules.audit_retention))
  delete from webhooks.audit_log as l using old where l.id = old.id;
  get diagnostics removed = row_count;
  perform set_config('rowhook.pruning', '', true);
  what := 'audit_log';
  return next;

  with old as (select p.tenant_id from webhooks_private.tenant_pace as p where p.used_until <= as_of - interval '1 day' limit batch for update skip locked)
  delete from webhooks_private.tenant_pace as p using old where p.tenant_id = old.tenant_id;
  get diagnostics removed = row_count;
  what := 'tenant_pace';
  return next;

  delete from webhooks_private.traffic as t where t.minute < as_of - interval '8 days';
  get diagnostics removed = row_count;
  what := 'traffic';
  return next;

  -- A deleted endpoint goes when the last week that its log may lie in has gone.
  with old as (select p.id from webhooks.endpoints as p
                where p.deleted_at <= as_of - rules.event_retention - interval '14 days' limit batch),
       lane as (delete from webhooks_private.lanes as l using old where l.endpoint_id = old.id),
       stat as (delete from webhooks.endpoint_stats as s using old where s.endpoint_id = old.id)
  delete from webhooks.endpoints as p using old where p.id = old.id;
  get diagnostics removed = row_count;
  what := 'endpoints';
  return next;
end
$$;
comment on function webhooks_private.prune(timestamptz, integer) is
  'Removes up to a batch of expired idempotency keys, ended workers, resolved alerts, old audit entries, unused paces, sums of traffic and endpoints deleted long ago; says how many of each.';

-- Down Migration
drop function webhooks_private.prune(timestamptz, integer);
