-- Up Migration
-- The catalogue of event types: what endpoints may ask for.

create table webhooks.event_types (
  name           text        not null,
  description    text        not null default '',
  json_schema    json,
  example        json        not null default '{}',
  enabled        boolean     not null default true,
  deprecated_at  timestamptz,
  created_at     timestamptz not null default now(),

  constraint event_types_pkey                   primary key (name),
  constraint event_types_name_is_dotted         check (name ~ '^[a-z0-9_]+(\.[a-z0-9_]+)+$' and length(name) <= 128),
  constraint event_types_description_up_to_2000 check (length(description) <= 2000),
  constraint event_types_schema_is_one          check (json_typeof(json_schema) in ('object', 'boolean')),
  constraint event_types_schema_64_kib          check (octet_length(json_schema::text) <= 65536),
  constraint event_types_example_64_kib         check (octet_length(example::text) <= 65536)
);
create index event_types_disabled on webhooks.event_types (name) where not enabled; -- few or none: asked for with every event

comment on table  webhooks.event_types             is 'The catalogue: every type of event that endpoints may ask for.';
comment on column webhooks.event_types.name        is 'Dotted name in lower case, the thing first and then what happened: sale.created.';
comment on column webhooks.event_types.description is 'When it happens, for people.';
comment on column webhooks.event_types.json_schema is 'JSON Schema of the data of such an event. Null: not described.';
comment on column webhooks.event_types.example     is 'Example data; sent by send_test.';
comment on column webhooks.event_types.enabled     is 'False: events of this type are recorded but delivered to nobody.';
comment on column webhooks.event_types.deprecated_at is 'Since when new endpoints should not ask for it; it is still delivered. Null: it is current.';
comment on column webhooks.event_types.created_at  is 'When the type was registered.';

insert into webhooks.event_types (name, description, json_schema, example) values
  ('test.event',
   'Sent by hand, to see whether an endpoint receives and verifies.',
   '{"type":"object","properties":{"message":{"type":"string"}},"required":["message"]}',
   '{"message":"This is a test event."}'),
  ('endpoint.disabled',
   'Operational: an endpoint was disabled, by its receiver (410) or because it failed for too long.',
   '{"type":"object","properties":{"endpoint_id":{"type":"string"},"tenant_id":{"type":"string"},"name":{"type":"string"},"reason":{"type":"string"}},"required":["endpoint_id","tenant_id","reason"]}',
   '{"endpoint_id":"019aa7a2-3f00-7000-8000-000000000001","tenant_id":"default","name":"ledger","reason":"gone"}'),
  ('endpoint.failing',
   'Operational: the circuit of an endpoint opened.',
   '{"type":"object","properties":{"endpoint_id":{"type":"string"},"tenant_id":{"type":"string"},"consecutive_failures":{"type":"integer"}},"required":["endpoint_id","tenant_id"]}',
   '{"endpoint_id":"019aa7a2-3f00-7000-8000-000000000001","tenant_id":"default","consecutive_failures":5}'),
  ('delivery.failed',
   'Operational: a delivery became a dead letter.',
   '{"type":"object","properties":{"delivery_id":{"type":"string"},"endpoint_id":{"type":"string"},"tenant_id":{"type":"string"},"event_type":{"type":"string"},"last_error":{"type":["string","null"]}},"required":["delivery_id","endpoint_id","tenant_id"]}',
   '{"delivery_id":"019aa7a2-3f00-7000-8000-000000000002","endpoint_id":"019aa7a2-3f00-7000-8000-000000000001","tenant_id":"default","event_type":"sale.created","last_error":"500"}'),
  ('delivery.recovered',
   'Operational: a delivery succeeded after it had been a dead letter.',
   '{"type":"object","properties":{"delivery_id":{"type":"string"},"endpoint_id":{"type":"string"},"tenant_id":{"type":"string"},"event_type":{"type":"string"}},"required":["delivery_id","endpoint_id","tenant_id"]}',
   '{"delivery_id":"019aa7a2-3f00-7000-8000-000000000002","endpoint_id":"019aa7a2-3f00-7000-8000-000000000001","tenant_id":"default","event_type":"sale.created"}'),
  ('worker.died',
   'Operational: a worker stopped giving signs of life, and the others took over its lanes.',
   '{"type":"object","properties":{"worker_id":{"type":"string"},"host":{"type":"string"},"how":{"enum":["gone","frozen"]},"last_heartbeat_at":{"type":"string"}},"required":["worker_id"]}',
   '{"worker_id":"019aa7a2-3f00-7000-8000-000000000003","host":"worker-1","how":"gone","last_heartbeat_at":"2026-01-01T00:00:00Z"}');

create function webhooks_private.near_event_types(pattern text) returns text
language sql stable
return (
  select string_agg(name, ', ' order by score desc, name)
    from (select t.name,
                 (select count(*)
                    from generate_series(1, length(t.name) - 1) as i
                   where strpos(near_event_types.pattern, substr(t.name, i, 2)) > 0)::numeric / length(t.name) as score
            from webhooks.event_types as t
           order by score desc, t.name
           limit 3) as nearest
   where score >= 0.4
);
comment on function webhooks_private.near_event_types(text) is
  'Up to three event types that share most pairs of letters with a mistyped name; null where none comes near.';

-- Down Migration
drop function webhooks_private.near_event_types(text);
drop table webhooks.event_types;
