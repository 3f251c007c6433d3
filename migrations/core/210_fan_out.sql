-- Up Migration
-- From an event to its deliveries: one for each endpoint of the tenant that asks for it.

create function webhooks_private.patterns_of(event_type text) returns text[]
language plpgsql immutable strict parallel safe
set search_path = pg_catalog, pg_temp as $$
declare
  patterns text[] := array['*', event_type];
  place    integer := strpos(event_type, '.');
begin
  while place > 0 loop
    patterns := patterns || (left(event_type, place) || '*');
    place := place + nullif(strpos(substr(event_type, place + 1), '.'), 0); -- null after the last one
  end loop;
  return patterns;
end
$$;
comment on function webhooks_private.patterns_of(text) is
  'Every pattern that an event type matches: its name, each prefix with a star, and the star alone.';

create function webhooks_private.jsonb_or_null(document text) returns jsonb
language plpgsql immutable
set search_path = pg_catalog, pg_temp as $$
begin
  return document::jsonb;
exception when others then
  return null; -- such as \u0000 in a string or a number beyond its range: json allows both, jsonb neither
end
$$;
comment on function webhooks_private.jsonb_or_null(text) is
  'The text as jsonb; null where jsonb cannot hold it.';

-- In plpgsql, which nobody inlines: the envelope's expressions would be made ready for every event, filter or none (8 µs).
create function webhooks_private.filter_accepts(filter jsonpath, event webhooks.events) returns boolean
language plpgsql stable
set search_path = pg_catalog, pg_temp as $$
begin
  return coalesce(
    jsonb_path_query_first(webhooks_private.jsonb_or_null(webhooks.envelope(event)), filter, '{}', true) not in ('false', 'null'),
    false);
exception when others then
  return false; -- silent mode lets some errors through, such as that of a time compared with a date; nothing is written in this block
end
$$;
comment on function webhooks_private.filter_accepts(jsonpath, webhooks.events) is
  'Whether the first item that the filter yields over the envelope is neither false nor null. An error is no match.';

/*
 * Set-based: one statement for all events of an insert, whatever their number. A second delivery of an event to an
 * endpoint has the same key, and is left out.
 *
 * A single event is the usual case, and then most of the time goes into making statements ready. So there are few nodes in them,
 * and no settings that they do without: a statement without variables has a generic plan anyway. Patterns of two words are spelled out,
 * because a call of patterns_of takes 2 µs. Names of disabled types are read once a statement. The conflict names no columns, because
 * Postgres would look up the ancestors of each index of the partition for it (20 µs): the key is the only unique index there is.
 */
create function webhooks_private.tg_events__fan_out() returns trigger
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off as $$
begin
  if not exists (select from webhooks.endpoints as p join new_events as e on e.tenant_id = p.tenant_id
                  where p.is_active and p.deleted_at is null) then
    return null;
  end if;
  -- A receiver that writes because of an event says so. What lies too deep is told here, and left out below.
  if current_setting('rowhook.cause', true) <> '' then
    perform webhooks_private.stop_circles(array(select e.id from new_events as e where webhooks_private.lies_too_deep(e.tenant_id, e.context)));
  end if;

  insert into webhooks.deliveries
    (id, event_id, endpoint_id, tenant_id, event_type, resource_type, resource_id, order_key,
     max_attempts, next_retry_at, payload_format)
  select webhooks_private.delivery_id(e.id, p.id), e.id, p.id, e.tenant_id, e.type, e.resource_type, e.resource_id,
         case p.ordering when 'endpoint' then ''
                         when 'resource' then e.resource_type || ':' || e.resource_id end,
         p.max_attempts, coalesce(e.deliver_at, now()), p.payload_format
    from new_events         as e
    join webhooks.endpoints as p on p.tenant_id = e.tenant_id
   where p.is_active
     and p.deleted_at is null
     and case when e.endpoint_id is not null then p.id = e.endpoint_id
              else p.events && case when e.type like '%.%.%' then webhooks_private.patterns_of(e.type)
                                    else array[e.type, split_part(e.type, '.', 1) || '.*', '*'] end
                   and (p.filter is null or webhooks_private.filter_accepts(p.filter, e))
         end
     and e.type <> all (array(select t.name from webhooks.event_types as t where not t.enabled))
     and case when e.context ? 'depth' then not webhooks_private.lies_too_deep(e.tenant_id, e.context) else true end
      on conflict do nothing;
  return null;
end
$$;
comment on function webhooks_private.tg_events__fan_out() is
  'Makes the deliveries of new events.';

create trigger _500_fan_out
  after insert on webhooks.events
  referencing new table as new_events
  for each statement execute function webhooks_private.tg_events__fan_out();

create function webhooks_private.tg_events__immutable() returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp as $$
begin
  raise exception using errcode = 'WHIMM',
    message = 'Events cannot be changed.',
    detail  = 'An event is a record of what happened; receivers have seen it as it is.',
    hint    = 'Write a new event that says what is different.';
end
$$;
comment on function webhooks_private.tg_events__immutable() is
  'Refuses every update of an event.';

create trigger _100_immutable
  before update on webhooks.events
  for each statement execute function webhooks_private.tg_events__immutable();

-- Down Migration
drop trigger _100_immutable on webhooks.events;
drop function webhooks_private.tg_events__immutable();
drop trigger _500_fan_out on webhooks.events;
drop function webhooks_private.tg_events__fan_out();
drop function webhooks_private.filter_accepts(jsonpath, webhooks.events);
drop function webhooks_private.jsonb_or_null(text);
drop function webhooks_private.patterns_of(text);
