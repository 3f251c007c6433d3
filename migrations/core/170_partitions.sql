-- Up Migration
-- Weekly partitions by key, some weeks ahead; the last one is open-ended, so that a row always has a place.

create function webhooks_private.add_partition(parent text, name text, lower_bound text, upper_bound text) returns void
language plpgsql
set search_path = pg_catalog, pg_temp as $$
begin
  execute format('create table webhooks_private.%I partition of webhooks.%I for values from (%s) to (%s)',
                 name, parent, lower_bound, upper_bound);
  execute format('alter table webhooks_private.%I enable row level security, force row level security', name);
  execute format('create policy owner_does_all on webhooks_private.%I to rowhook_owner using (true) with check (true)', name);
  execute format('comment on table webhooks_private.%I is %L', name, format('Partition of webhooks.%s from %s to %s.', parent, lower_bound, upper_bound));
  if parent = 'deliveries' then
    -- Each row is updated at least once: room beside it spares a page, and dead rows are cleared before they pile up.
    execute format('alter table webhooks_private.%I set (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.05)', name);
  end if;
end
$$;
comment on function webhooks_private.add_partition(text, text, text, text) is
  'Makes one partition of a log table, under row level security like its parent.';

/*
 * Called by a migration, by the partition task, and by doctor. Rows that have come to lie in the open-ended partition
 * (no worker ran for weeks) move to the new ones; they are written to the partitions by name, so that no trigger of the
 * log tables takes them for new.
 */
create function webhooks_private.make_partitions(
  as_of       timestamptz default now(),
  weeks_ahead integer     default 8,
  parents     text[]      default '{events,deliveries,attempts}'
) returns setof text
language plpgsql
set search_path = pg_catalog, pg_temp
set timezone = 'UTC' as $$
declare
  parent     text;
  last_week  date := date_trunc('week', as_of)::date + 7 * weeks_ahead;
  week       date;
  later      text;
  name       text;
  columns    text;
begin
  foreach parent in array parents loop
    later := parent || '_later';
    select max(right(c.relname, 8))::date + 7 into week
      from pg_inherits as i
      join pg_class    as c on c.oid = i.inhrelid
     where i.inhparent = format('webhooks.%I', parent)::regclass
       and c.relname ~ '_[0-9]{8}$';
    continue when week > last_week;

    if to_regclass('webhooks_private.' || later) is not null then
      execute format('alter table webhooks.%I detach partition webhooks_private.%I', parent, later);
      execute format('alter table webhooks_private.%I rename to %I', later, later || '_old');
      select string_agg(quote_ident(attname), ', ' order by attnum) into columns
        from pg_attribute
       where attrelid = format('webhooks.%I', parent)::regclass and attnum > 0 and not attisdropped;
    end if;

    loop
      name := parent || '_' || to_char(coalesce(week, date_trunc('week', as_of)), 'YYYYMMDD');
      perform webhooks_private.add_partition(
        parent, name,
        case when week is null then 'minvalue' else quote_literal(webhooks_private.least_id(week)) end,
        quote_literal(webhooks_private.least_id(coalesce(week, date_trunc('week', as_of)::date) + 7)));
      return next name;
      if columns is not null then
        execute format('insert into webhooks_private.%1$I (%2$s) select %2$s from webhooks_private.%3$I where %4$I >= $1 and %4$I < $2',
                       name, columns, later || '_old', case parent when 'attempts' then 'delivery_id' else 'id' end)
          using webhooks_private.least_id(week), webhooks_private.least_id(week + 7);
      end if;
      week := coalesce(week, date_trunc('week', as_of)::date) + 7;
      exit when week > last_week;
    end loop;

    perform webhooks_private.add_partition(parent, later, quote_literal(webhooks_private.least_id(week)), 'maxvalue');
    if columns is not null then
      execute format('insert into webhooks_private.%1$I (%2$s) select %2$s from webhooks_private.%3$I where %4$I >= $1',
                     later, columns, later || '_old', case parent when 'attempts' then 'delivery_id' else 'id' end)
        using webhooks_private.least_id(week);
      execute format('drop table webhooks_private.%I', later || '_old');
    end if;
    columns := null;
  end loop;
  -- Not yet there while the first ones are made.
  if to_regproc('webhooks_private.write_put_event') is not null then
    perform webhooks_private.write_put_event(as_of);
  end if;
end
$$;
comment on function webhooks_private.make_partitions(timestamptz, integer, text[]) is
  'Makes the missing weekly partitions of events, deliveries and attempts (or of some of them) up to some weeks ahead, and gives their names.';

select webhooks_private.make_partitions();

-- Down Migration
drop function webhooks_private.make_partitions(timestamptz, integer, text[]);
drop function webhooks_private.add_partition(text, text, text, text);
