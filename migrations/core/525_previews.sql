-- Up Migration
-- What would happen: how many recent events a filter takes, what recover and replay would send, and what a delivery waits for.

create function webhooks.preview_filter(
  events    text[],
  filter    text    default null,
  tenant_id text    default null,
  sample    integer default 1000,
  out looked   integer,
  out asked    integer,
  out matched  integer,
  out since    timestamptz,
  out latest   uuid
)
language plpgsql stable security definer
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set cpu_tuple_cost = 0.1 as $$
#variable_conflict use_column
declare
  tenant text := webhooks_private.tenant_of_caller(preview_filter.tenant_id);
  bytes  bigint := 0;
  event  webhooks.events;
begin
  perform webhooks_private.checked_changes('webhooks.endpoints', jsonb_build_object('filter', preview_filter.filter), '{filter}');
  perform webhooks_private.check_patterns(preview_filter.events);
  if preview_filter.filter is not null then
    perform webhooks_private.check_filter(preview_filter.filter::jsonpath);
    perform webhooks_private.check_filter_runs(preview_filter.filter::jsonpath, preview_filter.events);
  end if;
  looked  := 0;
  asked   := 0;
  matched := 0;
  -- A loop, because it ends where enough has been read: a thousand events may be a thousand bytes or a gigabyte.
  for event in
    select e.*
      from webhooks.events as e
     where e.tenant_id = tenant
     order by e.id desc
     limit least(greatest(coalesce(preview_filter.sample, 1000), 1), 5000)
  loop
    looked := looked + 1;
    since  := webhooks.occurred_at(event.id);
    bytes  := bytes + octet_length(event.data::text);
    if event.endpoint_id is null and preview_filter.events && webhooks_private.patterns_of(event.type) then
      asked := asked + 1;
      if preview_filter.filter is null or webhooks_private.filter_accepts(preview_filter.filter::jsonpath, event) then
        matched := matched + 1;
        latest  := coalesce(latest, event.id);
      end if;
    end if;
    exit when bytes > 16777216;
  end loop;
end
$$;
comment on function webhooks.preview_filter(text[], text, text, integer) is
  'How many of the tenant''s newest events (1,000; 5,000 or 16 MiB of data at the most) an endpoint with these event types and this filter would have got: '
  'looked at, asked for by type, matched by the filter as well, since when, and the latest match. Raises what saving such an endpoint would raise.';

create function webhooks.preview_recover(endpoint_id uuid, since timestamptz, until timestamptz default null, out deliveries integer, out more boolean)
language plpgsql stable security definer
set search_path = pg_catalog, pg_temp
set enable_seqscan = off as $$
#variable_conflict use_column
declare
  endpoint webhooks.endpoints := webhooks_private.endpoint_of_caller(preview_recover.endpoint_id);
  keys     record             := webhooks_private.key_window(preview_recover.since, preview_recover.until);
begin
  perform webhooks_private.must_be_enabled(endpoint);
  select least(count(*), 100000), count(*) > 100000
    into deliveries, more
    from (select
            from webhooks.deliveries as d
           where d.endpoint_id = endpoint.id
             and d.status in ('failed', 'cancelled', 'expired')
             and d.id >= keys.first_id
             and d.id <  keys.last_id
           limit 100001) as d;
end
$$;
comment on function webhooks.preview_recover(uuid, timestamptz, timestamptz) is
  'How many deliveries recover would reopen: counted up to 100,000, and whether there are more. Changes nothing.';

create function webhooks.preview_replay(
  endpoint_id  uuid,
  since        timestamptz,
  until        timestamptz default null,
  types        text[]      default null,
  resume_after uuid        default null,
  out deliveries integer,
  out looked     integer,
  out more       boolean,
  out last_event uuid
)
language plpgsql stable security definer
set search_path = pg_catalog, pg_temp
set enable_seqscan = off as $$
#variable_conflict use_column
declare
  endpoint webhooks.endpoints := webhooks_private.endpoint_of_caller(preview_replay.endpoint_id);
  keys     record             := webhooks_private.key_window(preview_replay.since, preview_replay.until);
  page     record;
begin
  perform webhooks_private.must_be_enabled(endpoint);
  perform webhooks_private.check_types(preview_replay.types);
  page       := webhooks_private.window_page(endpoint.tenant_id, keys.first_id, keys.last_id, preview_replay.resume_after, 10000);
  looked     := cardinality(page.looked);
  more       := page.remaining;
  last_event := page.last_event;
  select count(*)
    into deliveries
    from webhooks_private.matching(endpoint, page.looked, preview_replay.types) as e
   where not exists (select from webhooks.deliveries as d where d.id = webhooks_private.delivery_id(e.id, endpoint.id));
end
$$;
comment on function webhooks.preview_replay(uuid, timestamptz, timestamptz, text[], uuid) is
  'How many deliveries replay would make of the first 10,000 events of the window, how many it looked at, whether there are more, and the last one: give that as resume_after to go on. Changes nothing.';

create function webhooks.deliveries_next(delivery webhooks.deliveries) returns text
language sql stable security definer
set search_path = pg_catalog, pg_temp
begin atomic
  select webhooks_private.what_next(delivery, p)
    from webhooks.endpoints as p
   where p.id = (delivery).endpoint_id
     and (delivery).status in ('pending', 'retrying')
     and webhooks_private.caller_reaches(p.tenant_id);
end;
comment on function webhooks.deliveries_next(webhooks.deliveries) is
  'What an open delivery waits for, in a sentence: the time of its next attempt, a pause, the circuit, the rate, the one before it. Null: it has ended.';

grant execute on function webhooks.preview_filter(text[], text, text, integer), webhooks.deliveries_next(webhooks.deliveries)
   to rowhook_dba, rowhook_viewer, rowhook_manager, rowhook_tenant_owner, rowhook_operator;
grant execute on function webhooks.preview_recover(uuid, timestamptz, timestamptz), webhooks.preview_replay(uuid, timestamptz, timestamptz, text[], uuid)
   to rowhook_dba, rowhook_manager, rowhook_tenant_owner, rowhook_operator;

-- Down Migration
drop function webhooks.deliveries_next(webhooks.deliveries);
drop function webhooks.preview_replay(uuid, timestamptz, timestamptz, text[], uuid);
drop function webhooks.preview_recover(uuid, timestamptz, timestamptz);
drop function webhooks.preview_filter(text[], text, text, integer);
