-- Up Migration
-- What happened. Immutable, kept for settings.event_retention, written by capture, by emit or by hand.

/*
 * A receiver that writes because of an event says so (set local rowhook.cause = '<webhook-id>'), and what it writes lies one deeper than
 * that event. Called for such writes alone.
 */
create function webhooks_private.depth_after(cause uuid) returns integer
language plpgsql stable strict
set search_path = pg_catalog, pg_temp as $$
begin
  return coalesce((select case jsonb_typeof(e.context -> 'depth') when 'number' then (e.context -> 'depth')::integer end
                     from webhooks.events as e where e.id = cause), 0) + 1;
end
$$;
comment on function webhooks_private.depth_after(uuid) is
  'How many events lie behind one that is caused by this one: 1 where that is the first, or unknown.';

create function webhooks_private.current_cause() returns uuid
language sql stable
return substring(current_setting('rowhook.cause', true) from '^[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$')::uuid;
comment on function webhooks_private.current_cause() is
  'The event that a receiver handles in this transaction (setting rowhook.cause). Null: none, or no id.';

-- In plpgsql, which nobody inlines: its parts would be made ready for each write.
create function webhooks_private.told_context() returns jsonb
language plpgsql stable
set search_path = pg_catalog, pg_temp as $$
begin
  return jsonb_strip_nulls(jsonb_build_object(
    'txid',        pg_current_xact_id()::text,
    'user',        coalesce(nullif(current_setting('rowhook.user', true), ''), session_user),
    'traceparent', nullif(current_setting('rowhook.traceparent', true), ''),
    'cause',       webhooks_private.current_cause(),
    'depth',       webhooks_private.depth_after(webhooks_private.current_cause())));
end
$$;
comment on function webhooks_private.told_context() is
  'current_context() of a writer that tells a traceparent or a cause.';

-- Most writes tell neither: theirs takes a third of the time. One expression, which the plan of an insert takes in.
create function webhooks_private.current_context() returns jsonb
language sql stable
return case when concat(current_setting('rowhook.traceparent', true), current_setting('rowhook.cause', true)) = ''
            then jsonb_object(array['txid', pg_current_xact_id()::text, 'user', coalesce(nullif(current_setting('rowhook.user', true), ''), session_user)])
            else webhooks_private.told_context() end;
comment on function webhooks_private.current_context() is
  'Where an event comes from: transaction id, user (setting rowhook.user, else the login), traceparent (setting rowhook.traceparent), and the event that caused it (setting rowhook.cause) with how deep it lies.';

/*
 * One check by a function, and not one an expression: the expressions of a table's checks are read from their stored text and
 * compiled anew by every statement, which took 2 µs each, and twice that for a list of words. A call takes less than one of them.
 */
create function webhooks_private.event_is_sound(type text, data_omitted text, tenant_id text, resource_type text, resource_id text) returns boolean
language plpgsql immutable parallel safe
set search_path = pg_catalog, pg_temp as $$
begin
  if length(resource_id) > 500 or length(tenant_id) > 500 or length(resource_type) > 255 then
    raise exception using errcode = 'WHVAL', table = 'events', column = case when length(resource_id) > 500 then 'resource_id' when length(tenant_id) > 500 then 'tenant_id' else 'resource_type' end,
      message = 'A name of the event is too long for the log''s indexes.',
      detail  = format('resource_id has %s characters, tenant_id %s, of 500 at most; resource_type %s of 255.', coalesce(length(resource_id), 0), length(tenant_id), coalesce(length(resource_type), 0)),
      hint    = 'Shorten it, or take a hash of it; capture cuts what is longer.';
  end if;
  return type ~ '^[a-z0-9_]+(\.[a-z0-9_]+)+$'
     and (data_omitted is null or data_omitted in ('too large', 'no payload'));
end
$$;
comment on function webhooks_private.event_is_sound(text, text, text, text, text) is
  'Whether the type is a dotted name, and the reason why data is not whole a known one. Raises WHVAL for a name that is too long for an index.';

create table webhooks.events (
  id             uuid  not null default webhooks_private.new_id(),
  tenant_id      text  not null default 'default',
  type           text  not null,
  resource_type  text,
  resource_id    text,
  data           json  not null default '{}',
  previous       json,
  data_omitted   text,
  context        jsonb not null default webhooks_private.current_context(),
  endpoint_id    uuid,
  deliver_at     timestamptz,

  constraint events_pkey     primary key (id),
  constraint events_sound    check (webhooks_private.event_is_sound(type, data_omitted, tenant_id, resource_type, resource_id))
) partition by range (id);

