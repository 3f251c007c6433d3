-- Up Migration
-- From what watch is told to rows of webhooks.capture_rules: everything checked, nothing made yet.

create function webhooks_private.rule_names(rule jsonb, field text) returns text[]
language plpgsql immutable
set search_path = pg_catalog, pg_temp as $$
begin
  if rule -> field is null or rule -> field = 'null' then
    return null;
  end if;
  if jsonb_typeof(rule -> field) <> 'array' or jsonb_array_length(rule -> field) = 0
     or exists (select from jsonb_array_elements(rule -> field) as name where jsonb_typeof(name) <> 'string') then
    raise exception using errcode = 'WHRUL',
      message = format('%L of a rule is %s.', field, rule -> field),
      detail  = 'It is a list of column names.',
      hint    = format('Write it like {"%s": ["status"]}.', field);
  end if;
  return array(select jsonb_array_elements_text(rule -> field));
end
$$;
comment on function webhooks_private.rule_names(jsonb, text) is
  'A list of column names of a rule; null where it is absent, WHRUL where it is something else.';

create function webhooks_private.check_rule_shape(rule jsonb) returns void
language plpgsql immutable
set search_path = pg_catalog, pg_temp as $$
declare
  allowed text[] := '{event,on,when,changed,columns,exclude,payload}';
  trouble text;
begin
  trouble := case
    when jsonb_typeof(rule) <> 'object' then 'A rule is an object.'
    when exists (select from jsonb_object_keys(rule) as k where k <> all (allowed))
      then format('%s is not known.', (select string_agg(quote_literal(k), ', ') from jsonb_object_keys(rule) as k where k <> all (allowed)))
    when coalesce(jsonb_typeof(rule -> 'event'), '') <> 'string' then '"event" is missing: the name of the event.'
    when rule ->> 'on' is null or rule ->> 'on' not in ('insert', 'update', 'delete') then '"on" is insert, update or delete.'
    when jsonb_typeof(rule -> 'when')    not in ('string', 'null') then '"when" is a string: SQL over old and new.'
    when jsonb_typeof(rule -> 'payload') not in ('string', 'null') then '"payload" is a string: the name of a function.'
    when rule ->> 'changed' is not null and rule ->> 'on' <> 'update' then '"changed" goes with updates only.'
  end;
  if trouble is not null then
    raise exception using errcode = 'WHRUL',
      message = format('The rule %s cannot be used.', rule),
      detail  = trouble,
      hint    = format('A rule has "event" and "on", and may have %s.', array_to_string(allowed[3:], ', '));
  end if;
end
$$;
comment on function webhooks_private.check_rule_shape(jsonb) is
  'Raises WHRUL unless the rule is an object with known fields of the right kinds.';

create function webhooks_private.payload_columns(relation regclass, columns text[], exclude text[]) returns text[]
language plpgsql stable
set search_path = pg_catalog, pg_temp as $$
begin
  perform webhooks_private.check_columns(relation, columns, 'columns');
  perform webhooks_private.check_columns(relation, exclude, 'exclude');
  if exclude is null then
    return columns; -- null stays null: all columns, those that come later too
  end if;
  -- A column that is added later stays out until watch is called again: it may be one that should be excluded too.
  columns := array(select a.attname::text
                     from pg_attribute as a
                    where a.attrelid = relation and a.attnum > 0 and not a.attisdropped
                      and a.attname <> all (exclude) and (columns is null or a.attname = any (columns))
                    order by coalesce(array_position(columns, a.attname::text), a.attnum));
  if cardinality(columns) = 0 then
    raise exception using errcode = 'WHCOL',
      message = format('Nothing of %s is left for the payload.', relation),
      detail  = 'columns and exclude together leave no column.',
      hint    = 'Exclude fewer, or name a payload function.';
  end if;
  return columns;
end
$$;
comment on function webhooks_private.payload_columns(regclass, text[], text[]) is
  'The columns that data shows: those named, without the excluded ones; null for all.';

create function webhooks_private.capture_rules_of(
  relation regclass, resource text, rules jsonb, tenant text, key text[], columns text[], exclude text[], payload regprocedure
) returns setof webhooks.capture_rules
language plpgsql volatile
set search_path = pg_catalog, pg_temp as $$
declare
  rule        jsonb;
  made        webhooks.capture_rules;
  own_columns boolean;
