-- Up Migration
-- The weekly partitions of the log: which there are, which are past their time, and dropping those.

create function webhooks_private.retention_of(parent text) returns interval
language sql stable
return (
  select case parent when 'attempts' then s.attempt_retention else s.event_retention end from webhooks.settings as s
);
comment on function webhooks_private.retention_of(text) is
  'How long rows of a log table are kept.';

create function webhooks_private.partition_bounds(as_of timestamptz default now())
returns table (parent text, name text, relation oid, starts timestamptz, ends timestamptz, drop_at timestamptz, is_past boolean)
language sql stable
set search_path = pg_catalog, pg_temp
begin atomic
  -- Bounds are keys; the time of a partition is in them. The open ends have none.
  select log.relname::text,
         part.relname::text,
         part.oid,
         bound.starts,
         bound.ends,
         bound.ends + webhooks_private.retention_of(log.relname),
         coalesce(bound.ends + webhooks_private.retention_of(log.relname) <= as_of, false)
    from pg_inherits as i
    join pg_class    as part on part.oid = i.inhrelid
    join pg_class    as log  on log.oid  = i.inhparent
   cross join lateral (
         select webhooks.occurred_at(substring(e.text from 'FROM \(''([0-9a-f-]{36})''\)')::uuid) as starts,
                webhooks.occurred_at(substring(e.text from 'TO \(''([0-9a-f-]{36})''\)')::uuid)   as ends
           from pg_get_expr(part.relpartbound, part.oid) as e (text)) as bound
   where i.inhparent in ('webhooks.events'::regclass, 'webhooks.deliveries'::regclass, 'webhooks.attempts'::regclass);
end;
comment on function webhooks_private.partition_bounds(timestamptz) is
  'The partitions of events, deliveries and attempts, their time (null: open end), and when they are dropped.';

create function webhooks_private.log_partitions(as_of timestamptz default now())
returns table (parent text, name text, starts timestamptz, ends timestamptz, estimated_rows bigint, bytes bigint, drop_at timestamptz, is_past boolean)
language sql stable security definer
set search_path = pg_catalog, pg_temp
begin atomic
  select b.parent, b.name, b.starts, b.ends, greatest(c.reltuples, 0)::bigint, pg_total_relation_size(b.relation), b.drop_at, b.is_past
    from webhooks_private.partition_bounds(as_of) as b
    join pg_class                                 as c on c.oid = b.relation
   order by b.parent, b.ends nulls last;
end;
comment on function webhooks_private.log_partitions(timestamptz) is
  'The partitions of events, deliveries and attempts with their size. Looks at every file of them.';

/*
 * By the partial indexes of open deliveries, an endpoint at a time: what has ended costs nothing, however much it is.
 */
create function webhooks_private.open_before(before timestamptz, since timestamptz default '-infinity', at_most integer default 10000) returns setof uuid
language sql stable
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
begin atomic
  select d.id
    from webhooks.endpoints as p
   cross join lateral (
         select o.id
           from webhooks.deliveries as o
          where o.endpoint_id = p.id
            and o.status in ('pending', 'retrying')
            and o.order_key is null
            and o.id <  webhooks_private.least_id(before)
            and o.id >= case when since = '-infinity' then '00000000-0000-0000-0000-000000000000' else webhooks_private.least_id(since) end
          union all
         select o.id
           from webhooks.deliveries as o
          where o.endpoint_id = p.id
            and o.status in ('pending', 'retrying')
            and o.order_key is not null
            and o.id <  webhooks_private.least_id(before)
            and o.id >= case when since = '-infinity' then '00000000-0000-0000-0000-000000000000' else webhooks_private.least_id(since) end
         ) as d
   limit at_most;
end;
comment on function webhooks_private.open_before(timestamptz, timestamptz, integer) is
  'Open deliveries of events of a window of time, at most so many, in no order.';

/*
 * The oldest partition begins at the least key, so that a row always has a place: an attempt for a delivery whose week of
 * attempts is gone, an event that was imported with an old key. So a drop takes all weeks that are past, and the place of
 * the oldest, called earlier, is made anew and empty up to where the log now begins.
 *
 * Writers wait while this waits for its lock: the caller sets a lock_timeout, and tries again. Deliveries are looked at
 * under the lock, so that none is open that goes.
 */
create function webhooks_private.drop_partitions(parent text, as_of timestamptz default now()) returns setof text
language plpgsql volatile
set search_path = pg_catalog, pg_temp
set timezone = 'UTC' as $$
declare
  past   text[];
  bounds timestamptz[];
  name   text;
begin
  if parent <> all (array['events', 'deliveries', 'attempts']) then
    raise exception using errcode = 'invalid_parameter_value', message = format('%L is no log table.', parent);
  end if;
  -- What can be found out before the lock is. Events wait until the deliveries of their week are gone.
  select array_agg(b.name order by b.ends), array_agg(b.ends order by b.ends)
    into past, bounds
    from webhooks_private.partition_bounds(as_of) as b
   where b.parent = drop_partitions.parent
     and b.is_past
     and (drop_partitions.parent <> 'events' or not exists (select from webhooks_private.partition_bounds(as_of) as d
                                                             where d.parent = 'deliveries' and d.name <> 'deliveries_earlier' and d.ends <= b.ends));
  if past is null or past = array[parent || '_earlier'] then
    return;
  end if;

  execute format('lock table only webhooks.%I in access exclusive mode', parent);
  if parent <> 'attempts' then
    -- Up to the first week that holds an open delivery.
    select array_agg(l.name order by l.ends), array_agg(l.ends order by l.ends)
      into past, bounds
      from unnest(past, bounds) as l (name, ends)
     where not exists (select from webhooks_private.open_before(l.ends, at_most => 1));
    if past is null or past = array[parent || '_earlier'] then
      return;
    end if;
  end if;

  foreach name in array past loop
    execute format('drop table webhooks_private.%I', name);
    if name <> parent || '_earlier' then
      return next name;
    end if;
  end loop;
  perform webhooks_private.add_partition(parent, parent || '_earlier', 'minvalue', quote_literal(webhooks_private.least_id(bounds[cardinality(bounds)])));
end
$$;
comment on function webhooks_private.drop_partitions(text, timestamptz) is
  'Drops the partitions of a log table that are past their retention and hold nothing open, and gives their names. Set lock_timeout before, and call it in a transaction of its own.';

grant execute on function webhooks_private.log_partitions(timestamptz) to rowhook_dba;

-- Down Migration
drop function webhooks_private.drop_partitions(text, timestamptz);
drop function webhooks_private.open_before(timestamptz, timestamptz, integer);
drop function webhooks_private.log_partitions(timestamptz);
drop function webhooks_private.partition_bounds(timestamptz);
drop function webhooks_private.retention_of(text);
