-- Up Migration
-- The short way in a capture function: a statement that wrote one row is answered by expressions over variables, and by put_event.
-- The same texts as for many rows, so that a row makes the same event whichever way it goes.

create function webhooks_private.indented(lines text) returns text
language sql immutable
return regexp_replace(lines, '^(?=.)', '  ', 'gn');
comment on function webhooks_private.indented(text) is
  'The lines two blanks further in.';

create function webhooks_private.answer_text(base text, rule webhooks.capture_rules) returns text
language sql stable
return (
  select case when matches is null then work
              else format(E'      fires_%1$s := %2$s;\n      if fires_%1$s then\n%3$s      end if;\n', rule.position, replace(matches, E'\n            and', E'\n        and'),
                          webhooks_private.indented(work)) end
    from (select case rule.fires_on when 'delete' then 'old' else 'new' end as row_name,
                 case rule.fires_on when 'insert' then 'new.*' when 'delete' then 'old.*' else 'old.*, new.*' end as row_values,
                 webhooks_private.guard_name(base, rule, 'payload') as payload_guard) as names
   cross join lateral (
         select webhooks_private.matches_text(rule, format('%s(%s)', webhooks_private.guard_name(base, rule, 'condition'), row_values)) as matches,
                case when rule.payload is null then webhooks_private.row_json(row_name, rule.payload_columns)
                                               else format('%s(%s)', payload_guard, row_values) end as data,
                case when rule.fires_on <> 'update'                       then null
                     when webhooks_private.tells_previous(rule.payload) then format('webhooks_private.changed_members(%s(old.*, old.*), data_%s)', payload_guard, rule.position)
                     else webhooks_private.previous_text(rule.payload_columns) end as previous) as texts
   cross join lateral (
         select concat(format(E'      data_%s := %s;\n', rule.position, data),
                       case when previous is not null then format(E'      if data_%s is not null then\n        previous_%1$s := %s;\n      end if;\n', rule.position, previous) end,
                       -- No limit is below 1,024 bytes.
                       format(E'      if (%2$s > 1024) is not false then\n'
                              '        omitted_%1$s := case when data_%1$s is null then ''no payload''\n'
                              '                          when %2$s > webhooks_private.event_limit(in_tenant) then ''too large'' end;\n'
                              '        if omitted_%1$s is not null then\n          data_%1$s := %3$s;\n%4$s        end if;\n      end if;\n',
                              rule.position,
                              concat('octet_length(data_', rule.position, '::text)', case when previous is not null then format(' + coalesce(octet_length(previous_%s::text), 0)', rule.position) end),
                              webhooks_private.row_json(row_name, rule.key_columns),
                              case when previous is not null then format(E'          previous_%s := null;\n', rule.position) end)) as work) as works
);
comment on function webhooks_private.answer_text(text, webhooks.capture_rules) is
  'Statements that work out whether a rule fires for the row in old and new, and with which data.';

create function webhooks_private.put_text(rule webhooks.capture_rules, with_condition boolean) returns text
language sql stable
return (
  select case when with_condition then format(E'    if fires_%s then\n%s    end if;\n', rule.position, webhooks_private.indented(call)) else call end
    from (select format(E'    event_id := webhooks_private.put_event(in_tenant, %L, %L, %L, in_resource, data_%s, %s, omitted_%4$s);\n',
                        rule.event, webhooks_private.patterns_of(rule.event), rule.resource, rule.position,
                        case when rule.fires_on = 'update' then concat('previous_', rule.position) else 'null' end) as call) as made
);
comment on function webhooks_private.put_text(webhooks.capture_rules, boolean) is
  'The statement that writes the event of a rule, if it fires.';

/*
 * The variables have the type of the table, so that payload functions take them. Where it cannot be named, and where columns are computed when
 * they are read (PostgreSQL 18), there is no short way.
 */
create function webhooks_private.short_way_of(base text, rules webhooks.capture_rules[], row_type text, names text, no_match text)
returns table (variables text, reading text, answers text, writing text)
language sql stable
begin atomic
  select concat(E'declare\n',
                case when fires_on <> 'insert' then format(E'  old %s;\n', row_type) end,
                case when fires_on <> 'delete' then format(E'  new %s;\n', row_type) end,
                E'  in_tenant text;\n  in_resource text;\n  event_id uuid;\n',
                (select string_agg(concat(case when webhooks_private.matches_text(r, 'guard') is not null then format(E'  fires_%s boolean;\n', r.position) end,
                                          format(E'  data_%1$s json;\n  omitted_%1$s text;\n', r.position),
                                          case when fires_on = 'update' then format(E'  previous_%s json;\n', r.position) end), '' order by r.position)
                   from unnest(rules) as r)),
         format(E'      for %1$s in select %2$s from %1$s_rows loop\n        if in_tenant is not null then\n%4$s          exit several;\n        end if;\n        in_tenant := left(%3$s, 500);\n      end loop;\n'
                '      if in_tenant is null then\n        return null; -- it wrote none\n      end if;\n',
                row_name, coalesce(names, '*'), webhooks_private.tenant_text(rules[1], row_name), webhooks_private.indented(webhooks_private.indented(webhooks_private.indented(no_match)))),
         concat(case when fires_on = 'update' then format(E'      select %s into old from old_rows;\n', coalesce(names, '*')) end,
                format(E'      in_resource := left(%s, 500);\n', webhooks_private.resource_text(rules[1], row_name)),
                (select string_agg(webhooks_private.answer_text(base, r), '' order by r.position) from unnest(rules) as r)),
         (select string_agg(webhooks_private.put_text(r, webhooks_private.matches_text(r, 'guard') is not null), '' order by r.position) from unnest(rules) as r)
    from (select (rules[1]).fires_on, case (rules[1]).fires_on when 'delete' then 'old' else 'new' end as row_name) as operation;
end;
comment on function webhooks_private.short_way_of(text, webhooks.capture_rules[], text, text, text) is
  'The parts of a capture function for a statement that wrote one row: what it declares, reads, works out and writes. no_match: what leaves it where no rule fires for several rows.';

-- Down Migration
drop function webhooks_private.short_way_of(text, webhooks.capture_rules[], text, text, text);
drop function webhooks_private.put_text(webhooks.capture_rules, boolean);
drop function webhooks_private.answer_text(text, webhooks.capture_rules);
drop function webhooks_private.indented(text);
