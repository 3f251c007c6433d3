-- Up Migration
-- Taking a lane: its lock, and what its owner must know of the endpoint, in one round trip.

/*
 * Times are milliseconds from now by the clock of the database, since that of a worker may differ. Functions of the clock
 * and not of the transaction where an owner would wait too long, or not long enough.
 */
create view webhooks_private.lane_endpoints as
select p.id, p.version::text as version, p.tenant_id, p.name, p.url, p.headers, p.timeout_ms, p.max_in_flight, p.rate_limit,
       p.ordering <> 'none' or exists (
         select from webhooks.deliveries as d
          where d.endpoint_id = p.id and d.status in ('pending', 'retrying') and d.order_key is not null) as ordered,
       p.no_retry_codes, p.signature_profile,
       case when p.auth is not null then jsonb_strip_nulls(jsonb_build_object(
         'tokenUrl', p.auth ->> 'token_url', 'clientId', p.auth ->> 'client_id', 'scope', p.auth ->> 'scope',
         'clientSecret', coalesce((select k.secret from webhooks_private.endpoint_secrets as k
                                    where k.endpoint_id = p.id and k.purpose = 'oauth2_client'
                                    order by k.created_at desc limit 1), ''))) end as auth,
       p.is_active and p.paused_at is null and p.deleted_at is null and s.sending and coalesce(t.sending, true) as may_send,
       array(select k.secret from webhooks_private.endpoint_secrets as k
              where k.endpoint_id = p.id and k.purpose = 'signing' and (k.expires_at is null or k.expires_at > now())
              order by k.created_at, k.id) as secrets,
       case when t.tenant_id is null then s.tenant_rate_limit else t.rate_limit end as tenant_rate_limit,
       s.tenant_max_in_flight, s.circle_limit,
       case when l.held_until > clock_timestamp()
            then extract(epoch from least(l.held_until, now() + interval '10 days') - clock_timestamp())::double precision * 1000 end as held_for_ms,
       coalesce(l.circuit, 'closed') as circuit, coalesce(l.circuit_openings, 0) as circuit_openings,
       json_build_object('failures', s.circuit_failures, 'failureRate', s.circuit_failure_rate,
                         'openMinMs', extract(epoch from s.circuit_open_min) * 1000,
                         'openMaxMs', extract(epoch from s.circuit_open_max) * 1000) as circuit_rules,
       coalesce(f.consecutive_failures, 0)::integer as consecutive_failures,
       extract(epoch from l.pace_used_until - clock_timestamp())::double precision * 1000 as pace_used_for_ms,
       coalesce(l.crashes, 0) as crashes, l.suspect_id, coalesce(l.suspect_crashes, 0) as suspect_crashes,
       l.recalled_at::text as recalled_at
  from webhooks.endpoints              as p
 cross join webhooks.settings          as s
  left join webhooks.tenant_settings   as t on t.tenant_id = p.tenant_id
  left join webhooks.endpoint_stats    as f on f.endpoint_id = p.id
  left join webhooks_private.lanes     as l on l.endpoint_id = p.id;

comment on view webhooks_private.lane_endpoints is
  'What the owner of a lane must know of its endpoint; read when it is taken, and twice a second after that.';
