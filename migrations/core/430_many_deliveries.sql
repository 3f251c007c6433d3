-- Up Migration
-- Many deliveries by hand: what failed once more, and what an endpoint never got. A bounded batch for each call, so that
-- a million rows are neither locked at once nor wait for one long transaction.

create function webhooks_private.key_window(since timestamptz, until timestamptz, out first_id uuid, out last_id uuid)
language plpgsql stable
set search_path = pg_catalog, pg_temp as $$
begin
  if since is null or until < since then
    raise exception using errcode = 'WHWIN',
      message = 'The window of time has no length.',
      detail  = case when since is null then 'since is null.' else format('until (%s) lies before since (%s).', until, since) end,
      hint    = 'Give since as the earlier moment; until may be left out, and then the window has no end.';
  end if;
  first_id := case when since < 'infinity' then webhooks_private.least_id(since) else 'ffffffff-ffff-ffff-ffff-ffffffffffff' end;
  last_id  := case when until < 'infinity' then webhooks_private.least_id(until) else 'ffffffff-ffff-ffff-ffff-ffffffffffff' end;
end
$$;
comment on function webhooks_private.key_window(timestamptz, timestamptz) is
  'The keys of a window of time: from first_id up to, not including, last_id. until null: no end. Raises WHWIN for a window that ends before it begins.';

create function webhooks_private.room_for(endpoint webhooks.endpoints, at_most integer) returns integer
language plpgsql stable
set search_path = pg_catalog, pg_temp
set enable_seqscan = off as $$
declare
  bound   integer;
  waiting integer;
begin
  if webhooks_private.api_tenant() is null then
    return at_most; -- a DBA knows what he does
  end if;
  bound := (webhooks_private.rules_of_tenant(endpoint.tenant_id)).max_replay;
  select count(*)
    into waiting
    from (select from webhooks.deliveries as d where d.endpoint_id = endpoint.id and d.status in ('pending', 'retrying') and d.order_key is null
          union all
          select from webhooks.deliveries as d where d.endpoint_id = endpoint.id and d.status in ('pending', 'retrying') and d.order_key is not null
          limit bound) as open;
  if waiting >= bound then
    raise exception using errcode = 'WHLIM',
      message = format('Endpoint %L has %s open deliveries or more.', endpoint.id, bound),
      detail  = 'More are not added by hand before those have gone out.',
      hint    = 'Go on when its backlog is shorter, or have the operator raise tenant_settings.max_replay.';
  end if;
  return least(at_most, bound - waiting);
end
$$;
comment on function webhooks_private.room_for(webhooks.endpoints, integer) is
  'How many deliveries a call through the API may add to the backlog of an endpoint, at_most at most; raises WHLIM when tenant_settings.max_replay leaves no room.';

create function webhooks.recover(
  endpoint_id uuid,
  since       timestamptz,
  until       timestamptz default null,
  batch       integer     default 10000,
  out recovered bigint,
  out remaining boolean
)
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
set enable_seqscan = off as $$
#variable_conflict use_column
declare
  endpoint webhooks.endpoints := webhooks_private.endpoint_of_caller(recover.endpoint_id);
  keys     record             := webhooks_private.key_window(recover.since, recover.until);
  at_most  integer            := least(greatest(coalesce(recover.batch, 10000), 1), 100000);
  picked   uuid[];
begin
  perform webhooks_private.must_be_enabled(endpoint);
  at_most := webhooks_private.room_for(endpoint, at_most);
  -- Locked in the order of their keys, so that two calls at once wait for each other, share the work, and never deadlock.
  picked := array(select d.id
                    from webhooks.deliveries as d
                   where d.endpoint_id = endpoint.id
                     and d.status in ('failed', 'cancelled', 'expired')
                     and d.id >= keys.first_id
                     and d.id <  keys.last_id
                   order by d.id
                   limit at_most
                     for update);
  recovered := cardinality(picked);
  update webhooks.deliveries as d
     set status        = case when d.attempts = 0 then 'pending' else 'retrying' end,
         max_attempts  = d.attempts + endpoint.max_attempts,
         renewed_after = d.attempts,
         next_retry_at = now(),
         reopened_at   = case when d.status in ('failed', 'expired') then now() else d.reopened_at end,
         finished_at   = null
   where d.id = any (picked)
     and d.id between picked[1] and picked[recovered]; -- prunes partitions; = any alone does not
  remaining := recovered = at_most and exists (
    select
      from webhooks.deliveries as d
     where d.endpoint_id = endpoint.id
       and d.status in ('failed', 'cancelled', 'expired')
       and d.id > picked[recovered]
       and d.id < keys.last_id);

  if recovered > 0 then
    perform webhooks_private.wake(array[endpoint.id]);
    perform webhooks_private.audit('endpoint.recovered', endpoint.tenant_id, 'endpoint', endpoint.id::text,
                                   jsonb_build_object('since', recover.since, 'until', recover.until, 'deliveries', recovered));
  end if;
end
$$;
comment on function webhooks.recover(uuid, timestamptz, timestamptz, integer) is
  'Reopens what failed, was cancelled or expired of the events of a window, with a fresh budget of attempts: at most batch deliveries (10,000; 100,000 at the most), oldest first. '
  'Returns how many, and whether more are left: then call it again. They go out within the limits of the endpoint.';

create function webhooks_private.check_types(types text[]) returns void
language plpgsql stable
set search_path = pg_catalog, pg_temp as $$
declare
  unknown text;
