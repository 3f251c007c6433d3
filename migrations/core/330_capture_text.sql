-- Up Migration
-- The text of capture functions: plain SQL that a reader finds with \sf.

create function webhooks_private.text_of(relation regclass, row_name text, column_name text) returns text
language sql stable
return (
  with recursive types (type, base, namespace) as (
    select t.oid, t.typbasetype, t.typnamespace
      from pg_attribute as a
      join pg_type      as t on t.oid = a.atttypid
     where a.attrelid = relation
       and a.attname  = column_name
     union all
    select t.oid, t.typbasetype, t.typnamespace
      from types   as o
      join pg_type as t on t.oid = o.base
  )
  select case when namespace = 'pg_catalog'::regnamespace
              then format('%s.%I::text', row_name, column_name)
              else format('concat(%s.%I)', row_name, column_name) end -- never follows somebody's cast to text
    from types
   where base = 0
);
comment on function webhooks_private.text_of(regclass, text, text) is
  'SQL for the text of a column of old or new.';

create function webhooks_private.tenant_text(rule webhooks.capture_rules, row_name text) returns text
language sql stable
return case when rule.tenant_column is null then $$'default'$$
            else format($$coalesce(nullif(%s, ''), 'default')$$, webhooks_private.text_of(rule.relation, row_name, rule.tenant_column)) end;
comment on function webhooks_private.tenant_text(webhooks.capture_rules, text) is
  'SQL for the tenant of old or new.';

create function webhooks_private.resource_text(rule webhooks.capture_rules, row_name text) returns text
language sql stable
return case when cardinality(rule.key_columns) = 1
            then webhooks_private.text_of(rule.relation, row_name, rule.key_columns[1])
            else format('concat(%s)', (select string_agg(webhooks_private.text_of(rule.relation, row_name, k), $$, ',', $$ order by place)
                                         from unnest(rule.key_columns) with ordinality as u (k, place))) end;
comment on function webhooks_private.resource_text(webhooks.capture_rules, text) is
  'SQL for the key of old or new, several columns joined by commas.';

create function webhooks_private.row_json(row_name text, columns text[]) returns text
language sql immutable
return case when columns is null
            then format('row_to_json(%s.*)', row_name) -- with the star, since a column may be called new
            else format('(select row_to_json(part.*) from (select %s) as part)',
                        (select string_agg(format('%s.%I', row_name, c), ', ' order by place) from unnest(columns) with ordinality as u (c, place))) end;
comment on function webhooks_private.row_json(text, text[]) is
  'SQL for old or new as json, byte for byte as Postgres prints it; wholly or some of its columns.';

create function webhooks_private.changed_text(columns text[]) returns text
language sql immutable
return case when columns is null
            then 'record_image_ne(old.*, new.*)'
            else format('record_image_ne(row(%s), row(%s))',
                        (select string_agg(format('old.%I', c), ', ') from unnest(columns) as c),
                        (select string_agg(format('new.%I', c), ', ') from unnest(columns) as c)) end;
comment on function webhooks_private.changed_text(text[]) is
  'SQL for "one of these columns differs": by their images, so that it holds for types without equality, and 1.0 differs from 1.00.';

create function webhooks_private.previous_text(columns text[]) returns text
language sql immutable
return format(
  '(select concat(''{'', string_agg(concat(to_json(v.name), '':'', v.was), '',''), ''}'')::json
                   from rows from (json_each(%s), json_each(%s)) as v (name, was, name_now, now)
                  where v.was::text <> v.now::text)',
  webhooks_private.row_json('old', columns), webhooks_private.row_json('new', columns));
comment on function webhooks_private.previous_text(text[]) is
  'SQL for the changed members of old as json, their texts untouched. Both rows list the same columns, so they pair by place.';

create function webhooks_private.condition_text(condition text) returns text
language sql immutable
return format(case when condition ~ '--' then E'(%s\n)' else '(%s)' end, condition); -- a comment must not swallow the bracket
comment on function webhooks_private.condition_text(text) is
  'A condition in brackets.';

create function webhooks_private.guard_name(base text, rule webhooks.capture_rules, purpose text) returns text
language sql immutable
return format('webhooks_private.%I', concat(base, '__', rule.fires_on, '_', rule.position, '_', purpose));
comment on function webhooks_private.guard_name(text, webhooks.capture_rules, text) is
  'The name of the function that wraps a rule''s condition or payload.';

/*
 * The rows of the table may hold what a payload function leaves out, or print it in another form (money as text). So where
 * there is one, previous is told in its words. A payload that is no object has no members to compare.
 */
create function webhooks_private.changed_members(was json, now json) returns json
language sql stable
return case when json_typeof(was) = 'object' and json_typeof(now) = 'object' then (
  select concat('{', string_agg(concat(to_json(key), ':', coalesce(w.value::text, 'null')), ',' order by w.place, n.place), '}')::json
    from json_each(was) with ordinality as w (key, value, place)
    full join json_each(now) with ordinality as n (key, value, place) using (key)
   where w.value::text is distinct from n.value::text
) end;
comment on function webhooks_private.changed_members(json, json) is
  'The members of the first object that the second one has otherwise, their texts untouched; null for one that it had not.';

create function webhooks_private.tells_previous(payload regprocedure) returns boolean
language sql stable
return coalesce((select p.pronargs = 1 from pg_proc as p where p.oid = payload), false);
comment on function webhooks_private.tells_previous(regprocedure) is
  'Whether a payload function can be asked for the old row as well: one of the row alone. One of old and new tells a change already.';

