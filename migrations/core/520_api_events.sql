-- Up Migration
-- Events and deliveries as API roles meet them.

create function webhooks.emit_event(
  type            text,
  data            json        default '{}',
  tenant_id       text        default null,
  resource_type   text        default null,
  resource_id     text        default null,
  idempotency_key text        default null,
  deliver_at      timestamptz default null
) returns uuid
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
declare
  tenant   text := webhooks_private.tenant_of_caller(emit_event.tenant_id);
  event_id uuid := webhooks.emit(emit_event.type, emit_event.data, tenant, emit_event.resource_type, emit_event.resource_id,
                                 emit_event.idempotency_key, emit_event.deliver_at);
begin
  perform webhooks_private.audit('event.emitted', tenant, 'event', event_id::text, jsonb_build_object('type', emit_event.type));
  return event_id;
end
$$;
comment on function webhooks.emit_event(text, json, text, text, text, text, timestamptz) is
  'webhooks.emit for API roles: within their tenant, and audited.';

create function webhooks.events_deliveries(event webhooks.events) returns setof webhooks.deliveries
language sql stable
begin atomic
  select d.*
    from webhooks.deliveries as d
   where d.event_id = (event).id
     and d.id between (left((event).id::text, 18) || '-8000-000000000000')::uuid
                  and (left((event).id::text, 18) || '-bfff-ffffffffffff')::uuid;
end;
comment on function webhooks.events_deliveries(webhooks.events) is
  'Its deliveries, one for each endpoint that matched.';

create function webhooks.events_occurred_at(event webhooks.events) returns timestamptz
language sql stable
return webhooks.occurred_at((event).id);
comment on function webhooks.events_occurred_at(webhooks.events) is
  'When it happened: the time inside its id.';

create function webhooks.events_body(event webhooks.events) returns text
language sql stable
return webhooks.envelope(event);
comment on function webhooks.events_body(webhooks.events) is
  'The body that is sent for it, byte for byte (payload format standard).';

create function webhooks.deliveries_body(delivery webhooks.deliveries) returns text
language sql stable
begin atomic
  select case (delivery).payload_format when 'legacy' then webhooks.legacy_envelope(e) else webhooks.envelope(e) end
    from webhooks.events as e
   where e.id = (delivery).event_id;
end;
comment on function webhooks.deliveries_body(webhooks.deliveries) is
  'The body that is sent for it, byte for byte, in its payload format. Null: retention has taken the event.';

grant execute on function webhooks.events_deliveries(webhooks.events), webhooks.events_occurred_at(webhooks.events), webhooks.events_body(webhooks.events),
                          webhooks.deliveries_body(webhooks.deliveries)
   to rowhook_dba, rowhook_viewer, rowhook_manager, rowhook_tenant_owner, rowhook_operator;
grant execute on function webhooks_private.least_id(timestamptz)
   to rowhook_viewer, rowhook_manager, rowhook_tenant_owner, rowhook_operator;
grant execute on function webhooks.emit_event(text, json, text, text, text, text, timestamptz)
   to rowhook_manager, rowhook_tenant_owner, rowhook_operator;

-- Down Migration
revoke execute on function webhooks_private.least_id(timestamptz) from rowhook_viewer, rowhook_manager, rowhook_tenant_owner, rowhook_operator;
drop function webhooks.deliveries_body(webhooks.deliveries);
drop function webhooks.events_body(webhooks.events);
drop function webhooks.events_occurred_at(webhooks.events);
drop function webhooks.events_deliveries(webhooks.events);
drop function webhooks.emit_event(text, json, text, text, text, text, timestamptz);
