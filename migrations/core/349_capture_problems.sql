-- Up Migration
-- Asks of every rule again what watch asked once: tables, owners and casts change.

create function webhooks_private.capture_problem(rule webhooks.capture_rules) returns text
language plpgsql volatile
set search_path = pg_catalog, pg_temp as $$
begin
  if not exists (select from pg_class as c where c.oid = rule.relation) then
    return 'The table was dropped.';
  end if;
  if not exists (select
                   from pg_trigger as t
                  where t.tgrelid = rule.relation
                    and t.tgname = '_500_capture_' || rule.fires_on
                    and t.tgenabled in ('O', 'A')) then
    return format('Its trigger for %s is missing or disabled.', rule.fires_on);
  end if;
  if exists (select from webhooks_private.untrusted_casts(rule.relation)) then
    return format('Not trusted: %s.', (select string_agg(c, ', ') from webhooks_private.untrusted_casts(rule.relation) as c));
  end if;
  if rule.tenant_column is not null then
    perform webhooks_private.check_columns(rule.relation, array[rule.tenant_column], 'tenant');
  end if;
  perform webhooks_private.check_columns(rule.relation, rule.key_columns, 'key');
  perform webhooks_private.check_columns(rule.relation, rule.payload_columns, 'columns');
  perform webhooks_private.check_columns(rule.relation, rule.changed, 'changed');
  if rule.payload is not null then
    perform webhooks_private.check_payload(rule.relation, rule.payload);
  end if;
  if rule.condition is not null then
    perform webhooks_private.check_condition(rule.relation, rule.fires_on, rule.condition);
  end if;
  return null;
exception when others then
  return sqlerrm;
end
$$;
comment on function webhooks_private.capture_problem(webhooks.capture_rules) is
  'What is wrong with a rule by now, in a sentence; null where watch would take it again.';

create function webhooks.capture_problems() returns table (relation_name text, event text, problem text)
language sql volatile
begin atomic
  select r.relation_name, r.event, p.problem
    from webhooks.capture_rules as r
   cross join lateral (select webhooks_private.capture_problem(r) as problem offset 0) as p
   where p.problem is not null
   order by r.relation_name, r.position;
end;
comment on function webhooks.capture_problems() is
  'Rules whose table, columns, condition or payload function are no longer what watch accepted. No row: all is well.';

grant execute on function webhooks.capture_problems(), webhooks_private.capture_problem(webhooks.capture_rules) to rowhook_dba;

-- Down Migration
drop function webhooks.capture_problems();
drop function webhooks_private.capture_problem(webhooks.capture_rules);
