-- Up Migration
-- What a DBA reads about the present: each endpoint's, and that of the whole.

/*
 * Whom the caller reaches is asked once, and not of each endpoint: of 30,000 that took a second. `only` bounds the keys on both
 * sides, so that one is found by its key.
 */
create function webhooks_private.lane_facts(only_id uuid default null)
returns table (endpoint_id uuid, owned boolean, held_until timestamptz, held_reason text, circuit text, rate_used_until timestamptz)
language sql stable security definer
set search_path = pg_catalog, pg_temp
begin atomic
  -- A bigint advisory lock shows its upper half as classid and its lower as objid; only the owner of a lane holds it exclusively, or, of a lane on call, its other lock.
  with owned as materialized (
    select l.classid::bigint << 32 | l.objid::bigint as key
      from pg_locks as l
     where l.locktype = 'advisory'
       and l.objsubid = 1
       and l.mode = 'ExclusiveLock'
       and l.granted
       and l.database = (select d.oid from pg_database as d where d.datname = current_database())
  ), caller as materialized (
    select coalesce(webhooks_private.caller_reaches(null), false) as reaches_all
  ), reached as (
    select p.id from caller as c, webhooks.endpoints as p
     where c.reaches_all and p.deleted_at is null
       and p.id between coalesce(only_id, '00000000-0000-0000-0000-000000000000') and coalesce(only_id, 'ffffffff-ffff-ffff-ffff-ffffffffffff')
     union all
    select p.id from caller as c, webhooks.endpoints as p
     where not c.reaches_all and p.tenant_id = webhooks_private.api_tenant() and webhooks_private.caller_reaches(webhooks_private.api_tenant())
       and p.deleted_at is null
       and p.id between coalesce(only_id, '00000000-0000-0000-0000-000000000000') and coalesce(only_id, 'ffffffff-ffff-ffff-ffff-ffffffffffff')
  )
  select p.id,
         webhooks_private.lane_lock(p.id) in (select o.key from owned as o) or webhooks_private.call_lock(p.id) in (select o.key from owned as o),
         case when l.held_until > clock_timestamp() then l.held_until  end,
         case when l.held_until > clock_timestamp() then l.held_reason end,
         -- An open circuit whose pause is over lets one probe through, whoever takes the lane next.
         case when l.circuit = 'open' and l.held_until <= clock_timestamp() then 'half-open' else coalesce(l.circuit, 'closed') end,
         case when l.pace_used_until > clock_timestamp() then l.pace_used_until end
    from reached                         as p
    left join webhooks_private.lanes     as l on l.endpoint_id = p.id;
end;
comment on function webhooks_private.lane_facts(uuid) is
  'For each endpoint that the caller may see, or for one of them: whether a worker serves its lane now, and what holds it back.';

create function webhooks_private.why_nothing_is_sent(tenant_id text) returns text
language sql stable security definer
set search_path = pg_catalog, pg_temp
begin atomic
  select case
           when not s.sending                then 'Sending is switched off for everybody (settings.sending).'
           when not coalesce(t.sending, true) then 'Sending is switched off for this tenant (tenant_settings.sending).'
           when a.disarmed_reason is not null then format('This database is not armed: %s', a.disarmed_reason)
         end
    from webhooks.settings                  as s
    left join webhooks.tenant_settings      as t on t.tenant_id = why_nothing_is_sent.tenant_id
                                                and webhooks_private.caller_reaches(t.tenant_id)
    left join webhooks_private.arming       as a on true;
end;
comment on function webhooks_private.why_nothing_is_sent(text) is
  'Which switch keeps everything of a tenant from being sent, in a sentence. Null: none does.';

create function webhooks_private.old_secret_until(endpoint_id uuid) returns timestamptz
language sql stable security definer
set search_path = pg_catalog, pg_temp
begin atomic
  select max(s.expires_at)
    from webhooks_private.endpoint_secrets as s
    join webhooks.endpoints                as p on p.id = s.endpoint_id
   where s.endpoint_id = old_secret_until.endpoint_id
     and s.purpose     = 'signing'
     and s.expires_at  > now()
     and webhooks_private.caller_reaches(p.tenant_id);
end;
comment on function webhooks_private.old_secret_until(uuid) is
  'Until when a signing secret from before the last rotation of an endpoint is valid. Null: none is.';