comment on column webhooks_private.lane_endpoints.id                   is 'The endpoint.';
comment on column webhooks_private.lane_endpoints.version              is 'Grows with each change of the endpoint.';
comment on column webhooks_private.lane_endpoints.tenant_id            is 'Its tenant.';
comment on column webhooks_private.lane_endpoints.name                 is 'Its name.';
comment on column webhooks_private.lane_endpoints.url                  is 'Where requests go.';
comment on column webhooks_private.lane_endpoints.headers              is 'Custom headers, sealed where secrets are.';
comment on column webhooks_private.lane_endpoints.timeout_ms           is 'Deadline of a request.';
comment on column webhooks_private.lane_endpoints.max_in_flight        is 'Requests at once.';
comment on column webhooks_private.lane_endpoints.rate_limit           is 'Requests a minute. Null: no limit.';
comment on column webhooks_private.lane_endpoints.ordered              is 'Whether some of its deliveries must go one after the other.';
comment on column webhooks_private.lane_endpoints.no_retry_codes       is 'Answers that are for good.';
comment on column webhooks_private.lane_endpoints.signature_profile    is 'standard or legacy.';
comment on column webhooks_private.lane_endpoints.auth                 is 'OAuth 2 client credentials, the secret sealed where secrets are. Null: none.';
comment on column webhooks_private.lane_endpoints.may_send             is 'Active, not paused, not deleted, and sending switched on for all and for the tenant.';
comment on column webhooks_private.lane_endpoints.secrets              is 'Signing secrets that hold, the oldest first.';
comment on column webhooks_private.lane_endpoints.tenant_rate_limit    is 'Requests a minute of the tenant. Null: no limit.';
comment on column webhooks_private.lane_endpoints.tenant_max_in_flight is 'Requests of the tenant at once, in a process.';
comment on column webhooks_private.lane_endpoints.circle_limit         is 'Deliveries of one type about one resource within ten minutes, above which a circle is suspected. Null: no limit.';
comment on column webhooks_private.lane_endpoints.held_for_ms          is 'How long nothing may be sent. Null: not held.';
comment on column webhooks_private.lane_endpoints.circuit              is 'As the owner before left it.';
comment on column webhooks_private.lane_endpoints.circuit_openings     is 'Times it opened since the last success.';
comment on column webhooks_private.lane_endpoints.circuit_rules        is 'When it opens, and for how long.';
comment on column webhooks_private.lane_endpoints.consecutive_failures is 'Attempts that failed since the last success.';
comment on column webhooks_private.lane_endpoints.pace_used_for_ms     is 'How far ahead its rate is used up. Null: it is not.';
comment on column webhooks_private.lane_endpoints.crashes              is 'Owners that died in a row.';
comment on column webhooks_private.lane_endpoints.suspect_id           is 'The delivery that was under way alone when one died.';
comment on column webhooks_private.lane_endpoints.suspect_crashes      is 'Owners that died while it was under way alone.';
comment on column webhooks_private.lane_endpoints.recalled_at          is 'When a delivery was last cancelled by hand: what was read before counts no more. Null: never.';

/*
 * Lock, then read: statements of a volatile function, so that what is read has a snapshot of its own, taken after the lock is
 * ours. What an owner before has saved (a hold, a circuit) it saved while it had the lock, and so it is seen.
 *
 * A lane on call is its owner's: whatever somebody wanted of it, the owner is called. Asked before and after the lock, so that it is hardly ever taken
 * in vain; a writer that sees it held for that moment is found by the look of the owner, which comes after this.
 */
create function webhooks_private.take_lanes(endpoint_ids uuid[]) returns setof webhooks_private.lane_endpoints
language plpgsql volatile
set search_path = pg_catalog, pg_temp as $$
declare
  on_call  uuid[];
  taken    uuid[];
  in_vain  uuid[];
  found    uuid[] := '{}';
  endpoint webhooks_private.lane_endpoints;
begin
  on_call := array(select lane.id from unnest(endpoint_ids) as lane (id) where webhooks_private.lane_is_on_call(lane.id));
  taken := array(
    select lane.id
      from unnest(endpoint_ids) as lane (id)
     where case when lane.id = any (on_call) then false -- a case, since of two conditions Postgres may ask the second one first, and a lock in vain would stay
                else webhooks_private.try_lock(webhooks_private.lane_lock(lane.id)) end);
  in_vain := array(select lane.id from unnest(taken) as lane (id) where webhooks_private.lane_is_on_call(lane.id));
  if in_vain <> '{}' then
    perform pg_advisory_unlock(webhooks_private.lane_lock(lane.id)) from unnest(in_vain) as lane (id);
    taken   := array(select lane.id from unnest(taken) as lane (id) where lane.id <> all (in_vain));
    on_call := on_call || in_vain;
  end if;
  if on_call <> '{}' then
    perform webhooks_private.call(lane.id, looks => true) from unnest(on_call) as lane (id);
  end if;

  for endpoint in select e.* from webhooks_private.lane_endpoints as e where e.id = any (taken) loop
    found := found || endpoint.id;
    return next endpoint;
  end loop;

  -- An endpoint that no longer exists has nobody who would give its lane back.
  if cardinality(found) < cardinality(taken) then
    perform pg_advisory_unlock(webhooks_private.lane_lock(gone.id)) from unnest(taken) as gone (id) where gone.id <> all (found);
  end if;
end
$$;
comment on function webhooks_private.take_lanes(uuid[]) is
  'Takes the lanes that are free, for as long as the session lasts, and gives their endpoints.';

-- Down Migration
drop function webhooks_private.take_lanes(uuid[]);
drop view webhooks_private.lane_endpoints;
