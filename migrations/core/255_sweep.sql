-- Up Migration
-- Once a second one of the workers looks for what nobody was woken for.

/*
 * The backstop: lanes that are free, may send, and have something due, although nobody woke them. In a healthy system it
 * finds those of a worker that was killed, and those whose hold has just ended. It looks once a second, so that of an ordered
 * lane it walks a thousand keys: what it misses so is found by whoever takes the lane next, at its next event or retry.
 * A lane on call whose deliveries wait is called, as if its owner had not heard it: it may have a request under way.
 */
create function webhooks_private.sweep() returns table (endpoint_id uuid, overdue_ms double precision)
language plpgsql volatile
set search_path = pg_catalog, pg_temp as $$
declare
  found_ids uuid[];
  overdue   double precision[];
  on_call   uuid[];
  free_ids  uuid[];
begin
  perform set_config('rowhook.most_keys', '1000', true);
  select array_agg(lane.id), array_agg(extract(epoch from clock_timestamp() - lane.due)::double precision * 1000)
    into found_ids, overdue
    from (select p.id, d.due_at as due
            from webhooks.endpoints              as p
            join webhooks_private.lanes_due      as d on d.endpoint_id = p.id
           cross join webhooks.settings          as s
            left join webhooks.tenant_settings   as t on t.tenant_id = p.tenant_id
            left join webhooks_private.lanes     as l on l.endpoint_id = p.id
           where p.id = any (array(select o.endpoint_id from webhooks_private.open_lanes as o)) -- a join could begin with all endpoints
             and s.sending
             and coalesce(t.sending, true)
             and p.is_active
             and p.paused_at is null
             and p.deleted_at is null
             and coalesce(l.held_until, '-infinity') <= clock_timestamp()
          offset 0) as lane
   where lane.due <= clock_timestamp()
     and webhooks_private.lane_is_unread(lane.id);

  on_call := array(select lane.id from unnest(found_ids) as lane (id) where webhooks_private.lane_is_on_call(lane.id));
  perform webhooks_private.call(lane.id, looks => false) from unnest(found_ids, overdue) as lane (id, ms) where lane.id = any (on_call) and lane.ms > 500;

  free_ids := array(select lane.id from unnest(found_ids) as lane (id) where lane.id <> all (on_call));
  perform webhooks_private.wake(free_ids) where free_ids <> '{}';
  return query select lane.id, lane.ms from unnest(found_ids, overdue) as lane (id, ms) where lane.id = any (free_ids);
end
$$;
comment on function webhooks_private.sweep() is
  'Wakes the lanes that are free and have something due; gives them with the age of their earliest due delivery in milliseconds.';

-- Down Migration
drop function webhooks_private.sweep();
