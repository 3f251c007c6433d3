-- Up Migration
-- Makes and drops the capture functions of a table, as rowhook_owner.

create function webhooks_private.capture_base(relation regclass) returns text
language sql volatile
set search_path = pg_catalog, pg_temp
return coalesce(
  (select (regexp_match(p.proname, '^tg_(.*)__capture_(?:insert|update|delete)$'))[1]
     from pg_trigger as t
     join pg_proc    as p on p.oid = t.tgfoid
    where t.tgrelid = relation
      and t.tgnargs = 0 -- with an argument it captures for the table that this one is a partition of
      and p.pronamespace = 'webhooks_private'::regnamespace
      and p.proname ~ '^tg_.*__capture_(insert|update|delete)$'
    limit 1),
  (select case when exists (select from pg_proc as p
                             where p.pronamespace = 'webhooks_private'::regnamespace
                               and starts_with(p.proname, 'tg_' || name || '__capture_'))
               then name || '_' || left(md5(gen_random_uuid()::text), 8)
               else name end
     from pg_class as c
    cross join lateral (select lower(left(btrim(regexp_replace(c.relname, '[^a-zA-Z0-9]+', '_', 'g'), '_'), 30))) as short (name)
    where c.oid = relation));
comment on function webhooks_private.capture_base(regclass) is
  'What the capture functions of a table are named after: as they are now, else the table''s name in ASCII, cut, and unique.';

create function webhooks_private.drop_capture(base text, keep text[]) returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
set client_min_messages = error as $$
declare
  gone regprocedure;
begin
  -- Cascade drops the triggers with them, which only the table's owner could do by name.
  for gone in
    select p.oid
      from pg_proc as p
     where p.pronamespace = 'webhooks_private'::regnamespace
       and (p.proname ~ ('^tg_' || base || '__capture_(begin|end|((insert|update|delete)(_row)?))$')
            or p.proname ~ ('^' || base || '__(insert|update|delete)_[0-9]+_(condition|payload)$'))
       and p.proname <> all (keep)
  loop
    execute format('drop function %s cascade', gone);
  end loop;
end
$$;
comment on function webhooks_private.drop_capture(text, text[]) is
  'Drops the capture functions of that name with their triggers, but those to keep.';

create function webhooks_private.put_function(name text, arguments text, result text, options text, body text, remark text) returns text
language plpgsql volatile
set search_path = pg_catalog, pg_temp as $$
begin
  execute format('create or replace function webhooks_private.%I(%s) returns %s language plpgsql %s as %L', name, arguments, result, options, body);
  execute format('comment on function webhooks_private.%I(%s) is %L', name, arguments, remark);
  if result = 'trigger' then
    execute format('grant execute on function webhooks_private.%I() to rowhook_dba', name); -- who creates the trigger needs it; who writes does not
  end if;
  return name;
end
$$;
comment on function webhooks_private.put_function(text, text, text, text, text, text) is
  'Creates or replaces a function in plpgsql with its comment, and returns its name.';

/*
 * The statements of capture functions name no variables, so their plans are generic. Nested loops are off
 * where rows are paired: a plan made for one row would pair 10,000 by 10,000. Before PostgreSQL 18 a plan that does with what is
 * off counts as so costly that it is compiled, 400 ms each time: so jit is off as well.
 * How times and numbers are printed is fixed too (1.5 µs), so that a row makes the same bytes whatever session writes it.
 */
create function webhooks_private.put_capture_functions(base text, rules webhooks.capture_rules[]) returns text[]
language plpgsql volatile
set search_path = pg_catalog, pg_temp as $$
declare
  relation    regclass := rules[1].relation;
  operation   text     := rules[1].fires_on;
  wraps       text     := case operation when 'insert' then 'new anyelement' when 'delete' then 'old anyelement' else 'old anyelement, new anyelement' end;
  options     text     := 'volatile security definer set search_path = pg_catalog, pg_temp '
                          'set timezone = ''UTC'' set datestyle = ''ISO, YMD'' set intervalstyle = ''postgres'' set extra_float_digits = 1 set bytea_output = ''hex''';
  names       text[]   := '{}';
  row_type    text;
  partitioned boolean;
  rule        webhooks.capture_rules;
begin
  -- Without usage on the schema its type cannot be named; old and new then go to a wrapped condition as plain records.
  select case when has_schema_privilege(c.relnamespace, 'usage') then relation::text end, c.relkind = 'p'
    into strict row_type, partitioned
    from pg_class as c
   where c.oid = relation;

  foreach rule in array rules loop
    if rule.guarded then
      names := names || webhooks_private.put_function(concat(base, '__', operation, '_', rule.position, '_condition'), wraps, 'boolean', 'volatile',
        webhooks_private.guard_text(rule, 'condition'), format('Whether %s of %s makes %s; an error is no.', operation, relation, rule.event));
    end if;
    if rule.payload is not null then
      names := names || webhooks_private.put_function(concat(base, '__', operation, '_', rule.position, '_payload'), wraps, 'json', 'volatile',
        webhooks_private.guard_text(rule, 'payload'), format('The data of %s, by %s; null where it fails.', rule.event, rule.payload));
    end if;
  end loop;

  names := names || webhooks_private.put_function(concat('tg_', base, '__capture_', operation), '', 'trigger',
    options || case operation when 'update' then ' set enable_nestloop = off set jit = off' else '' end,
    webhooks_private.capture_text(base, rules, row_type, false), format('Makes events of each %s of %s. Written by webhooks.watch.', operation, relation));
  if partitioned then
    names := names || webhooks_private.put_function(concat('tg_', base, '__capture_', operation, '_row'), '', 'trigger', options,
      webhooks_private.capture_text(base, rules, row_type, true),
      format('Makes events of each %s of a partition of %s that is younger than the watch. Written by webhooks.watch.', operation, relation));
  end if;
  return names;