create function webhooks_private.typed_rows(row_names text[], row_type text) returns text
language sql immutable
return (
  select string_agg(case when row_type is null then format('%s.*', r) else format('(%s.*)::%s', r, row_type) end, ', ')
    from unnest(row_names) as r
);
comment on function webhooks_private.typed_rows(text[], text) is
  'SQL for whole rows as arguments of a function.';

create function webhooks_private.matches_text(rule webhooks.capture_rules, guard text) returns text
language sql immutable
return nullif(concat_ws(E'\n            and ',
                        case when rule.fires_on = 'update' then webhooks_private.changed_text(rule.changed) end,
                        case when rule.guarded               then guard
                             when rule.condition is not null then webhooks_private.condition_text(rule.condition) end), '');
comment on function webhooks_private.matches_text(webhooks.capture_rules, text) is
  'SQL for "the rule fires for this row", a guarded condition as given; null where it always does.';

create function webhooks_private.rule_text(base text, rule webhooks.capture_rules, row_type text, with_previous boolean) returns text
language sql stable
return (
  select case
           when with_previous and webhooks_private.tells_previous(rule.payload)
           then format(E'select %1$L as type, made.data,\n                webhooks_private.changed_members(%2$s(%3$s), made.data) as previous\n'
                       '           from (select %2$s(%4$s) as data%5$s\n                 offset 0) as made',
                       rule.event, webhooks_private.guard_name(base, rule, 'payload'), rows_before, typed_rows, matches)
           else concat(format('select %L as type, ', rule.event),
                       case when rule.payload is null
                            then webhooks_private.row_json(row_name, rule.payload_columns)
                            else format('%s(%s)', webhooks_private.guard_name(base, rule, 'payload'), typed_rows) end,
                       ' as data',
                       case when with_previous then E',\n                ' || webhooks_private.previous_text(rule.payload_columns) || ' as previous' end,
                       matches)
         end
    from (select case rule.fires_on when 'delete' then 'old' else 'new' end as row_name,
                 webhooks_private.typed_rows(case rule.fires_on when 'insert' then '{new}' when 'delete' then '{old}' else '{old,new}' end::text[], row_type) as typed_rows,
                 webhooks_private.typed_rows('{old,old}', row_type) as rows_before) as names
   cross join lateral (
         select E'\n          where ' || webhooks_private.matches_text(rule, format('%s(%s)', webhooks_private.guard_name(base, rule, 'condition'), typed_rows)) as matches) as conditions
);
comment on function webhooks_private.rule_text(text, webhooks.capture_rules, text, boolean) is
  'SQL for the event of one rule and one row: a select without from, over old and new.';

/*
 * new_rows and old_rows under the names new and old. Of an update both are numbered and paired by their number,
 * since Postgres fills them in the same order and a key may be what changed. Always by a select of the columns: the row of
 * a transition table itself still counts columns that were dropped, so that its fields come out shifted.
 */
create function webhooks_private.source_text(fires_on text, columns_of text) returns text
language sql immutable
return replace(case fires_on
  when 'insert' then '(select $ from new_rows) as new'
  when 'delete' then '(select $ from old_rows) as old'
  else '(select row_number() over () as place, old_rows as row from (select $ from old_rows) as old_rows) as was
    join (select row_number() over () as place, new_rows as row from (select $ from new_rows) as new_rows) as became using (place)
   cross join lateral (select (was.row).*)    as old
   cross join lateral (select (became.row).*) as new' end, '$', coalesce(columns_of, '*'));
comment on function webhooks_private.source_text(text, text) is
  'SQL for the rows of a statement as old and new.';

create function webhooks_private.row_columns(relation regclass) returns text
language sql stable
return (
  select string_agg(case when a.attgenerated = 'v'
                         then format('(%s) as %I', pg_get_expr(d.adbin, d.adrelid), a.attname)
                         else quote_ident(a.attname) end, ', ' order by a.attnum)
    from pg_attribute    as a
    left join pg_attrdef as d on d.adrelid = a.attrelid and d.adnum = a.attnum
   where a.attrelid = relation
     and a.attnum > 0
     and not a.attisdropped
);
comment on function webhooks_private.row_columns(regclass) is
  'The columns of a table as a select list, virtual generated ones (PostgreSQL 18) computed: triggers see null in them.';

-- Down Migration
drop function webhooks_private.row_columns(regclass);
drop function webhooks_private.source_text(text, text);
drop function webhooks_private.rule_text(text, webhooks.capture_rules, text, boolean);
drop function webhooks_private.matches_text(webhooks.capture_rules, text);
drop function webhooks_private.typed_rows(text[], text);
drop function webhooks_private.tells_previous(regprocedure);
drop function webhooks_private.changed_members(json, json);
drop function webhooks_private.guard_name(text, webhooks.capture_rules, text);
drop function webhooks_private.condition_text(text);
drop function webhooks_private.previous_text(text[]);
drop function webhooks_private.changed_text(text[]);
drop function webhooks_private.row_json(text, text[]);
drop function webhooks_private.resource_text(webhooks.capture_rules, text);
drop function webhooks_private.tenant_text(webhooks.capture_rules, text);
drop function webhooks_private.text_of(regclass, text, text);