create view webhooks.endpoint_health with (security_invoker = true) as
select p.id as endpoint_id,
       p.tenant_id,
       p.name,
       p.url,
       case when not p.is_active                                             then 'disabled'
            when p.paused_at is not null                                     then 'paused'
            when webhooks_private.why_nothing_is_sent(p.tenant_id) is not null then 'switched off'
            when l.circuit <> 'closed'                                       then 'circuit ' || l.circuit
            when l.held_until is not null                                    then 'held'
            when s.failing_since is not null                                 then 'failing'
            else 'ok' end as state,
       coalesce(p.disabled_reason, l.held_reason) as reason,
       l.circuit,
       case when p.is_active and p.paused_at is null then l.held_until end as held_until,
       l.rate_used_until,
       p.paused_at,
       backlog.due,
       backlog.oldest_due_at,
       backlog.open as backlog,
       (select count(*)::integer
          from (select
                  from webhooks.deliveries as o
                 where o.endpoint_id = p.id and o.status = 'failed'
                 limit 10000) as d) as dead_letters,
       l.owned as served,
       s.total_deliveries,
       s.failed_deliveries,
       s.consecutive_failures,
       s.failing_since,
       s.last_delivery_at,
       s.last_success_at,
       s.last_failure_at,
       s.credentials_refused_at,
       webhooks_private.old_secret_until(p.id) as old_secret_until
  from webhooks.endpoints                       as p
  left join webhooks_private.lane_facts()       as l on l.endpoint_id = p.id
  left join webhooks.endpoint_stats             as s on s.endpoint_id = p.id
 cross join lateral (
       select least(count(*), 10000)::integer                                        as open,
              least(count(*) filter (where d.next_retry_at <= now()), 10000)::integer as due,
              min(d.next_retry_at) filter (where d.next_retry_at <= now())            as oldest_due_at
         from (select * from (select o.next_retry_at
                                from webhooks.deliveries as o
                               where o.endpoint_id = p.id and o.status in ('pending', 'retrying') and o.order_key is null
                               order by o.next_retry_at
                               limit 10000) as free
                union all
               select * from (select o.next_retry_at
                                from webhooks.deliveries as o
                               where o.endpoint_id = p.id and o.status in ('pending', 'retrying') and o.order_key is not null
                               order by o.order_key, o.id
                               limit 10000) as in_order) as d) as backlog
 where p.deleted_at is null;

comment on view   webhooks.endpoint_health                        is 'How each endpoint is at this moment, in a word and in figures. Deleted ones are left out.';
comment on column webhooks.endpoint_health.endpoint_id            is 'The endpoint.';
comment on column webhooks.endpoint_health.tenant_id              is 'Its tenant.';
comment on column webhooks.endpoint_health.name                   is 'Its name.';
comment on column webhooks.endpoint_health.url                    is 'Where it is.';
comment on column webhooks.endpoint_health.state                  is 'The first that holds of: disabled, paused, switched off, circuit open, circuit half-open, held, failing (its last attempt failed), ok.';
comment on column webhooks.endpoint_health.reason                 is 'Why it is disabled or held. Null: it is neither.';
comment on column webhooks.endpoint_health.circuit                is 'closed; open: it failed too often, nothing is sent before held_until; half-open: one request is tried.';
comment on column webhooks.endpoint_health.held_until             is 'Nothing is sent before: the receiver asked for it, or the circuit is open. Null: not held.';
comment on column webhooks.endpoint_health.rate_used_until        is 'Until when its rate of requests a minute is used up; what is due waits for that. Null: it is not used up.';
comment on column webhooks.endpoint_health.paused_at              is 'Since when it is paused. Null: it is not.';
comment on column webhooks.endpoint_health.due                    is 'Deliveries that are due and not sent yet (ordered ones: among the first 10,000); 10,000 means that many or more.';
comment on column webhooks.endpoint_health.oldest_due_at          is 'Since when the one that waits longest is due (ordered ones: among the first 10,000). Null: none is.';
comment on column webhooks.endpoint_health.backlog                is 'Open deliveries, due or not; 10,000 means that many or more.';
comment on column webhooks.endpoint_health.dead_letters           is 'Deliveries that failed for good; 10,000 means that many or more.';
comment on column webhooks.endpoint_health.served                 is 'Whether a worker serves its lane at this moment.';
comment on column webhooks.endpoint_health.total_deliveries       is 'Attempts that were answered or failed, in all.';
comment on column webhooks.endpoint_health.failed_deliveries      is 'Those of them that were no success.';
comment on column webhooks.endpoint_health.consecutive_failures   is 'Attempts since the last success.';
comment on column webhooks.endpoint_health.failing_since          is 'First failure since the last success. Null: the last attempt succeeded.';
comment on column webhooks.endpoint_health.last_delivery_at       is 'End of the last attempt.';
comment on column webhooks.endpoint_health.last_success_at        is 'End of the last attempt that succeeded. Null: none did.';
comment on column webhooks.endpoint_health.last_failure_at        is 'End of the last attempt that failed. Null: none did.';
comment on column webhooks.endpoint_health.credentials_refused_at is 'When the receiver last answered 401 or 403. Null: not since the last success.';
comment on column webhooks.endpoint_health.old_secret_until       is 'Until when a secret from before the last rotation signs beside the current one. Null: none does.';

