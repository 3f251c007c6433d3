-- Up Migration
-- Which events an endpoint may ask for.

create function webhooks_private.check_patterns(patterns text[]) returns void
language plpgsql stable
set search_path = pg_catalog, pg_temp as $$
declare
  odd text;
begin
  if coalesce(cardinality(patterns), 0) = 0 or array_position(patterns, null) is not null then
    raise exception using errcode = 'WHPAT',
      message = 'The endpoint asks for no event.',
      detail  = 'events is empty or holds a null.',
      hint    = 'Name event types, such as {sale.completed}, {sale.*} or {*}.';
  end if;
  if cardinality(patterns) > 200 then
    raise exception using errcode = 'WHPAT',
      message = format('The endpoint names %s event types.', cardinality(patterns)),
      detail  = 'At most 200 are allowed.',
      hint    = 'Use patterns, such as {sale.*}.';
  end if;
  select p into odd from unnest(patterns) as p where p !~ '^(\*|[a-z0-9_]+(\.[a-z0-9_]+)+|[a-z0-9_]+(\.[a-z0-9_]+)*\.\*)$' limit 1;
  if odd is not null then
    raise exception using errcode = 'WHEVT',
      message = format('%L is neither an event type nor a pattern.', odd),
      detail  = 'Allowed are exact names (sale.created), a star at the end (sale.*) and the star alone (*).',
      hint    = coalesce('Did you mean: ' || webhooks_private.near_event_types(odd) || '?', 'See webhooks.event_types for the names.');
  end if;
  select p into odd
    from unnest(patterns) as p
   where p <> '*'
     and not exists (select from webhooks.event_types as t
                      where t.name = p or (right(p, 2) = '.*' and starts_with(t.name, left(p, -1))))
   limit 1;
  if odd is not null then
    raise exception using errcode = 'WHPAT',
      message = format('No event type matches %L.', odd),
      detail  = 'The endpoint would wait for it in vain.',
      hint    = coalesce('Did you mean: ' || webhooks_private.near_event_types(odd) || '?', 'See webhooks.event_types for the names.');
  end if;
end
$$;
comment on function webhooks_private.check_patterns(text[]) is
  'Raises WHPAT unless every pattern is well formed and matches an event type; names near ones.';

-- Down Migration
drop function webhooks_private.check_patterns(text[]);