begin
  select t into unknown from unnest(types) as t
   where not exists (select from webhooks.event_types as known where known.name = t) limit 1;
  if unknown is not null then
    raise exception using errcode = 'WHTYP',
      message = format('There is no event type %L.', unknown),
      detail  = 'types holds exact names.',
      hint    = coalesce('Did you mean: ' || webhooks_private.near_event_types(unknown) || '?', 'See webhooks.event_types for the names.');
  end if;
end
$$;
comment on function webhooks_private.check_types(text[]) is
  'Raises WHTYP for a name that is no event type.';

create function webhooks_private.window_page(
  tenant_id    text,
  first_id     uuid,
  last_id      uuid,
  resume_after uuid,
  at_most      integer,
  out looked     uuid[],
  out last_event uuid,
  out remaining  boolean
)
language plpgsql stable
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set cpu_tuple_cost = 0.1 as $$
#variable_conflict use_column
begin
  looked := array(select e.id
                    from webhooks.events as e
                   where e.tenant_id = window_page.tenant_id
                     and e.id >= window_page.first_id
                     and e.id <  window_page.last_id
                     and e.id >  coalesce(window_page.resume_after, '00000000-0000-0000-0000-000000000000')
                   order by e.id
                   limit window_page.at_most);
  last_event := looked[cardinality(looked)];
  remaining  := cardinality(looked) = window_page.at_most and exists (
    select
      from webhooks.events as e
     where e.tenant_id = window_page.tenant_id
       and e.id > window_page.last_event
       and e.id < window_page.last_id);
end
$$;
comment on function webhooks_private.window_page(text, uuid, uuid, uuid, integer) is
  'The next events of a tenant in a window of keys, the last of them, and whether there are more.';

create function webhooks_private.matching(endpoint webhooks.endpoints, looked uuid[], types text[]) returns setof webhooks.events
language sql stable
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
begin atomic
  select e.*
    from webhooks.events as e
   where e.id = any (looked)
     and e.id between looked[1] and looked[cardinality(looked)] -- prunes partitions; = any alone does not
     and (types is null or e.type = any (types))
     and case when e.endpoint_id is not null then e.endpoint_id = (endpoint).id
              else (endpoint).events && webhooks_private.patterns_of(e.type)
                   and ((endpoint).filter is null or webhooks_private.filter_accepts((endpoint).filter, e))
         end
     and not exists (select from webhooks.event_types as t where t.name = e.type and not t.enabled);
end;
comment on function webhooks_private.matching(webhooks.endpoints, uuid[], text[]) is
  'Which of these events (sorted by key) an endpoint asks for as it is now: as the fan-out decides it.';

create function webhooks.replay(
  endpoint_id  uuid,
  since        timestamptz,
  until        timestamptz default null,
  types        text[]      default null,
  batch        integer     default 10000,
  resume_after uuid        default null,
  out replayed   bigint,
  out remaining  boolean,
  out last_event uuid
)
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
set enable_seqscan = off as $$
#variable_conflict use_column
declare
  endpoint webhooks.endpoints := webhooks_private.endpoint_of_caller(replay.endpoint_id);
  keys     record             := webhooks_private.key_window(replay.since, replay.until);
  at_most  integer            := least(greatest(coalesce(replay.batch, 10000), 1), 100000);
  page     record;
begin
  perform webhooks_private.must_be_enabled(endpoint);
  perform webhooks_private.check_types(replay.types);
  -- What bounds a call is the events that it looks at, not those that it finds: filters cost time.
  page := webhooks_private.window_page(endpoint.tenant_id, keys.first_id, keys.last_id, replay.resume_after, webhooks_private.room_for(endpoint, at_most));
  remaining  := page.remaining;
  last_event := page.last_event;

  -- The trigger on deliveries wakes the lane.
  insert into webhooks.deliveries
    (id, event_id, endpoint_id, tenant_id, event_type, resource_type, resource_id, order_key,
     max_attempts, next_retry_at, payload_format)
  select webhooks_private.delivery_id(e.id, endpoint.id), e.id, endpoint.id, e.tenant_id, e.type, e.resource_type, e.resource_id,
         webhooks_private.order_key(endpoint.ordering, e.resource_type, e.resource_id),
         endpoint.max_attempts, greatest(e.deliver_at, now()), endpoint.payload_format
    from webhooks_private.matching(endpoint, page.looked, replay.types) as e
      on conflict (id) do nothing;
  get diagnostics replayed = row_count;

  if replayed > 0 then
    perform webhooks_private.audit('endpoint.replayed', endpoint.tenant_id, 'endpoint', endpoint.id::text,
                                   jsonb_build_object('since', replay.since, 'until', replay.until, 'types', replay.types, 'deliveries', replayed));
  end if;
end
$$;
comment on function webhooks.replay(uuid, timestamptz, timestamptz, text[], integer, uuid) is
  'Delivers the events of a window that match the endpoint as it is now and that it never got. Looks at batch events a call (10,000; 100,000 at the most), oldest first. '
  'Returns how many deliveries it made, whether events are left, and the last event it looked at: give that as resume_after of the next call.';

-- Down Migration
drop function webhooks.replay(uuid, timestamptz, timestamptz, text[], integer, uuid);
drop function webhooks_private.matching(webhooks.endpoints, uuid[], text[]);
drop function webhooks_private.window_page(text, uuid, uuid, uuid, integer);
drop function webhooks_private.check_types(text[]);
drop function webhooks.recover(uuid, timestamptz, timestamptz, integer);
drop function webhooks_private.room_for(webhooks.endpoints, integer);
drop function webhooks_private.key_window(timestamptz, timestamptz);