create index events_of_tenant   on webhooks.events (tenant_id, id);
create index events_of_resource on webhooks.events (resource_id, id) where resource_id is not null;

comment on table  webhooks.events               is 'What happened, one row for each event; never changed. Written by capture, by emit, or by a plain insert.';
comment on column webhooks.events.id            is 'Key, UUID version 7: its time (webhooks.occurred_at(id)) is when it happened. Sent as webhook-id.';
comment on column webhooks.events.tenant_id     is 'Whose event it is: the text of the domain''s tenant column, or default.';
comment on column webhooks.events.type          is 'Dotted name: sale.created.';
comment on column webhooks.events.resource_type is 'What it is about: sale.';
comment on column webhooks.events.resource_id   is 'Which one: its key, several columns joined by commas.';
comment on column webhooks.events.data          is 'The payload; its text reaches the receiver as it stands here.';
comment on column webhooks.events.previous      is 'For an update, the columns that changed, as they were before. Null otherwise.';
comment on column webhooks.events.data_omitted  is 'Why data holds the key columns only: too large, or no payload (its payload function failed or returned null). Null: it is whole.';
comment on column webhooks.events.context       is 'Transaction id, user and traceparent of the writer; the event that caused this one, and how many lie behind it (depth).';
comment on column webhooks.events.endpoint_id   is 'The only endpoint it is meant for, whatever that one asks for (tests). Null: all that match.';
comment on column webhooks.events.deliver_at    is 'When its deliveries are due. Null: at once.';

create table webhooks_private.event_keys (
  tenant_id        text        not null,
  idempotency_key  text        not null,
  event_id         uuid        not null,
  expires_at       timestamptz not null default now() + interval '24 hours',

  constraint event_keys_pkey            primary key (tenant_id, idempotency_key),
  constraint event_keys_key_1_to_255    check (length(idempotency_key) between 1 and 255)
);
create index event_keys_by_expiry on webhooks_private.event_keys (expires_at);

comment on table  webhooks_private.event_keys                 is 'Idempotency keys that emit has seen.';
comment on column webhooks_private.event_keys.tenant_id       is 'The tenant that the key belongs to.';
comment on column webhooks_private.event_keys.idempotency_key is 'The key, 1 to 255 characters.';
comment on column webhooks_private.event_keys.event_id        is 'The event that the first use made.';
comment on column webhooks_private.event_keys.expires_at      is 'When the key may be used for another event.';

/*
 * The body of a request, composed of texts so that data arrives as Postgres wrote it: no number, key order or escape
 * passes through a second printer.
 */
create function webhooks.envelope(event webhooks.events) returns text
language sql stable
return concat(
  '{"id":"', event.id,
  '","type":"', event.type,
  '","timestamp":"', to_char(webhooks.occurred_at(event.id) at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
  '","tenant_id":', to_json(event.tenant_id),
  ',"resource":', case when event.resource_type is null and event.resource_id is null then 'null'
                       else concat('{"type":', coalesce(to_json(event.resource_type)::text, 'null'),
                                   ',"id":', coalesce(to_json(event.resource_id)::text, 'null'), '}') end,
  ',"data":', event.data,
  case when event.previous is not null then concat(',"previous":', event.previous) end,
  '}');
comment on function webhooks.envelope(webhooks.events) is
  'The body that is sent for an event, payload format standard.';

create function webhooks.legacy_envelope(event webhooks.events) returns text
language sql stable
return concat(
  '{"event":"', event.type,
  '","resource_type":', coalesce(to_json(event.resource_type)::text, 'null'),
  ',"resource_id":', coalesce(to_json(event.resource_id)::text, 'null'),
  ',"timestamp":"', to_char(webhooks.occurred_at(event.id) at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
  '","tenant_id":', to_json(event.tenant_id),
  ',"data":', event.data,
  '}');
comment on function webhooks.legacy_envelope(webhooks.events) is
  'The body that is sent for an event, payload format legacy.';

-- Down Migration
drop function webhooks.legacy_envelope(webhooks.events);
drop function webhooks.envelope(webhooks.events);
drop table webhooks_private.event_keys;
drop table webhooks.events;
drop function webhooks_private.event_is_sound(text, text, text, text, text);
drop function webhooks_private.current_context();
drop function webhooks_private.told_context();
drop function webhooks_private.current_cause();
drop function webhooks_private.depth_after(uuid);
