-- Up Migration
-- The short way of an event: what capture makes of a statement that wrote one row, as nearly all statements of an application do.

/*
 * settings.capture, compiled: what an operator switches once a year need not be read with every write (3 µs). Stable and not immutable:
 * what was inlined is planned again when the function is replaced, what was worked out beforehand is not.
 */
create function webhooks_private.capture_is_on() returns boolean
language sql stable parallel safe
return true;
comment on function webhooks_private.capture_is_on() is
  'settings.capture. Replaced whenever that changes.';

create function webhooks_private.tg_settings__switch_capture() returns trigger
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp as $$
begin
  -- One at a time: whoever changes the row waits for whoever did before.
  execute format('create or replace function webhooks_private.capture_is_on() returns boolean language sql stable parallel safe return %L::boolean', new.capture);
  return null;
end
$$;
comment on function webhooks_private.tg_settings__switch_capture() is
  'Compiles settings.capture into capture_is_on().';

create trigger _500_switch_capture_as_restored
  after insert on webhooks.settings
  for each row execute function webhooks_private.tg_settings__switch_capture();
create trigger _500_switch_capture
  after update on webhooks.settings
  for each row when (new.capture is distinct from old.capture) execute function webhooks_private.tg_settings__switch_capture();

/*
 * Whether event types need be asked at all, compiled in the same way: hardly anybody has a disabled one. One transaction at a time tells it; under an isolation
 * in which it would not see what was committed meanwhile it says yes, which is never wrong.
 */
create function webhooks_private.some_type_is_disabled() returns boolean
language sql stable parallel safe
return false;
comment on function webhooks_private.some_type_is_disabled() is
  'False where all event types are enabled. Replaced whenever that may have changed.';

create function webhooks_private.tg_event_types__tell_disabled() returns trigger
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp as $$
begin
  perform pg_advisory_xact_lock(hashtextextended('webhooks.some_type_is_disabled', 0));
  execute format('create or replace function webhooks_private.some_type_is_disabled() returns boolean language sql stable parallel safe return %L::boolean',
                 current_setting('transaction_isolation') <> 'read committed' or exists (select from webhooks.event_types as t where not t.enabled));
  return null;
end
$$;
comment on function webhooks_private.tg_event_types__tell_disabled() is
  'Compiles into some_type_is_disabled() whether a type is disabled.';

create trigger _500_tell_disabled_as_made
  after insert on webhooks.event_types
  for each row when (not new.enabled) execute function webhooks_private.tg_event_types__tell_disabled();
create trigger _500_tell_disabled
  after update on webhooks.event_types
  for each row when (new.enabled is distinct from old.enabled) execute function webhooks_private.tg_event_types__tell_disabled();

/*
 * put_event goes the same arrows as the triggers _500_fan_out and _500_wake, for one event of which all is known: two inserts of values,
 * straight into the partitions, instead of statements over transition tables that a partitioned table's triggers read. So it takes the
 * usual cases alone: nobody, or one endpoint, without a filter, and no cause. All others, and weeks that it does not know, take the long way.
 *
 * It knows this week and the next. make_partitions writes it anew; without a worker for two weeks, events take the long way.
 *
 * Expressions are few in it, since each transaction makes each of them ready anew. The endpoint is looked for before the event is written. The lane is
 * tested after the delivery is (docs/decisions.md, "Lanes").
 */
