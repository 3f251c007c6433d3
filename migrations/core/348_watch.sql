-- Up Migration
-- webhooks.watch and unwatch: what a DBA calls.

create function webhooks_private.put_triggers(relation regclass, base text, fires_on text, argument text) returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp as $$
begin
  execute format('create or replace trigger _500_capture_%1$s after %1$s on %2$s referencing %3$s for each statement execute function webhooks_private.%4$I(%5$s)',
                 fires_on, relation,
                 case fires_on when 'insert' then 'new table as new_rows'
                               when 'delete' then 'old table as old_rows'
                               else 'old table as old_rows new table as new_rows' end,
                 concat('tg_', base, '__capture_', fires_on), argument);
end
$$;
comment on function webhooks_private.put_triggers(regclass, text, text, text) is
  'Creates or replaces the statement trigger of an operation, as the caller.';

/*
 * Statement triggers fire for the table that a statement names. So a partitioned table and its present partitions
 * each have them. A partition that comes later inherits row triggers only, which keep still while a statement on the
 * partitioned table, or on a partition that has statement triggers, is marked as captured.
 */
create function webhooks_private.put_partition_triggers(relation regclass, base text, operations text[]) returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
set client_min_messages = error as $$
declare
  operation text;
  branch    regclass;
begin
  foreach operation in array operations loop
    execute format('create or replace trigger _500_capture_%1$s_row after %1$s on %2$s for each row when (coalesce(current_setting(%3$L, true), '''') = '''') execute function webhooks_private.%4$I()',
                   operation, relation, 'rowhook.capturing_' || base, concat('tg_', base, '__capture_', operation, '_row'));
  end loop;
  for branch in
    select t.relid
      from pg_partition_tree(relation) as t
      join pg_class                    as c on c.oid = t.relid
     where c.relkind in ('r', 'p')
       and (t.relid = relation or has_table_privilege(t.relid, 'trigger'))
  loop
    if branch <> relation then
      perform webhooks_private.put_triggers(branch, base, o, quote_literal('partition')) from unnest(operations) as o;
    end if;
    execute format('create or replace trigger _100_capture_begin before insert or update or delete on %s for each statement execute function webhooks_private.%I()',
                   branch, concat('tg_', base, '__capture_begin'));
    execute format('create or replace trigger _900_capture_end after insert or update or delete on %s for each statement execute function webhooks_private.%I()',
                   branch, concat('tg_', base, '__capture_end'));
  end loop;
end
$$;
comment on function webhooks_private.put_partition_triggers(regclass, text, text[]) is
  'Creates or replaces what a partitioned table needs beyond the triggers of a plain one, as the caller.';

create function webhooks.watch(
  relation regclass,
  resource text,
  rules    jsonb,
  tenant   text         default 'tenant_id',
  key      text[]       default null,
  columns  text[]       default null,
  exclude  text[]       default null,
  payload  regprocedure default null
) returns setof webhooks.capture_rules
language plpgsql volatile
set search_path = pg_catalog, pg_temp as $$
declare
  checked    webhooks.capture_rules[];
  operations text[];
  base       text;
begin
  checked    := array(select r from webhooks_private.capture_rules_of(watch.relation, watch.resource, watch.rules, watch.tenant,
                                                                      watch.key, watch.columns, watch.exclude, watch.payload) as r);
  operations := array(select distinct r.fires_on from unnest(checked) as r);
  base       := webhooks_private.make_capture(checked);

  perform webhooks_private.put_triggers(watch.relation, base, o, '') from unnest(operations) as o;
  if exists (select from pg_class as c where c.oid = watch.relation and c.relkind = 'p') then
    perform webhooks_private.put_partition_triggers(watch.relation, base, operations);
  end if;
  return query select r.* from unnest(checked) as r order by r.position;
end
$$;
comment on function webhooks.watch(regclass, text, jsonb, text, text[], text[], text[], regprocedure) is
  'Makes events of the writes to a table. rules: [{"event": "sale.completed", "on": "update", "when": "new.status = ''completed''", "changed": ["status"]}]; on is insert, update or delete, when is SQL over old and new, changed lists columns of which one must change (without it any), and a rule may have its own columns, exclude or payload. tenant: the column of the tenant, null for tenant default. key: columns of the resource id, the primary key by default. columns, exclude: what data and previous show, all by default. payload: a function of the row, or of old and new, that gives json or jsonb; with one of the row alone, previous holds the members of its result for the old row that differ. Calling it again replaces the rules. Truncate makes no events.';

create function webhooks.unwatch(relation regclass) returns boolean
language plpgsql volatile
set search_path = pg_catalog, pg_temp as $$
begin
  if exists (select from pg_class as c where c.oid = relation) and not has_table_privilege(relation, 'trigger') then
    raise exception using errcode = 'WHGRT',
      message = format('%I may not drop triggers of %s.', current_user, relation),
      detail  = 'Who may create triggers on a table may stop watching it.',
      hint    = format('Call unwatch as the owner of the table, or: grant trigger on %s to %I;', relation, current_user);
  end if;
  return webhooks_private.end_capture(relation);
end
$$;
comment on function webhooks.unwatch(regclass) is
  'Stops making events of the writes to a table; its triggers, functions and rules go. Returns whether it was watched.';

-- The caller's own checks run as the caller; what is made belongs to rowhook_owner.
grant execute on function
  webhooks.watch(regclass, text, jsonb, text, text[], text[], text[], regprocedure),
  webhooks.unwatch(regclass),
  webhooks_private.make_capture(webhooks.capture_rules[]),
  webhooks_private.end_capture(regclass),
  webhooks_private.put_triggers(regclass, text, text, text),
  webhooks_private.put_partition_triggers(regclass, text, text[]),
  webhooks_private.capture_rules_of(regclass, text, jsonb, text, text[], text[], text[], regprocedure),
  webhooks_private.check_watchable(regclass),
  webhooks_private.check_columns(regclass, text[], text),
  webhooks_private.check_event_name(text),
  webhooks_private.check_rule_shape(jsonb),
  webhooks_private.check_condition(regclass, text, text),
  webhooks_private.must_be_one_statement(regclass, text),
  webhooks_private.check_payload(regclass, regprocedure),
  webhooks_private.resolve_payload(text),
  webhooks_private.rule_names(jsonb, text),
  webhooks_private.payload_columns(regclass, text[], text[]),
  webhooks_private.key_columns(regclass, text[]),
  webhooks_private.primary_key(regclass),
  webhooks_private.can_fail(oid),
  webhooks_private.missing_grants(oid[], oid[]),
  webhooks_private.is_trusted(oid),
  webhooks_private.is_trusted_function(oid),
  webhooks_private.untrusted_parts(oid, regclass),
  webhooks_private.untrusted_casts(regclass)
to rowhook_dba;

-- Down Migration
do $$
begin
  perform webhooks_private.end_capture(r.relation) from (select distinct relation from webhooks.capture_rules) as r;
end
$$;
drop function webhooks.unwatch(regclass);
drop function webhooks.watch(regclass, text, jsonb, text, text[], text[], text[], regprocedure);
drop function webhooks_private.put_partition_triggers(regclass, text, text[]);
drop function webhooks_private.put_triggers(regclass, text, text, text);
