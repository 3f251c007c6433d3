-- Up Migration
-- The steps of a lane's owner that the database itself must order: what is due next, and giving a lane back.

/*
 * Ordered deliveries count by their heads: the first open one of each order key. What they cost depends on what is due:
 *
 * - Nothing ordered is due: the earliest delivery tells when that changes, be it a head or not.
 * - Less than 500 are: each is asked whether it is a head.
 * - More are: keys are walked one by one, up to the first whose head is due. A walk past all keys takes 8 µs for each; who
 *   cannot afford that sets rowhook.most_keys, and may then miss a head among as many whose turn has not come.
 */
create view webhooks_private.lanes_due as
select p.id as endpoint_id,
       least(
         (select d.next_retry_at
            from webhooks.deliveries as d
           where d.endpoint_id = p.id
             and d.status in ('pending', 'retrying')
             and d.order_key is null
           order by d.next_retry_at, d.id
           limit 1),
         (select case
            when earliest.next_retry_at > now() then earliest.next_retry_at
            when (select count(*) < 500
                    from (select
                            from webhooks.deliveries as d
                           where d.endpoint_id = p.id
                             and d.status in ('pending', 'retrying')
                             and d.order_key is not null
                             and d.next_retry_at <= now()
                           limit 500) as due)
            then coalesce(
              (select d.next_retry_at
                 from webhooks.deliveries as d
                where d.endpoint_id = p.id
                  and d.status in ('pending', 'retrying')
                  and d.order_key is not null
                  and d.next_retry_at <= now()
                  and not exists (select
                                    from webhooks.deliveries as before
                                   where before.endpoint_id = p.id
                                     and before.status in ('pending', 'retrying')
                                     and before.order_key = d.order_key
                                     and before.id < d.id)
                order by d.next_retry_at
                limit 1),
              (select d.next_retry_at
                 from webhooks.deliveries as d
                where d.endpoint_id = p.id
                  and d.status in ('pending', 'retrying')
                  and d.order_key is not null
                  and d.next_retry_at > now()
                order by d.next_retry_at
                limit 1))
            else (
              with recursive heads as (
                (select d.order_key, d.next_retry_at, 1 as number
                   from webhooks.deliveries as d
                  where d.endpoint_id = p.id
                    and d.status in ('pending', 'retrying')
                    and d.order_key is not null
                  order by d.order_key, d.id
                  limit 1)
                union all
                select following.order_key, following.next_retry_at, heads.number + 1
                  from heads
                 cross join lateral (
                       select d.order_key, d.next_retry_at
                         from webhooks.deliveries as d
                        where d.endpoint_id = p.id
                          and d.status in ('pending', 'retrying')
                          and d.order_key > heads.order_key
                        order by d.order_key, d.id
                        limit 1) as following
                 where heads.next_retry_at > now()
                   and heads.number < coalesce(nullif(current_setting('rowhook.most_keys', true), '')::integer, 2147483647))
              select min(heads.next_retry_at) from heads) end
            from (select d.next_retry_at
                    from webhooks.deliveries as d
                   where d.endpoint_id = p.id
                     and d.status in ('pending', 'retrying')
                     and d.order_key is not null
                   order by d.next_retry_at
                   limit 1) as earliest)
       ) as due_at
  from webhooks.endpoints as p;
comment on view webhooks_private.lanes_due is
  'When the lane of each endpoint has something to send: the least due time of its open deliveries, ordered ones by their heads. Null: nothing is open.';
comment on column webhooks_private.lanes_due.endpoint_id is 'The endpoint.';
comment on column webhooks_private.lanes_due.due_at      is 'When something is due; if several ordered ones are due, the first by its key; if none is, the earliest, be it a head or not. Null: nothing is open.';

/*
 * Which endpoints have anything open, in steps from one to the next on the partial indexes: the cost is that of the lanes
 * that have something, where asking each endpoint costs 8 µs for all of them (1,000 endpoints, 20 of them open: 0.2 ms, not 6).
 */