create function webhooks_private.worker_facts()
returns table (workers_alive bigint, workers_silent bigint, lanes_served bigint, requests_under_way bigint, armed boolean, disarmed_reason text)
language sql stable security definer
set search_path = pg_catalog, pg_temp
begin atomic
  select count(w.id) filter (where w.heartbeat_at >  clock_timestamp() - interval '10 seconds'),
         count(w.id) filter (where w.heartbeat_at <= clock_timestamp() - interval '10 seconds'),
         (select count(*) from webhooks_private.lane_facts() as l where l.owned),
         coalesce(sum(w.in_flight), 0)::bigint,
         exists (select from webhooks_private.arming as a where a.disarmed_reason is null),
         coalesce((select a.disarmed_reason from webhooks_private.arming as a),
                  case when not exists (select from webhooks_private.arming) then 'No worker has started here yet.' end)
    from webhooks_private.workers as w
   where w.ended_at is null;
end;
comment on function webhooks_private.worker_facts() is
  'The workers in figures, and whether this database is armed.';

create view webhooks.queue_health with (security_invoker = true) as
select (select count(*) from (
          select from webhooks.endpoints as p cross join lateral (
            select from webhooks.deliveries as d
             where d.endpoint_id = p.id and d.status in ('pending', 'retrying') and d.order_key is null and d.next_retry_at <= now()
             union all
            select from webhooks.deliveries as d
             where d.endpoint_id = p.id and d.status in ('pending', 'retrying') and d.order_key is not null and d.next_retry_at <= now()) as d
           limit 10000) as bounded)                                                      as due,
       (select count(*) from (
          select from webhooks.endpoints as p cross join lateral (
            select from webhooks.deliveries as d
             where d.endpoint_id = p.id and d.status in ('pending', 'retrying') and d.order_key is null and d.next_retry_at > now()
             union all
            select from webhooks.deliveries as d
             where d.endpoint_id = p.id and d.status in ('pending', 'retrying') and d.order_key is not null and d.next_retry_at > now()) as d
           limit 10000) as bounded)                                                      as scheduled,
       (select min(h.oldest_due_at) from webhooks.endpoint_health as h
         where h.state in ('ok', 'failing', 'switched off'))                             as oldest_due_at,
       (select count(*) from (select from webhooks.deliveries as d where d.status = 'failed' limit 100000) as bounded) as dead_letters,
       (select webhooks.occurred_at(d.id) from webhooks.deliveries as d where d.status = 'failed' order by d.id limit 1) as oldest_dead_letter_at,
       w.workers_alive,
       w.workers_silent,
       w.lanes_served,
       w.requests_under_way,
       s.capture,
       s.sending,
       w.armed,
       w.disarmed_reason
  from webhooks.settings                as s
 cross join webhooks_private.worker_facts() as w;

comment on view   webhooks.queue_health                       is 'The whole at this moment, in one row.';
comment on column webhooks.queue_health.due                   is 'Deliveries that are due and not sent yet; 10,000 means that many or more.';
comment on column webhooks.queue_health.scheduled             is 'Open deliveries that are due later; 10,000 means that many or more.';
comment on column webhooks.queue_health.oldest_due_at         is 'Since when the one that waits longest is due, among endpoints that are not paused, disabled or held. Null: none is.';
comment on column webhooks.queue_health.dead_letters          is 'Deliveries that failed for good; 100,000 means that many or more.';
comment on column webhooks.queue_health.oldest_dead_letter_at is 'When the oldest event among the dead letters happened. Null: there is none.';
comment on column webhooks.queue_health.workers_alive         is 'Workers with a sign of life in the last 10 seconds.';
comment on column webhooks.queue_health.workers_silent        is 'Workers without one that did not say they stop; the others clear them away.';
comment on column webhooks.queue_health.lanes_served          is 'Lanes that a worker serves at this moment.';
comment on column webhooks.queue_health.requests_under_way    is 'Requests under way at the workers'' last heartbeats.';
comment on column webhooks.queue_health.capture               is 'False: watched tables make no events (settings.capture).';
comment on column webhooks.queue_health.sending               is 'False: nothing is sent (settings.sending).';
comment on column webhooks.queue_health.armed                 is 'False: nothing is sent, since this may be a copy of another database (rowhook arm).';
comment on column webhooks.queue_health.disarmed_reason       is 'Why it is not armed. Null: it is.';

grant select on webhooks.endpoint_health
   to rowhook_dba, rowhook_viewer, rowhook_manager, rowhook_tenant_owner, rowhook_operator;
grant execute on function webhooks_private.lane_facts(uuid), webhooks_private.why_nothing_is_sent(text), webhooks_private.old_secret_until(uuid)
   to rowhook_dba, rowhook_viewer, rowhook_manager, rowhook_tenant_owner, rowhook_operator;
grant select on webhooks.queue_health
   to rowhook_dba, rowhook_operator;
grant execute on function webhooks_private.worker_facts()
   to rowhook_dba, rowhook_operator;

-- Down Migration
drop view webhooks.queue_health;
drop function webhooks_private.worker_facts();
drop view webhooks.endpoint_health;
drop function webhooks_private.old_secret_until(uuid);
drop function webhooks_private.why_nothing_is_sent(text);
drop function webhooks_private.lane_facts(uuid);
