-- Up Migration
-- The body of a capture function.

/*
 * Nothing that writes stands in the block with the handler: the block would take a transaction id for each statement. What may fail, such as a
 * column that is gone, fails in it, before anything is written, and the write goes on. Of many rows it is asked beforehand whether any
 * matches, so that no insert is begun whose triggers would fire for no row. What ends a transaction anyway (deadlock, serialization) goes through.
 *
 * row_level: for a partition that was made after watch was called, whose writes of its own no statement trigger sees.
 */
create function webhooks_private.capture_text(base text, rules webhooks.capture_rules[], row_type text, row_level boolean) returns text
language plpgsql stable
set search_path = pg_catalog, pg_temp as $$
declare
  relation    regclass := rules[1].relation;
  fires_on    text     := rules[1].fires_on;
  partitioned boolean  := (select c.relkind = 'p' from pg_class as c where c.oid = relation);
  virtual     boolean  := exists (select from pg_attribute as a where a.attrelid = relation and a.attgenerated = 'v');
  wrapped     boolean  := exists (select from unnest(rules) as r where r.guarded or r.payload is not null);
  names       text     := webhooks_private.row_columns(relation);
  source      text;
  no_match    text;
  guard       text     := E'  exception\n    when transaction_rollback then\n      raise;\n    when others then\n'
                          '      perform webhooks_private.capture_failed(tg_relid, tg_op, concat(sqlstate, '': '', sqlerrm));\n      return null;\n  end;\n';
  short       record;
  failures    text;
begin
  if row_level then
    source := concat_ws(', ', case when fires_on <> 'insert' then format('(select %s from (select old.*) as r) as old', names) end,
                              case when fires_on <> 'delete' then format('(select %s from (select new.*) as r) as new', names) end);
    source := replace(source, ') as old, (', E') as old\n   cross join (');
  else
    -- All columns by name where they must stand in the table's own order, which a partition need not keep.
    source := webhooks_private.source_text(fires_on, case when virtual or (partitioned and wrapped) then names end);
  end if;
  no_match := format(E'    if not %s then\n      return null;\n    end if;\n', webhooks_private.question_text(rules, source));
  select w.* into short
    from webhooks_private.short_way_of(base, rules, row_type, case when partitioned then names end, no_match) as w
   where row_type is not null
     and not row_level
     and not virtual;

  failures := case when wrapped then
    E'  if current_setting(''rowhook.capture_failure'', true) <> '''' then\n'
    '    perform webhooks_private.capture_failed(tg_relid, tg_op, current_setting(''rowhook.capture_failure''));\n'
    '    perform webhooks_private.note_capture_failure('''');\n  end if;\n' end;

  return concat(
    E'\n#variable_conflict use_column\n', short.variables, E'begin\n',
    E'  if current_setting(''rowhook.mute'', true) = ''on'' or not webhooks_private.capture_is_on() then\n    return null;\n  end if;\n',
    case when partitioned and not row_level then
      E'  if tg_argv[0] = ''partition'' and not exists (select from pg_inherits as i where i.inhrelid = tg_relid) then\n'
      '    return null; -- detached\n  end if;\n' end,
    case when short.reading is null then concat(E'\n  begin\n', no_match, guard)
         else concat(E'\n  <<several>> -- left where the statement wrote several rows\n  begin\n    begin\n', short.reading, short.answers, webhooks_private.indented(guard), E'\n',
                     short.writing, webhooks_private.indented(failures), E'    return null;\n  end several;\n') end,
    webhooks_private.insert_text(base, rules, row_type, source), E'\n',
    E'\n' || failures,
    E'  return null;\nend\n');
end
$$;
comment on function webhooks_private.capture_text(text, webhooks.capture_rules[], text, boolean) is
  'The body of the trigger function for one operation of a watched table.';

-- Down Migration
drop function webhooks_private.capture_text(text, webhooks.capture_rules[], text, boolean);
