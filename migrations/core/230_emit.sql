-- Up Migration
-- An event by hand, in the caller's transaction.

create function webhooks.emit(
  type            text,
  data            json        default '{}',
  tenant_id       text        default 'default',
  resource_type   text        default null,
  resource_id     text        default null,
  idempotency_key text        default null,
  deliver_at      timestamptz default null
) returns uuid
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
declare
  new_event  uuid := webhooks_private.new_id();
  used_event uuid;
  size_limit integer;
  too_long   text := case when length(emit.tenant_id) not between 1 and 255       then 'tenant_id'
                          when length(emit.resource_type) > 255                   then 'resource_type'
                          when length(emit.resource_id) > 500                     then 'resource_id'
                          when length(emit.idempotency_key) not between 1 and 255 then 'idempotency_key' end;
begin
  if too_long is not null then
    raise exception using errcode = 'WHVAL', column = too_long,
      message = format('%s is too long, or empty.', too_long),
      detail  = 'tenant_id and idempotency_key have 1 to 255 characters, resource_type at most 255, resource_id at most 500.',
      hint    = 'Shorten it, or take a hash of it.';
  end if;
  if emit.tenant_id = 'rowhook' then
    raise exception using errcode = 'WHRES',
      message = 'Tenant rowhook is reserved.',
      detail  = 'Its events tell operators what becomes of endpoints, deliveries and workers; only Rowhook writes them.',
      hint    = 'Name the tenant that the event belongs to.';
  end if;
  if not isfinite(emit.deliver_at) then
    raise exception using errcode = 'WHTIM',
      message = format('An event cannot be delivered at %s.', emit.deliver_at),
      detail  = 'deliver_at is infinite, so that its deliveries would never be due, or always.',
      hint    = 'Give a moment, such as 2026-08-01T10:00:00Z, or leave it out for now.';
  end if;
  if not exists (select from webhooks.event_types as t where t.name = emit.type) then
    raise exception using errcode = 'WHTYP',
      message = format('There is no event type %L.', emit.type),
      detail  = 'emit accepts the types of the catalogue, so that a slip of the pen is not delivered to nobody.',
      hint    = coalesce('Did you mean: ' || webhooks_private.near_event_types(emit.type) || '?',
                         'Register it: select webhooks.create_event_type(''{"name": "…", "description": "…"}'').');
  end if;

  select coalesce(t.max_event_bytes, s.max_event_bytes)
    into size_limit
    from webhooks.settings as s
    left join webhooks.tenant_settings as t on t.tenant_id = emit.tenant_id;
  if octet_length(emit.data::text) > size_limit then
    raise exception using errcode = 'WHBIG',
      message = format('The data of %L is %s bytes long.', emit.type, octet_length(emit.data::text)),
      detail  = format('At most %s bytes are allowed.', size_limit),
      hint    = 'Send the key, and let the receiver fetch the rest.';
  end if;

  if emit.idempotency_key is not null then
    -- An expired key is free again. A concurrent holder is waited for: the insert below stops at its row.
    delete from webhooks_private.event_keys as k
     where k.tenant_id = emit.tenant_id and k.idempotency_key = emit.idempotency_key and k.expires_at <= now();
    insert into webhooks_private.event_keys (tenant_id, idempotency_key, event_id)
    values (emit.tenant_id, emit.idempotency_key, new_event)
        on conflict (tenant_id, idempotency_key) do nothing;
    if not found then
      select k.event_id into used_event
        from webhooks_private.event_keys as k
       where k.tenant_id = emit.tenant_id and k.idempotency_key = emit.idempotency_key;
      if used_event is null then
        raise exception using errcode = 'serialization_failure',
          message = format('The idempotency key %L is held by a transaction that this one cannot see.', emit.idempotency_key),
          hint    = 'Try the transaction again.';
      end if;
      return used_event;
    end if;
  end if;

  insert into webhooks.events (id, tenant_id, type, resource_type, resource_id, data, deliver_at)
  values (new_event, emit.tenant_id, emit.type, emit.resource_type, emit.resource_id, coalesce(emit.data, '{}'), emit.deliver_at);
  return new_event;
end
$$;
comment on function webhooks.emit(text, json, text, text, text, text, timestamptz) is
  'Records an event in the caller''s transaction and returns its id. The same idempotency key again (within 24 hours) returns the first event''s id and records nothing. deliver_at schedules it.';

-- Down Migration
drop function webhooks.emit(text, json, text, text, text, text, timestamptz);
