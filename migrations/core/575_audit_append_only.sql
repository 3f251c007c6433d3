-- Up Migration
-- The audit log is added to, and nothing else.

/*
 * What retention takes it takes by prune, which says so in a setting; whoever else sets that to delete leaves a row that says
 * how much is gone.
 */
create function webhooks_private.tg_audit__append_only() returns trigger
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp as $$
begin
  if tg_op = 'DELETE' and current_setting('rowhook.pruning', true) = 'on' then
    return null;
  end if;
  raise exception using errcode = 'WHAPP',
    message = format('%s of %I.%I is refused.', initcap(tg_op), tg_table_schema, tg_table_name),
    detail  = 'The audit log is added to and nothing else, by nobody.',
    hint    = 'Retention removes what is older than settings.audit_retention.';
end
$$;
comment on function webhooks_private.tg_audit__append_only() is
  'Raises WHAPP for every change of the audit log and its chain but what prune removes.';

create function webhooks_private.tg_audit_log__pruned() returns trigger
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp as $$
begin
  insert into webhooks.audit_log (action, subject, after)
  select 'audit_log.pruned', 'audit_log', jsonb_build_object('rows', count(*), 'from', min(o.at), 'to', max(o.at))
    from old_entries as o
  having count(*) > 0;
  return null;
end
$$;
comment on function webhooks_private.tg_audit_log__pruned() is
  'Records that rows of the audit log were removed: how many, and of which time.';

create trigger _100_append_only before update or delete or truncate on webhooks.audit_log
  for each statement execute function webhooks_private.tg_audit__append_only();
create trigger _100_append_only before update or delete or truncate on webhooks_private.audit_chain
  for each statement execute function webhooks_private.tg_audit__append_only();
create trigger _600_pruned after delete on webhooks.audit_log
  referencing old table as old_entries
  for each statement execute function webhooks_private.tg_audit_log__pruned();

create function webhooks.restart_audit_chain() returns void
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp as $$
begin
  perform webhooks_private.audit('audit_log.chain_restarted', null, 'audit_log', null,
                                 (select jsonb_build_object('link', c.link, 'hash', encode(c.hash, 'hex')) from webhooks_private.audit_chain as c order by c.link desc limit 1));
  perform set_config('rowhook.pruning', 'on', true);
  delete from webhooks_private.audit_chain;
  perform set_config('rowhook.pruning', '', true);
  insert into webhooks_private.audit_unchained (audit_id) select a.id from webhooks.audit_log as a on conflict do nothing;
end
$$;
comment on function webhooks.restart_audit_chain() is
  'Begins a new chain over the audit log as it is, when a break of the old one is understood. Its last hash is recorded.';
grant execute on function webhooks.restart_audit_chain() to rowhook_dba;

-- Down Migration
drop function webhooks.restart_audit_chain();
drop trigger _600_pruned on webhooks.audit_log;
drop trigger _100_append_only on webhooks_private.audit_chain;
drop trigger _100_append_only on webhooks.audit_log;
drop function webhooks_private.tg_audit_log__pruned();
drop function webhooks_private.tg_audit__append_only();