begin
  perform webhooks_private.check_watchable(relation);
  if jsonb_typeof(rules) is distinct from 'array' or jsonb_array_length(rules) = 0 then
    raise exception using errcode = 'WHRUL',
      message = format('%s has no rules to be watched by.', relation),
      detail  = 'rules is an array with at least one rule.',
      hint    = 'Write it like [{"event": "sale.created", "on": "insert"}]. To stop watching, call webhooks.unwatch.';
  end if;
  if coalesce(resource, '') = '' or length(resource) > 255 then
    raise exception using errcode = 'WHRUL',
      message = format('The rows of %s have no name, or one of more than 255 characters.', relation),
      detail  = 'resource tells receivers what an event is about.',
      hint    = 'Name the thing in the singular: sale.';
  end if;
  if tenant is not null then
    perform webhooks_private.check_columns(relation, array[tenant], 'tenant');
  end if;
  if exists (select from pg_attribute as a where a.attrelid = relation and a.attname in ('old_rows', 'new_rows') and not a.attisdropped) then
    raise exception using errcode = 'WHREL',
      message = format('%s cannot be watched.', relation),
      detail  = 'A column of it is named old_rows or new_rows, as the rows of a statement are in the capture functions.',
      hint    = 'Rename the column.';
  end if;
  if exists (select from webhooks_private.untrusted_casts(relation)) then
    raise exception using errcode = 'WHTRU',
      message = format('%s has columns whose types are printed by code that capture does not trust: %s.', relation,
                       (select string_agg(c, ', ') from webhooks_private.untrusted_casts(relation) as c)),
      detail  = 'A cast to json or text runs with the rights of rowhook_owner for every writer.',
      hint    = 'Have a superuser or a member of rowhook_dba own that function, or drop the cast.';
  end if;

  made.relation      := relation;
  made.relation_name := relation::text;
  made.position      := 0;
  made.resource      := resource;
  made.tenant_column := tenant;
  made.key_columns   := webhooks_private.key_columns(relation, key);
  made.created_by    := session_user;
  made.created_at    := now();

  for rule in select r from jsonb_array_elements(rules) as r loop
    perform webhooks_private.check_rule_shape(rule);
    perform webhooks_private.check_event_name(rule ->> 'event');
    own_columns          := webhooks_private.rule_names(rule, 'columns') is not null or webhooks_private.rule_names(rule, 'exclude') is not null;
    made.id              := webhooks_private.new_id();
    made.position        := made.position + 1;
    made.event           := rule ->> 'event';
    made.fires_on        := rule ->> 'on';
    made.condition       := nullif(btrim(rule ->> 'when', E' \t\r\n'), '');
    made.changed         := webhooks_private.rule_names(rule, 'changed');
    made.guarded         := made.condition is not null and webhooks_private.check_condition(relation, made.fires_on, made.condition);
    made.payload         := case when rule ->> 'payload' is not null then webhooks_private.resolve_payload(rule ->> 'payload')
                                 when not own_columns                then payload end;
    made.payload_columns := case when own_columns
                                 then webhooks_private.payload_columns(relation, webhooks_private.rule_names(rule, 'columns'), webhooks_private.rule_names(rule, 'exclude'))
                                 else webhooks_private.payload_columns(relation, columns, exclude) end;
    perform webhooks_private.check_columns(relation, made.changed, 'changed');
    if made.payload is not null then
      perform webhooks_private.check_payload(relation, made.payload);
    end if;
    return next made;
  end loop;
end
$$;
comment on function webhooks_private.capture_rules_of(regclass, text, jsonb, text, text[], text[], text[], regprocedure) is
  'The rules that watch was given as rows of webhooks.capture_rules, checked as the caller.';

-- Down Migration
drop function webhooks_private.capture_rules_of(regclass, text, jsonb, text, text[], text[], text[], regprocedure);
drop function webhooks_private.payload_columns(regclass, text[], text[]);
drop function webhooks_private.check_rule_shape(jsonb);
drop function webhooks_private.rule_names(jsonb, text);
