-- Up Migration
/*
 * Filters run inside domain transactions, so their cost is kept proportional to the size of the event: a tenant must not
 * be able to hold up the application. The canonical text of a jsonpath quotes every key and string; once the quoted
 * parts are empty, each dot or bracket is a step. What is refused beyond length and steps grows faster than the event:
 * 8,000 elements compared with 8,000 took 0.8 s, 300 searched inside 300 inside 300 took 8 s, and $[0,0][0,0]… doubles each time.
 */
create function webhooks_private.looks_back(bare text) returns boolean
language plpgsql immutable
set search_path = pg_catalog, pg_temp as $$
declare
  depth     integer := 0;
  filter_at integer; -- depth of the outermost filter that is open
  c         text;
begin
  for i in 1 .. length(bare) loop
    c := substr(bare, i, 1);
    if c = '(' then
      depth := depth + 1;
      if filter_at is null and i > 1 and substr(bare, i - 1, 1) = '?' then
        filter_at := depth;
      end if;
    elsif c = ')' then
      if filter_at = depth then
        filter_at := null;
      end if;
      depth := depth - 1;
    elsif c = '$' and filter_at is not null then
      return true;
    end if;
  end loop;
  return false;
end
$$;
comment on function webhooks_private.looks_back(text) is
  'Whether a jsonpath, its quoted parts emptied, goes back to the root ($) inside a filter ?(…), which would be walked once for each item.';

create function webhooks_private.check_filter(filter jsonpath) returns void
language plpgsql immutable
set search_path = pg_catalog, pg_temp as $$
declare
  bare    text := regexp_replace(filter::text, '"(\\.|[^"\\])*"', '""', 'g');
  problem text;
begin
  problem := case
    when length(filter::text) > 512              then format('It is %s characters long; at most 512 are allowed.', length(filter::text))
    when strpos(bare, 'like_regex') > 0          then 'like_regex is not allowed: its cost has no bound.'
    when strpos(bare, '**') > 0                  then '** is not allowed: its cost has no bound.'
    when regexp_count(bare, '[.\[]') > 20        then format('It has %s steps; at most 20 are allowed.', regexp_count(bare, '[.\[]'))
    when strpos(bare, '.keyvalue(') > 0          then '.keyvalue() is not allowed: each one triples what the next step sees.'
    when bare ~ ' [*/%] '                        then 'Multiplication and division are not allowed: large numbers make them slow.'
    when bare ~ '\[[^\]]*[$@,]'                  then 'A subscript is *, one number or one range: lists and paths in it multiply.'
    when bare ~ '(==|!=|<|>)[^&|)]*[$@]'         then 'A comparison needs a fixed value on its right side: two paths are compared item by item.'
    when webhooks_private.looks_back(bare)       then '$ is not allowed inside ?(…), where it would be walked once for each item; @ is the item.'
  end;
  if problem is not null then
    raise exception using errcode = 'WHFIL',
      message = 'The filter is too costly to run inside your transactions.',
      detail  = problem,
      hint    = 'Filter on a few fields, such as $.data.amount ? (@ > 100), and do the rest in the receiver.';
  end if;
end
$$;
comment on function webhooks_private.check_filter(jsonpath) is
  'Raises WHFIL for a filter whose cost could grow faster than the event: beyond 512 characters or 20 steps, with like_regex, **, keyvalue, multiplication, lists as subscripts, a path on the right of a comparison, or $ inside a filter.';

create function webhooks_private.filter_failure(filter jsonpath, event_type text, data jsonb) returns text
language plpgsql stable
set search_path = pg_catalog, pg_temp as $$
begin
  perform jsonb_path_query_first(
            jsonb_build_object('id', webhooks_private.new_id(), 'type', event_type, 'timestamp', now(), 'tenant_id', 'default',
                               'resource', jsonb_build_object('type', split_part(event_type, '.', 1), 'id', '1'), 'data', data),
            filter, '{}', true);
  return null;
exception when others then
  return sqlerrm;
end
$$;
comment on function webhooks_private.filter_failure(jsonpath, text, jsonb) is
  'What PostgreSQL says of a filter that fails on an event with these data, for all the silence that it is asked for. Null: it does not fail.';

/*
 * A filter that fails is no match, and nobody is told at the event: so one that can only fail is refused where it is saved. Whether it
 * fails may depend on the data: '$.data.at.datetime() < "2030-01-01".date()' does so where "at" bears a time zone. Without any data
 * nothing but the filter is to blame, nor if all examples of what the endpoint asks for fail; where some do not, nothing is certain.
 */
create function webhooks_private.check_filter_runs(filter jsonpath, events text[]) returns void
language plpgsql stable
set search_path = pg_catalog, pg_temp as $$
declare
  problem text := webhooks_private.filter_failure(filter, 'test.event', '{}');
begin
  if problem is null then
    select min(tried.problem) into problem
      from (select webhooks_private.filter_failure(filter, t.name, coalesce(webhooks_private.jsonb_or_null(t.example::text), '{}')) as problem
              from webhooks.event_types as t
             where webhooks_private.patterns_of(t.name) && events
             order by t.name
             limit 200) as tried
    having count(*) = count(tried.problem);
  end if;
  if problem is not null then
    raise exception using errcode = 'WHFER',
      message = 'The filter fails, so that it would match nothing.',
      detail  = format('PostgreSQL says: %s.', problem),
      hint    = 'Correct it. Texts stand in double quotes, there are no variables, and a time with a time zone compares with one that has one.';
  end if;
end
$$;
comment on function webhooks_private.check_filter_runs(jsonpath, text[]) is
  'Raises WHFER for a filter that fails on an event without data, or on each example of the event types that match the patterns.';

-- Down Migration
drop function webhooks_private.check_filter_runs(jsonpath, text[]);
drop function webhooks_private.filter_failure(jsonpath, text, jsonb);
drop function webhooks_private.check_filter(jsonpath);
drop function webhooks_private.looks_back(text);
