-- Up Migration
-- The last step of the arrow inside the transaction: jobs for the lanes that nobody owns.

-- Makes the task known, so that no writer's first job has to (and wait for another writer that does the same).
select graphile_worker.add_job('deliver', job_key => 'rowhook:introduction', run_at => 'infinity');
select graphile_worker.remove_job('rowhook:introduction');

create function webhooks_private.lane_is_unread(endpoint_id uuid) returns boolean
language sql volatile
return case when pg_try_advisory_lock_shared(webhooks_private.lane_lock(endpoint_id))
            then pg_advisory_unlock_shared(webhooks_private.lane_lock(endpoint_id))
            else false end;
comment on function webhooks_private.lane_is_unread(uuid) is
  'Whether nobody keeps reading the lane at this moment: takes its lock shared and gives it back at once.';

create function webhooks_private.lane_is_on_call(endpoint_id uuid) returns boolean
language sql volatile
return case when pg_try_advisory_lock_shared(webhooks_private.call_lock(endpoint_id))
            then not pg_advisory_unlock_shared(webhooks_private.call_lock(endpoint_id))
            else true end;
comment on function webhooks_private.lane_is_on_call(uuid) is
  'Whether a worker owns the lane and reads it when it is called.';

create function webhooks_private.lane_is_free(endpoint_id uuid) returns boolean
language sql volatile
return case when webhooks_private.lane_is_unread(endpoint_id)
            then not webhooks_private.lane_is_on_call(endpoint_id)
            else false end;
comment on function webhooks_private.lane_is_free(uuid) is
  'Whether nobody owns the lane at this moment.';

/*
 * Every worker listens on the connection that holds its locks, so that a call is lost only with the lane itself.
 */
create function webhooks_private.call(endpoint_id uuid, looks boolean) returns void
language sql volatile
return pg_notify('rowhook:lanes', case when looks then endpoint_id::text || '?' else endpoint_id::text end);
comment on function webhooks_private.call(uuid, boolean) is
  'Tells the owner of a lane that is on call to read it when this transaction has committed; looks: and to look afterwards what is due later.';

/*
 * Whether a wake-up of the lane is visible that nobody has taken yet. Under repeatable read and serializable no lane has one: what such a
 * transaction sees may be gone.
 *
 * Plans are pinned, here and below: planned once, by index, whatever the size of the queue was then (measured: 0.44 ms a call
 * with 50,000 jobs waiting; 18 ms with a plan that was cached while the queue was empty).
 */
create function webhooks_private.has_wake_up(endpoint_id uuid) returns boolean
language plpgsql volatile
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off as $$
begin
  return current_setting('transaction_isolation') not in ('repeatable read', 'serializable')
     and exists (
           select
             from graphile_worker.jobs as j
            where j.key between concat('lane:', endpoint_id, ':00000000000000000000')
                            and concat('lane:', endpoint_id, ':99999999999999999999')
              and j.locked_at is null
              and j.run_at <= now()
              and j.attempts < j.max_attempts);
end
$$;
comment on function webhooks_private.has_wake_up(uuid) is
  'Whether a job that wakes the lane waits to be taken.';

/*
 * Adds a job for each lane that can send and is not owned.
 *
 * The lanes are tested here, after the deliveries were written by an earlier statement, in a volatile function: either
 * the owner of a lane sees the deliveries, or this sees that the lane is free (docs/decisions.md, "Lanes").
 *
 * The key of a job holds the transaction id, so that no two transactions wait for one another and the statements of one
 * transaction share one job. Its digits are padded to a fixed width, so that the range of a lane's keys is one range of
 * the index under every collation. Under repeatable read and serializable a key would fail with 40001, so there is none.
 */
create function webhooks_private.add_wake_ups(endpoint_ids uuid[]) returns void
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off as $$
declare
  keyed boolean := current_setting('transaction_isolation') not in ('repeatable read', 'serializable');
  jobs  graphile_worker.job_spec[];
begin
  if current_setting('rowhook.wake', true) = 'off' then
    return;
  end if;

  select array_agg(row('deliver',
                       json_build_object('endpointId', sleeping.id),
                       null, null, null,
                       case when keyed then format('lane:%s:%s', sleeping.id, lpad(pg_current_xact_id()::text, 20, '0')) end,
                       null, null)::graphile_worker.job_spec)
    into jobs
    from (select p.id
            from unnest(endpoint_ids) as touched (id)
            join webhooks.endpoints          as p on p.id = touched.id
            left join webhooks_private.lanes as l on l.endpoint_id = p.id
           where p.is_active
             and p.paused_at is null
             and p.deleted_at is null
             and coalesce(l.held_until, '-infinity') <= now()
           offset 0) as sleeping
   where webhooks_private.lane_is_free(sleeping.id);

  if jobs is not null then
    perform graphile_worker.add_jobs(jobs);
  end if;
end
$$;
comment on function webhooks_private.add_wake_ups(uuid[]) is
  'Adds a wake-up job for each of the lanes that can send and that nobody serves.';

create function webhooks_private.wake(endpoint_ids uuid[]) returns void
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp as $$
begin
  if current_setting('rowhook.wake', true) = 'off' then
    return;
  end if;

  perform webhooks_private.call(touched.id, looks => true)
     from unnest(endpoint_ids) as touched (id)
    where webhooks_private.lane_is_unread(touched.id)
      and webhooks_private.lane_is_on_call(touched.id);
  perform webhooks_private.add_wake_ups(array(select id from unnest(endpoint_ids) as id where not webhooks_private.has_wake_up(id)));
end
$$;
comment on function webhooks_private.wake(uuid[]) is
  'Calls the owners of those of the lanes that are on call, and adds a wake-up job for each that nobody serves and that has none waiting.';

-- Lanes that are owned, as busy ones are, cost a test of their locks and no more; those on call a notification.
create function webhooks_private.tg_deliveries__wake() returns trigger
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp as $$
declare
  touched  uuid;
  free_ids uuid[];
begin
  foreach touched in array array(select distinct d.endpoint_id from new_deliveries as d) loop
    if webhooks_private.lane_is_unread(touched) then
      if not webhooks_private.lane_is_on_call(touched) then
        free_ids := free_ids || touched;
      elsif current_setting('rowhook.wake', true) is distinct from 'off' then
        perform webhooks_private.call(touched, looks => exists (select from new_deliveries as d where d.endpoint_id = touched and d.next_retry_at > now()));
      end if;
    end if;
  end loop;

  if free_ids is not null then
    perform webhooks_private.wake(free_ids);
  end if;
  return null;
end
$$;
comment on function webhooks_private.tg_deliveries__wake() is
  'Wakes the lanes of new deliveries.';

create trigger _500_wake
  after insert on webhooks.deliveries
  referencing new table as new_deliveries
  for each statement execute function webhooks_private.tg_deliveries__wake();

-- Down Migration
drop trigger _500_wake on webhooks.deliveries;
drop function webhooks_private.tg_deliveries__wake();
drop function webhooks_private.wake(uuid[]);
drop function webhooks_private.add_wake_ups(uuid[]);
drop function webhooks_private.has_wake_up(uuid);
drop function webhooks_private.call(uuid, boolean);
drop function webhooks_private.lane_is_free(uuid);
drop function webhooks_private.lane_is_on_call(uuid);
drop function webhooks_private.lane_is_unread(uuid);
