-- Up Migration
-- Why an endpoint got an event or did not, and what happens next, in sentences.

create function webhooks_private.attempts_in_words(attempts integer) returns text
language sql immutable parallel safe
return format('%s attempt%s', attempts, case when attempts <> 1 then 's' end);
comment on function webhooks_private.attempts_in_words(integer) is
  'A number of attempts as one says it.';

create function webhooks_private.filter_says(filter jsonpath, event webhooks.events) returns text
language plpgsql stable
set search_path = pg_catalog, pg_temp as $$
declare
  document jsonb := webhooks_private.jsonb_or_null(webhooks.envelope(event));
  verdict  jsonb;
begin
  if document is null then
    return 'Its filter could not be tried: the event holds what jsonb cannot (such as \u0000), and so it is no match.';
  end if;
  begin
    verdict := jsonb_path_query_first(document, filter, '{}', false);
  exception when data_exception then
    -- The fan-out runs filters silently, which may yield a true before the error.
    if not webhooks_private.filter_accepts(filter, event) then
      return format('Its filter %s fails on this event (%s), and so it is no match.', filter, sqlerrm);
    end if;
    return null;
  end;
  return case when verdict is null           then format('Its filter %s yields nothing for this event.', filter)
              when verdict in ('false', 'null') then format('Its filter %s is not true for this event.', filter) end;
end
$$;
comment on function webhooks_private.filter_says(jsonpath, webhooks.events) is
  'Why a filter does not accept an event, in a sentence. Null: it does.';

create function webhooks_private.why_not(event webhooks.events, endpoint webhooks.endpoints) returns text
language sql stable
set search_path = pg_catalog, pg_temp
begin atomic
  select case
           when event.endpoint_id is not null and event.endpoint_id <> endpoint.id
           then 'The event was meant for another endpoint alone (a test).'
           when endpoint.created_at > webhooks.occurred_at(event.id)
           then format('The endpoint was made at %s, after the event.', date_trunc('second', endpoint.created_at))
           when endpoint.deleted_at is not null
           then format('The endpoint was deleted at %s.', date_trunc('second', endpoint.deleted_at))
           when event.endpoint_id is null and not endpoint.events && webhooks_private.patterns_of(event.type)
           then format('It asks for %s, which %s does not match.', array_to_string(endpoint.events, ', '), event.type)
           when exists (select from webhooks.event_types as t where t.name = event.type and not t.enabled)
           then format('The event type %s is disabled.', event.type)
           when webhooks_private.lies_too_deep(event.tenant_id, event.context)
           then format('It is the end of a chain of %s events that cause one another (the last: %s); settings.max_cause_depth stops a receiver that writes back in circles.',
                       event.context ->> 'depth', event.context ->> 'cause')
           when event.endpoint_id is null and endpoint.filter is not null
            and webhooks_private.filter_says(endpoint.filter, event) is not null
           then webhooks_private.filter_says(endpoint.filter, event)
           when not endpoint.is_active
           then format('The endpoint is disabled (%s).', endpoint.disabled_reason)
           else format('It matches as it is now, but did not when the event was written: it was disabled or asked for something else then (last change %s).',
                       date_trunc('second', endpoint.updated_at))
         end;
end;
comment on function webhooks_private.why_not(webhooks.events, webhooks.endpoints) is
  'Why an endpoint did not get an event, in a sentence, as far as the endpoint as it is now tells.';

create function webhooks_private.what_next(delivery webhooks.deliveries, endpoint webhooks.endpoints) returns text
language sql stable security definer
set search_path = pg_catalog, pg_temp
begin atomic
  with lane as (
    select l.* from webhooks_private.lane_facts((endpoint).id) as l
  ), ahead as (
    select d.id
      from webhooks.deliveries as d
     where d.endpoint_id = (endpoint).id
       and d.status in ('pending', 'retrying')
       and d.order_key = (delivery).order_key
       and d.id < (delivery).id
     order by d.id
     limit 1
  )
  select case
           when not (endpoint).is_active or (endpoint).deleted_at is not null
           then 'It will be cancelled, since the endpoint is disabled or deleted.'
           when webhooks_private.why_nothing_is_sent((endpoint).tenant_id) is not null
           then webhooks_private.why_nothing_is_sent((endpoint).tenant_id)
           when (endpoint).paused_at is not null
           then format('It waits until the endpoint, paused since %s, is resumed.', date_trunc('second', (endpoint).paused_at))
           when (select l.held_until from lane as l) > (delivery).next_retry_at
           then (select format('It waits until %s: %s.', date_trunc('second', l.held_until),
                               case l.held_reason when 'retry-after' then 'the receiver asked for it by Retry-After'
                                                  when 'circuit open' then 'the endpoint failed too often, and its circuit is open'
                                                  when 'sealed'       then 'its secrets do not open with the keys of the worker that tried (WEBHOOK_SECRETS_KEY)'
                                                  else l.held_reason end)
                   from lane as l)
           when exists (select from ahead)
           then format('It waits for delivery %s before it, since the endpoint wants them in order.', (select a.id from ahead as a))
           when (delivery).next_retry_at > now()
           then format('Attempt %s of %s at %s.', (delivery).attempts + 1, (delivery).max_attempts, date_trunc('second', (delivery).next_retry_at))
           when (select l.rate_used_until from lane as l) is not null
           then format('It is due, and the endpoint''s rate of %s a minute is used up for the moment.', (endpoint).rate_limit)
           when (select l.owned from lane as l)
           then format('It is due since %s, and a worker serves the endpoint at this moment.', date_trunc('second', (delivery).next_retry_at))
           when not exists (select from webhooks_private.workers as w where w.ended_at is null and w.heartbeat_at > now() - interval '10 seconds')
           then format('It is due since %s, but no worker is running.', date_trunc('second', (delivery).next_retry_at))
           else format('It is due since %s; a worker takes it within a second or two.', date_trunc('second', (delivery).next_retry_at))
         end;