create function webhooks_private.put_event_text(as_of timestamptz default now()) returns text
language sql stable
set timezone = 'UTC'
return (
  select format($text$
#variable_conflict use_variable
declare
  event_id       uuid := webhooks_private.new_id();
  endpoint_id    uuid;
  ordering       text;
  max_attempts   integer;
  payload_format text;
  has_filter     boolean;
  chosen         uuid;
  long_way       boolean;
begin
  for endpoint_id, ordering, max_attempts, payload_format, has_filter in
    select p.id, p.ordering, p.max_attempts, p.payload_format, p.filter is not null
      from webhooks.endpoints as p
     where p.tenant_id = tenant_id
       and p.is_active
       and p.deleted_at is null
       and p.events && patterns
  loop
    if has_filter or chosen is not null then
      long_way := true;
      exit;
    end if;
    chosen := endpoint_id;
  end loop;

  <<short_way>>
  begin
    if long_way or current_setting('rowhook.cause', true) <> '' then
      exit short_way;%s
    else
      exit short_way;
    end if;

    if not webhooks_private.lane_is_unread(chosen) then
      null; -- its owner will see the delivery
    elsif webhooks_private.lane_is_on_call(chosen) then
      if current_setting('rowhook.wake', true) is distinct from 'off' then
        perform webhooks_private.call(chosen, looks => false);
      end if;
    elsif not webhooks_private.has_wake_up(chosen) then
      perform webhooks_private.add_wake_ups(array[chosen]);
    end if;
    return event_id;
  end short_way;

  insert into webhooks.events (id, tenant_id, type, resource_type, resource_id, data, previous, data_omitted)
  values (event_id, tenant_id, type, resource_type, resource_id, data, previous, data_omitted);
  return event_id;
end
$text$,
    (select string_agg(format($text$
    elsif event_id >= %L and event_id < %L then
      insert into webhooks_private.events_%3$s (id, tenant_id, type, resource_type, resource_id, data, previous, data_omitted)
      values (event_id, tenant_id, type, resource_type, resource_id, data, previous, data_omitted);
      if chosen is null then
        return event_id;
      end if;
      if webhooks_private.some_type_is_disabled() then
        if exists (select from webhooks.event_types as t where t.name = type and not t.enabled) then
          return event_id;
        end if;
      end if;
      insert into webhooks_private.deliveries_%3$s
        (id, event_id, endpoint_id, tenant_id, event_type, resource_type, resource_id, order_key, max_attempts, payload_format)
      values
        (webhooks_private.delivery_id(event_id, chosen), event_id, chosen, tenant_id, type, resource_type, resource_id,
         case ordering when 'endpoint' then ''
                       when 'resource' then resource_type || ':' || resource_id end,
         max_attempts, payload_format);$text$, webhooks_private.least_id(w.starts), webhooks_private.least_id(w.starts + interval '7 days'), to_char(w.starts, 'YYYYMMDD')), '' order by w.starts)
       from (values (date_trunc('week', as_of)), (date_trunc('week', as_of) + interval '7 days')) as w (starts)
      where 2 = (select count(*)
                   from pg_inherits as i
                  where i.inhrelid in (to_regclass(to_char(w.starts, '"webhooks_private.events_"YYYYMMDD')),
                                       to_regclass(to_char(w.starts, '"webhooks_private.deliveries_"YYYYMMDD')))
                    and i.inhparent in ('webhooks.events'::regclass, 'webhooks.deliveries'::regclass))))
);
comment on function webhooks_private.put_event_text(timestamptz) is
  'The body of put_event, with the partitions of this week and the next.';

create function webhooks_private.write_put_event(as_of timestamptz default now()) returns boolean
language plpgsql volatile
set search_path = pg_catalog, pg_temp as $$
declare
  body text := webhooks_private.put_event_text(as_of);
begin
  if exists (select from pg_proc as p where p.oid = to_regproc('webhooks_private.put_event') and p.prosrc = body) then
    return false;
  end if;
  execute format(
    'create or replace function webhooks_private.put_event(
       tenant_id text, type text, patterns text[], resource_type text, resource_id text, data json, previous json, data_omitted text
     ) returns uuid language plpgsql volatile set search_path = pg_catalog, pg_temp set enable_seqscan = off as %L', body);
  comment on function webhooks_private.put_event(text, text, text[], text, text, json, json, text) is
    'Writes one event with what follows from it, and returns its id. patterns: those that its type matches. Written by write_put_event.';
  return true;
end
$$;
comment on function webhooks_private.write_put_event(timestamptz) is
  'Makes put_event anew where its partitions are no longer those of this week and the next; returns whether they were not.';

select webhooks_private.write_put_event();

-- Down Migration
drop function webhooks_private.put_event(text, text, text[], text, text, json, json, text);
drop function webhooks_private.write_put_event(timestamptz);
drop function webhooks_private.put_event_text(timestamptz);
drop trigger _500_tell_disabled on webhooks.event_types;
drop trigger _500_tell_disabled_as_made on webhooks.event_types;
drop function webhooks_private.tg_event_types__tell_disabled();
drop function webhooks_private.some_type_is_disabled();
drop trigger _500_switch_capture on webhooks.settings;
drop trigger _500_switch_capture_as_restored on webhooks.settings;
drop function webhooks_private.tg_settings__switch_capture();
drop function webhooks_private.capture_is_on();