create view webhooks_private.open_lanes as
with recursive unordered as (
  (select d.endpoint_id
     from webhooks.deliveries as d
    where d.status in ('pending', 'retrying')
      and d.order_key is null
    order by d.endpoint_id
    limit 1)
  union all
  select following.endpoint_id
    from unordered
   cross join lateral (
         select d.endpoint_id
           from webhooks.deliveries as d
          where d.status in ('pending', 'retrying')
            and d.order_key is null
            and d.endpoint_id > unordered.endpoint_id
          order by d.endpoint_id
          limit 1) as following
), ordered as (
  (select d.endpoint_id
     from webhooks.deliveries as d
    where d.status in ('pending', 'retrying')
      and d.order_key is not null
    order by d.endpoint_id
    limit 1)
  union all
  select following.endpoint_id
    from ordered
   cross join lateral (
         select d.endpoint_id
           from webhooks.deliveries as d
          where d.status in ('pending', 'retrying')
            and d.order_key is not null
            and d.endpoint_id > ordered.endpoint_id
          order by d.endpoint_id
          limit 1) as following
)
select endpoint_id from unordered
 union
select endpoint_id from ordered;
comment on view webhooks_private.open_lanes is
  'Endpoints that have an open delivery, due or not.';
comment on column webhooks_private.open_lanes.endpoint_id is 'The endpoint.';

/*
 * The look of a lane that goes idle. What is due and the xmin come from one snapshot: it shows what every transaction
 * below xmin has written, for all of them have ended.
 */
create function webhooks_private.look_at_lanes(endpoint_ids uuid[])
returns table (endpoint_id uuid, due_in_ms double precision, xmin text)
language plpgsql volatile
set search_path = pg_catalog, pg_temp as $$
begin
  perform set_config('rowhook.most_keys', '200000', true); -- 1.6 s: the lock connection has signs of life to give
  return query
  select lane.endpoint_id,
         extract(epoch from lane.due_at - clock_timestamp())::double precision * 1000,
         pg_snapshot_xmin(pg_current_snapshot())::text
    from webhooks_private.lanes_due as lane
   where lane.endpoint_id = any (endpoint_ids);
end
$$;
comment on function webhooks_private.look_at_lanes(uuid[]) is
  'For each lane in how many milliseconds something is due (null: nothing is open), and the xmin of the snapshot that says so.';

/*
 * Unlock, then look: statements of a volatile function, so that the look has a snapshot of its own, taken after the locks
 * are gone. One round trip, on the connection that holds the locks.
 *
 * The horizon is a transaction id that is assigned after the unlock. A writer has its own before it tests a lane, so
 * whoever saw the lane owned has a lower one; when a look's xmin has reached the horizon, all of those have ended. The
 * xmax of a snapshot would not do: it follows the last transaction that has ended, and those that are under way may lie
 * beyond it. (An id costs a commit record that nobody waits for.)
 */
create function webhooks_private.release_lanes(endpoint_ids uuid[], on_call boolean default false)
returns table (endpoint_id uuid, due_in_ms double precision, xmin text, horizon text)
language plpgsql volatile
set search_path = pg_catalog, pg_temp as $$
begin
  perform pg_advisory_unlock(case when on_call then webhooks_private.call_lock(lane.id) else webhooks_private.lane_lock(lane.id) end)
     from unnest(endpoint_ids) as lane (id);
  horizon := pg_current_xact_id()::text;
  return query
  select look.endpoint_id, look.due_in_ms, look.xmin, release_lanes.horizon
    from webhooks_private.look_at_lanes(endpoint_ids) as look;
end
$$;
comment on function webhooks_private.release_lanes(uuid[], boolean) is
  'Gives lanes back, either such that are kept reading or such that are on call, and looks at once what is due for them; with a transaction id above that of everybody who saw them owned.';

create function webhooks_private.schedule_wakes(endpoint_ids uuid[], in_ms double precision[]) returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp as $$
begin
  perform graphile_worker.add_jobs(array(
    select row('deliver', json_build_object('endpointId', lane.id), null,
               clock_timestamp() + lane.wait_ms * interval '1 millisecond', null,
               format('lane:%s', lane.id), null, null)::graphile_worker.job_spec
      from unnest(endpoint_ids, in_ms) as lane (id, wait_ms)));
end
$$;
comment on function webhooks_private.schedule_wakes(uuid[], double precision[]) is
  'Leaves one wake-up job for each lane at a later time, in the place of the one that was left before. For the owner of a lane only.';

-- Down Migration
drop function webhooks_private.schedule_wakes(uuid[], double precision[]);
drop function webhooks_private.release_lanes(uuid[], boolean);
drop function webhooks_private.look_at_lanes(uuid[]);
drop view webhooks_private.open_lanes;
drop view webhooks_private.lanes_due;
