-- Up Migration
-- What watch asks of a table and its columns.

create function webhooks_private.check_watchable(relation regclass) returns void
language plpgsql stable
set search_path = pg_catalog, pg_temp as $$
declare
  reason text;
begin
  select case
           when c.relnamespace in ('webhooks'::regnamespace, 'webhooks_private'::regnamespace)
                or n.nspname in ('pg_catalog', 'information_schema', 'pg_toast', 'graphile_worker')
                                     then 'It belongs to Rowhook or to PostgreSQL; an event of it could make further events without end.'
           when c.relkind not in ('r', 'p') then 'Only tables have the rows of a statement at hand; views, foreign tables and others have not.'
           when c.relpersistence = 't'      then 'A temporary table ends with its session.'
           when c.relispartition            then format('It is a partition of %s.', (select i.inhparent::regclass from pg_inherits as i where i.inhrelid = c.oid))
         end
    into strict reason
    from pg_class     as c
    join pg_namespace as n on n.oid = c.relnamespace
   where c.oid = relation;

  if reason is not null then
    raise exception using errcode = 'WHREL',
      message = format('%s cannot be watched.', relation),
      detail  = reason,
      hint    = 'Watch the table that the application writes; of a partitioned one the topmost, which covers writes to its partitions.';
  end if;
  if not has_table_privilege(relation, 'trigger') then
    raise exception using errcode = 'WHGRT',
      message = format('%I may not create triggers on %s.', current_user, relation),
      detail  = 'Watching a table creates triggers on it.',
      hint    = format('Call watch as the owner of the table, or: grant trigger on %s to %I;', relation, current_user);
  end if;
exception when no_data_found then
  raise exception using errcode = 'WHREL',
    message = format('There is no table with the number %s.', relation),
    detail  = 'watch takes a table by its name, such as ''public.sales''.',
    hint    = 'Was it dropped?';
end
$$;
comment on function webhooks_private.check_watchable(regclass) is
  'Raises WHREL unless the relation is a lasting table that is nobody''s partition, WHGRT unless the caller may create triggers on it.';

create function webhooks_private.check_columns(relation regclass, columns text[], purpose text) returns void
language plpgsql stable
set search_path = pg_catalog, pg_temp as $$
declare
  existing text[] := array(select a.attname::text
                             from pg_attribute as a
                            where a.attrelid = relation and a.attnum > 0 and not a.attisdropped
                            order by a.attnum);
  missing  text[] := array(select c from unnest(columns) as c where c is null or c <> all (existing));
begin
  if cardinality(missing) > 0 then
    raise exception using errcode = 'WHCOL',
      message = format('%s has no column %s.', relation, (select string_agg(quote_nullable(m), ', ') from unnest(missing) as m)),
      detail  = format('It is named as %s.', purpose),
      hint    = format('Its columns are %s.', array_to_string(existing, ', '))
                || case purpose when 'tenant' then ' For a table without tenants: tenant => null.' else '' end;
  end if;
end
$$;
comment on function webhooks_private.check_columns(regclass, text[], text) is
  'Raises WHCOL unless the table has all these columns.';

create function webhooks_private.primary_key(relation regclass) returns text[]
language sql stable
return (
  select array_agg(a.attname::text order by k.place)
    from pg_index as i
   cross join lateral unnest(i.indkey) with ordinality as k (attnum, place)
    join pg_attribute as a on a.attrelid = i.indrelid and a.attnum = k.attnum
   where i.indrelid = relation
     and i.indisprimary
     and k.place <= i.indnkeyatts
);
comment on function webhooks_private.primary_key(regclass) is
  'The columns of a table''s primary key, in its order; null where it has none.';

create function webhooks_private.key_columns(relation regclass, key text[]) returns text[]
language plpgsql stable
set search_path = pg_catalog, pg_temp as $$
begin
  if key is null or cardinality(key) = 0 then
    key := webhooks_private.primary_key(relation);
  end if;
  if key is null then
    raise exception using errcode = 'WHKEY',
      message = format('%s has no primary key.', relation),
      detail  = 'The key tells the receiver which row an event is about.',
      hint    = 'Name the columns that identify a row: key => ''{number}''.';
  end if;
  perform webhooks_private.check_columns(relation, key, 'key');
  return key;
end
$$;
comment on function webhooks_private.key_columns(regclass, text[]) is
  'The named key columns, or the primary key; raises WHKEY where there is neither, WHCOL where one does not exist.';

create function webhooks_private.check_event_name(event text) returns void
language plpgsql immutable
set search_path = pg_catalog, pg_temp as $$
begin
  if event is null or event !~ '^[a-z0-9_]+(\.[a-z0-9_]+)+$' or length(event) > 128 then
    raise exception using errcode = 'WHEVT', column = 'name',
      message = format('%s is not the name of an event.', coalesce(quote_literal(event), 'Nothing')),
      detail  = 'Names are lower-case letters, digits and underscores joined by dots, at most 128 characters.',
      hint    = 'Name the thing first and then what happened to it: sale.created.';
  end if;
end
$$;
comment on function webhooks_private.check_event_name(text) is
  'Raises WHEVT unless the name is dotted and in lower case.';

-- Down Migration
drop function webhooks_private.check_event_name(text);
drop function webhooks_private.key_columns(regclass, text[]);
drop function webhooks_private.primary_key(regclass);
drop function webhooks_private.check_columns(regclass, text[], text);
drop function webhooks_private.check_watchable(regclass);
