-- Up Migration
-- The functions that watch leaves behind for a table: one for each operation that has rules.

create function webhooks_private.question_text(rules webhooks.capture_rules[], source text) returns text
language sql stable
return (
  select format(E'exists (\n      select %s\n        from %s%s)',
                (select string_agg(distinct format('%s.%I', case r.fires_on when 'delete' then 'old' else 'new' end, c), ', ')
                   from unnest(rules) as r, unnest(r.key_columns || r.tenant_column || r.payload_columns || r.changed) as c
                  where c is not null),
                source,
                case when bool_and(m.matches is not null)
                     then format(E'\n       where %s', string_agg(distinct m.matches, E'\n          or ')) end)
    from unnest(rules) as r
   cross join lateral (select replace(webhooks_private.matches_text(r, null), E'\n           ', '') as matches) as m
);
comment on function webhooks_private.question_text(webhooks.capture_rules[], text) is
  'SQL for "a rule may fire for one of the rows", which names every column that the events need.';

create function webhooks_private.event_limit(tenant_id text) returns integer
language plpgsql stable
set search_path = pg_catalog, pg_temp as $$
begin
  return coalesce((select t.max_event_bytes from webhooks.tenant_settings as t where t.tenant_id = event_limit.tenant_id),
                  (select s.max_event_bytes from webhooks.settings as s));
end
$$;
comment on function webhooks_private.event_limit(text) is
  'Most bytes of data and previous that an event of the tenant may have.';

/*
 * The limit is asked for where an event has more than 1,024 bytes, since no limit is lower: what a small one costs is mostly the
 * making ready of this statement, part by part.
 *
 * Ids are cut where an index could not hold them, which would refuse the write; no endpoint's tenant is as long as that.
 *
 * Each offset 0 keeps the planner from copying an expression to every place that names it: json would be made three times.
 */
create function webhooks_private.insert_text(base text, rules webhooks.capture_rules[], row_type text, source text) returns text
language sql stable
return (
  select format($text$
  insert into webhooks.events (tenant_id, type, resource_type, resource_id, data, %1$sdata_omitted, context)
  select t.tenant_id, e.type, %2$L, left(%3$s, 500),
         case when o.reason is null then e.data else %4$s end,
         %5$so.reason, (select webhooks_private.current_context()) -- once for all rows
    from %6$s
   cross join lateral (select left(%7$s, 500) as tenant_id) as t
   cross join lateral (
         %8$s
         offset 0) as e%9$s
   cross join lateral (
         select case when e.data is null then 'no payload'
                     when octet_length(e.data::text)%10$s > 1024
                      and octet_length(e.data::text)%10$s > webhooks_private.event_limit(t.tenant_id) then 'too large' end as reason
         offset 0) as o;$text$,
         case when updates then 'previous, ' else '' end,
         r.resource,
         webhooks_private.resource_text(r, row_name),
         webhooks_private.row_json(row_name, r.key_columns),
         case when updates then format(E'case when o.reason is null then %s.previous end,\n         ', previous_of) else '' end,
         source,
         webhooks_private.tenant_text(r, row_name),
         (select string_agg(webhooks_private.rule_text(base, u, row_type, previous_of = 'e'), E'\n          union all\n         ' order by u.position)
            from unnest(rules) as u),
         case when previous_of = 'p'
              then format(E'\n   cross join lateral (\n         select case when e.data is not null then\n                %s end as previous\n         offset 0) as p', webhooks_private.previous_text(r.payload_columns))
              else '' end,
         case when updates then format(' + coalesce(octet_length(%s.previous::text), 0)', previous_of) else '' end)
    from (select (rules[1]).*) as r
   cross join lateral (select case r.fires_on when 'delete' then 'old' else 'new' end as row_name, r.fires_on = 'update' as updates) as operation
   cross join lateral (select case when updates then case when exists (select from unnest(rules) as u
                                                                        where u.payload_columns is distinct from r.payload_columns
                                                                           or webhooks_private.tells_previous(u.payload))
                                                          then 'e' else 'p' end end as previous_of) as shared -- p: the same for all rules
);
comment on function webhooks_private.insert_text(text, webhooks.capture_rules[], text, text) is
  'SQL for the one insert that makes all events of a statement.';

/*
 * A condition or payload function that raises an error must not refuse the write: the row is then no match, or its event
 * holds the key alone, and the operator is told. What ends a transaction anyway (deadlock, serialization) goes through.
 */
create function webhooks_private.guard_text(rule webhooks.capture_rules, purpose text) returns text
language sql stable
return format(
  E'\nbegin\n  return %s;\nexception\n  when transaction_rollback then\n    raise;\n'
  '  when others then\n    perform webhooks_private.note_capture_failure(concat(%L, sqlstate, '': '', sqlerrm));\n    return %s;\nend\n',
  case when purpose = 'condition' then webhooks_private.condition_text(rule.condition)
       else format('%s(%s)::json', (select rule.payload::oid::regproc),
                   case when (select p.pronargs from pg_proc as p where p.oid = rule.payload) = 2
                        then concat_ws(', ', case rule.fires_on when 'insert' then 'null' else 'old' end,
                                             case rule.fires_on when 'delete' then 'null' else 'new' end)
                        else case rule.fires_on when 'delete' then 'old' else 'new' end end) end,
  concat(rule.event, ', its ', purpose, ', ', case purpose when 'payload' then rule.payload::text else rule.condition end, ': '),
  case purpose when 'condition' then 'false' else 'null' end);
comment on function webhooks_private.guard_text(webhooks.capture_rules, text) is
  'The body of the function that wraps the condition or the payload function of a rule.';

-- Down Migration
drop function webhooks_private.guard_text(webhooks.capture_rules, text);
drop function webhooks_private.insert_text(text, webhooks.capture_rules[], text, text);
drop function webhooks_private.event_limit(text);
drop function webhooks_private.question_text(webhooks.capture_rules[], text);