end;
comment on function webhooks_private.what_next(webhooks.deliveries, webhooks.endpoints) is
  'What an open delivery waits for, in a sentence.';

create function webhooks.explain(event_id uuid)
returns table (endpoint_id uuid, endpoint text, outcome text, because text, next text)
language plpgsql stable security definer
set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
declare
  event webhooks.events;
begin
  select e.* into event from webhooks.events as e where e.id = explain.event_id and webhooks_private.caller_reaches(e.tenant_id);
  if event.id is null then
    raise exception using errcode = 'WHNOF',
      message = format('There is no event %L.', explain.event_id),
      detail  = 'None that you may see has this id; it was rolled back, is older than settings.event_retention, or never was.',
      hint    = 'webhooks.events lists them.';
  end if;
  return query
  select p.id,
         coalesce(nullif(p.name, ''), p.url),
         coalesce(d.status, 'not sent'),
         case
           when d.id is null              then webhooks_private.why_not(event, p)
           when event.endpoint_id is not null then 'The event was meant for this endpoint alone (a test).'
           else concat('It asks for ',
                       coalesce((select string_agg(asked, ', ' order by asked) from unnest(p.events) as asked
                                  where asked = any (webhooks_private.patterns_of(event.type))),
                                'something else by now'), '.')
         end
         || case d.status
              when 'success'   then format(' Delivered at %s, attempt %s, HTTP %s.', date_trunc('second', d.delivered_at), d.attempts, d.response_code)
              when 'failed'    then format(' Given up at %s after %s: %s', date_trunc('second', d.finished_at), webhooks_private.attempts_in_words(d.attempts), coalesce(d.last_error, 'no answer is recorded.'))
              when 'cancelled' then format(' Cancelled at %s.', date_trunc('second', d.finished_at))
              when 'expired'   then format(' Expired at %s.', date_trunc('second', d.finished_at))
              when 'retrying'  then format(' %s failed so far: %s', webhooks_private.attempts_in_words(d.attempts), coalesce(d.last_error, 'no answer is recorded.'))
              when 'pending'   then coalesce(' ' || d.last_error, '')
              else '' end,
         case
           when d.id is null and (p.deleted_at is not null or event.endpoint_id <> p.id) then 'Nothing.'
           when d.id is null and not p.is_active then 'Nothing. Enable it, then webhooks.replay sends what it missed, if it matches.'
           when d.id is null              then 'Nothing. webhooks.replay sends it if the endpoint matches then.'
           when d.status = 'success'      then 'Nothing: it is done.'
           when d.status in ('failed', 'cancelled', 'expired') then 'Nothing. webhooks.retry_delivery sends it again.'
           else webhooks_private.what_next(d, p)
         end
    from webhooks.endpoints as p
    left join webhooks.deliveries as d on d.id = webhooks_private.delivery_id(event.id, p.id)
   where p.tenant_id = event.tenant_id
   order by d.id is null, p.deleted_at is not null, p.id;
end
$$;
comment on function webhooks.explain(uuid) is
  'For each endpoint of the event''s tenant: whether it got the event (the delivery''s status, or not sent), why, and what happens next. What it says of an event that was not sent rests on the endpoint as it is now.';

grant execute on function webhooks.explain(uuid)
   to rowhook_dba, rowhook_viewer, rowhook_manager, rowhook_tenant_owner, rowhook_operator;

-- Down Migration
drop function webhooks.explain(uuid);
drop function webhooks_private.what_next(webhooks.deliveries, webhooks.endpoints);
drop function webhooks_private.why_not(webhooks.events, webhooks.endpoints);
drop function webhooks_private.filter_says(jsonpath, webhooks.events);
drop function webhooks_private.attempts_in_words(integer);
