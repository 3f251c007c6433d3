-- Up Migration
-- Lanes with little to do: owned, and read when a writer calls.

/*
 * As release_lanes, for a lane that is kept: first its other lock, then away with the one that says it is read, then the look.
 * A lane that cannot be put on call is left out.
 */
create function webhooks_private.put_on_call(endpoint_ids uuid[])
returns table (endpoint_id uuid, due_in_ms double precision, xmin text, horizon text)
language plpgsql volatile
set search_path = pg_catalog, pg_temp as $$
declare
  reached uuid[];
begin
  reached := array(
    select lane.id
      from (select p.id from webhooks.endpoints as p where p.id = any (endpoint_ids) offset 0) as lane
     where webhooks_private.try_lock(webhooks_private.call_lock(lane.id)));
  return query
  select look.endpoint_id, look.due_in_ms, look.xmin, look.horizon
    from webhooks_private.release_lanes(reached) as look;
end
$$;
comment on function webhooks_private.put_on_call(uuid[]) is
  'From now on writers call the owner of these lanes, who no longer keeps reading them; with the look and the transaction id of release_lanes.';

create function webhooks_private.keep_reading(endpoint_ids uuid[]) returns setof uuid
language plpgsql volatile
set search_path = pg_catalog, pg_temp as $$
declare
  reached uuid[];
begin
  reached := array(
    select lane.id
      from unnest(endpoint_ids) as lane (id)
     where webhooks_private.try_lock(webhooks_private.lane_lock(lane.id)));
  perform pg_advisory_unlock(webhooks_private.call_lock(lane.id)) from unnest(reached) as lane (id);
  return query select unnest(reached);
end
$$;
comment on function webhooks_private.keep_reading(uuid[]) is
  'The owner of lanes on call keeps reading them from now on, and is called no more: gives those of which that is true.';

-- Down Migration
drop function webhooks_private.keep_reading(uuid[]);
drop function webhooks_private.put_on_call(uuid[]);
