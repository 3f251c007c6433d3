-- Up Migration
-- The catalogue of the store: who runs a shop. Data are the row; of users without the password hash.

insert into webhooks.event_types (name, description, example, json_schema)
select t.name, t.description, t.example::json,
'{"type":"object",
  "properties":{
    "id":{"type":"string","format":"uuid"}, "name":{"type":"string"}, "country":{"type":"string"}, "is_active":{"type":"boolean"},
    "created_at":{"type":"string","format":"date-time"}, "updated_at":{"type":"string","format":"date-time"}},
  "required":[
    "id", "name", "country", "is_active", "created_at", "updated_at"]}'
  from (values
    ('tenant.created',
     'A shop signed up.',
     '{"id":"019aa7a2-3f00-4000-8000-000000000001","name":"Ferretería Andina","country":"EC","is_active":true,"created_at":"2026-03-01T10:00:00+00:00","updated_at":"2026-03-01T10:00:00+00:00"}'),
    ('tenant.updated',
     'A shop changed its name, its country, or opened or closed.',
     '{"id":"019aa7a2-3f00-4000-8000-000000000001","name":"Ferretería Andina del Sur","country":"EC","is_active":true,"created_at":"2026-03-01T10:00:00+00:00","updated_at":"2026-03-02T10:00:00+00:00"}')) as t (name, description, example)
    on conflict (name) do nothing;

insert into webhooks.event_types (name, description, example, json_schema)
select t.name, t.description, t.example::json,
'{"type":"object",
  "properties":{
    "id":{"type":"integer"}, "tenant_id":{"type":"string","format":"uuid"}, "email":{"type":"string"}, "name":{"type":"string"},
    "role":{"enum":["owner","manager","seller"]}, "is_active":{"type":"boolean"},
    "last_login_at":{"type":["string","null"],"format":"date-time"}, "created_at":{"type":"string","format":"date-time"},
    "updated_at":{"type":"string","format":"date-time"}},
  "required":[
    "id", "tenant_id", "email", "name", "role", "is_active", "last_login_at", "created_at", "updated_at"]}'
  from (values
    ('user.created',
     'An account was made for somebody.',
     '{"id":7,"tenant_id":"019aa7a2-3f00-4000-8000-000000000001","email":"rosa@example.com","name":"Rosa Paredes","role":"seller","is_active":true,"last_login_at":null,"created_at":"2026-03-01T10:00:00+00:00","updated_at":"2026-03-01T10:00:00+00:00"}'),
    ('user.updated',
     'An account changed: address, name, role, or whether it may log in.',
     '{"id":7,"tenant_id":"019aa7a2-3f00-4000-8000-000000000001","email":"rosa@example.com","name":"Rosa Paredes","role":"manager","is_active":true,"last_login_at":null,"created_at":"2026-03-01T10:00:00+00:00","updated_at":"2026-03-02T10:00:00+00:00"}'),
    ('user.deleted',
     'An account was deleted; data are its last state.',
     '{"id":7,"tenant_id":"019aa7a2-3f00-4000-8000-000000000001","email":"rosa@example.com","name":"Rosa Paredes","role":"seller","is_active":true,"last_login_at":null,"created_at":"2026-03-01T10:00:00+00:00","updated_at":"2026-03-01T10:00:00+00:00"}')) as t (name, description, example)
    on conflict (name) do nothing;

-- Down Migration
delete from webhooks.event_types where name in (
  'tenant.created', 'tenant.updated', 'user.created', 'user.updated', 'user.deleted');