end
$$;
comment on function webhooks_private.put_capture_functions(text, webhooks.capture_rules[]) is
  'Creates the functions for the rules of one operation, and returns their names.';

/*
 * Who may call this may have his own payload function run as rowhook_owner anyway, so it takes conditions as they are. All
 * names and values it quotes itself.
 */
create function webhooks_private.make_capture(rules webhooks.capture_rules[]) returns text
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp as $$
declare
  watched   regclass := rules[1].relation;
  names     text[]   := '{}';
  base      text;
  operation text;
begin
  perform pg_advisory_xact_lock(hashtextextended('webhooks.watch', watched::oid::bigint)); -- two watches of one table
  perform webhooks_private.drop_capture_of_dropped_tables();
  base := webhooks_private.capture_base(watched);

  delete from webhooks.capture_rules as r where r.relation = watched;
  insert into webhooks.capture_rules select r.* from unnest(rules) as r;
  insert into webhooks.event_types (name, description)
  select distinct r.event, format('Made by webhooks.watch of %s.', watched)
    from unnest(rules) as r
      on conflict (name) do nothing;

  foreach operation in array '{insert,update,delete}'::text[] loop
    if exists (select from unnest(rules) as r where r.fires_on = operation) then
      names := names || webhooks_private.put_capture_functions(base, array(select r from unnest(rules) as r where r.fires_on = operation order by r.position));
    end if;
  end loop;

  if (select c.relkind = 'p' from pg_class as c where c.oid = watched) then
    names := names
      || webhooks_private.put_function(concat('tg_', base, '__capture_begin'), '', 'trigger', 'set search_path = pg_catalog, pg_temp',
           format(E'\nbegin\n  perform set_config(%1$L, concat(current_setting(%1$L, true), ''#''), true);\n  return null;\nend\n', 'rowhook.capturing_' || base),
           format('Marks that a statement is captured as a whole, so that the row triggers of %s keep still. Written by webhooks.watch.', watched))
      || webhooks_private.put_function(concat('tg_', base, '__capture_end'), '', 'trigger', 'set search_path = pg_catalog, pg_temp',
           format(E'\nbegin\n  perform set_config(%1$L, left(current_setting(%1$L, true), -1), true);\n  return null;\nend\n', 'rowhook.capturing_' || base),
           format('Takes the mark of a captured statement of %s away. Written by webhooks.watch.', watched));
  end if;
  perform webhooks_private.drop_capture(base, names);
  return base;
end
$$;
comment on function webhooks_private.make_capture(webhooks.capture_rules[]) is
  'Records the rules of a table, registers their event types, and makes the capture functions; returns what they are named after.';

create function webhooks_private.drop_capture_of_dropped_tables() returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp as $$
begin
  delete from webhooks.capture_rules as r
   where not exists (select from pg_class as c where c.oid = r.relation);
  perform webhooks_private.drop_capture((regexp_match(p.proname, '^tg_(.*)__capture_'))[1], '{}')
     from pg_proc as p
    where p.pronamespace = 'webhooks_private'::regnamespace
      and p.proname ~ '^tg_.*__capture_(insert|update|delete)$'
      and not exists (select from pg_trigger as t where t.tgfoid = p.oid);
end
$$;
comment on function webhooks_private.drop_capture_of_dropped_tables() is
  'Tidies up after tables that were dropped while they were watched.';

create function webhooks_private.end_capture(watched regclass) returns boolean
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp as $$
begin
  perform pg_advisory_xact_lock(hashtextextended('webhooks.watch', watched::oid::bigint));
  perform webhooks_private.drop_capture(webhooks_private.capture_base(watched), '{}');
  delete from webhooks.capture_rules as r where r.relation = watched;
  return found;
end
$$;
comment on function webhooks_private.end_capture(regclass) is
  'Drops the capture functions, triggers and rules of a table; returns whether it had any.';

-- Down Migration
drop function webhooks_private.end_capture(regclass);
drop function webhooks_private.drop_capture_of_dropped_tables() cascade;
drop function webhooks_private.make_capture(webhooks.capture_rules[]);
drop function webhooks_private.put_capture_functions(text, webhooks.capture_rules[]);
drop function webhooks_private.put_function(text, text, text, text, text, text);
drop function webhooks_private.drop_capture(text, text[]);
drop function webhooks_private.capture_base(regclass);
