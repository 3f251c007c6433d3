-- Up Migration
-- The catalogue of the store: what is sold, and to whom. Money is a string with its decimals.

insert into webhooks.event_types (name, description, example, json_schema)
select t.name, t.description, t.example::json,
'{"type":"object",
  "properties":{
    "id":{"type":"integer"}, "tenant_id":{"type":"string","format":"uuid"}, "sku":{"type":"string"}, "name":{"type":"string"},
    "description":{"type":"string"}, "price":{"type":"string","pattern":"^[0-9]+\\.[0-9]{2}$"}, "currency":{"type":"string"},
    "stock":{"type":"integer"}, "low_stock_threshold":{"type":["integer","null"]}, "is_active":{"type":"boolean"},
    "created_at":{"type":"string","format":"date-time"}, "updated_at":{"type":"string","format":"date-time"}},
  "required":[
    "id", "tenant_id", "sku", "name", "description", "price", "currency", "stock", "low_stock_threshold", "is_active", "created_at",
    "updated_at"]}'
  from (values
    ('product.created',
     'A product was entered.',
     '{"id":11,"tenant_id":"019aa7a2-3f00-4000-8000-000000000001","sku":"HAM-500","name":"Hammer 500 g","description":"","price":"12.50","currency":"USD","stock":40,"low_stock_threshold":5,"is_active":true,"created_at":"2026-03-01T10:00:00+00:00","updated_at":"2026-03-01T10:00:00+00:00"}'),
    ('product.updated',
     'A product changed in anything but its stock.',
     '{"id":11,"tenant_id":"019aa7a2-3f00-4000-8000-000000000001","sku":"HAM-500","name":"Hammer 500 g","description":"","price":"13.00","currency":"USD","stock":40,"low_stock_threshold":5,"is_active":true,"created_at":"2026-03-01T10:00:00+00:00","updated_at":"2026-03-02T10:00:00+00:00"}'),
    ('product.deleted',
     'A product was deleted; data are its last state.',
     '{"id":11,"tenant_id":"019aa7a2-3f00-4000-8000-000000000001","sku":"HAM-500","name":"Hammer 500 g","description":"","price":"12.50","currency":"USD","stock":40,"low_stock_threshold":5,"is_active":true,"created_at":"2026-03-01T10:00:00+00:00","updated_at":"2026-03-01T10:00:00+00:00"}'),
    ('product.low_stock',
     'The stock of a product fell to its threshold or below it. Sent once, until it has been above it again.',
     '{"id":11,"tenant_id":"019aa7a2-3f00-4000-8000-000000000001","sku":"HAM-500","name":"Hammer 500 g","description":"","price":"12.50","currency":"USD","stock":5,"low_stock_threshold":5,"is_active":true,"created_at":"2026-03-01T10:00:00+00:00","updated_at":"2026-03-02T10:00:00+00:00"}')) as t (name, description, example)
    on conflict (name) do nothing;

insert into webhooks.event_types (name, description, example, json_schema)
select t.name, t.description, t.example::json,
'{"type":"object",
  "properties":{
    "customer_id":{"type":"integer"}, "business_name":{"type":"string"}, "ruc":{"type":["string","null"]},
    "country":{"type":"string"}, "created_at":{"type":"string","format":"date-time"}},
  "required":[
    "customer_id", "business_name", "ruc", "country", "created_at"]}'
  from (values
    ('customer.created',
     'A customer was entered.',
     '{"customer_id":21,"business_name":"Comercial Quito S.A.","ruc":"1790012345001","country":"EC","created_at":"2026-03-01T10:00:00+00:00"}')) as t (name, description, example)
    on conflict (name) do nothing;

insert into webhooks.event_types (name, description, example, json_schema)
select t.name, t.description, t.example::json,
'{"type":"object",
  "properties":{
    "customer_id":{"type":"integer"}, "business_name":{"type":"string"}, "updated_at":{"type":"string","format":"date-time"}},
  "required":[
    "customer_id", "business_name", "updated_at"]}'
  from (values
    ('customer.updated',
     'What is known of a customer changed.',
     '{"customer_id":21,"business_name":"Comercial Quito Cía. Ltda.","updated_at":"2026-03-02T10:00:00+00:00"}')) as t (name, description, example)
    on conflict (name) do nothing;

insert into webhooks.event_types (name, description, example, json_schema)
select t.name, t.description, t.example::json,
'{"type":"object",
  "properties":{
    "id":{"type":"integer"}, "tenant_id":{"type":"string","format":"uuid"}, "customer_id":{"type":["integer","null"]},
    "user_id":{"type":["integer","null"]}, "status":{"enum":["pending","completed","cancelled","refunded"]},
    "total":{"type":"string","pattern":"^[0-9]+\\.[0-9]{2}$"}, "currency":{"type":"string"},
    "created_at":{"type":"string","format":"date-time"}, "updated_at":{"type":"string","format":"date-time"},
    "completed_at":{"type":["string","null"],"format":"date-time"}, "cancelled_at":{"type":["string","null"],"format":"date-time"},
    "refunded_at":{"type":["string","null"],"format":"date-time"}},
  "required":[
    "id", "tenant_id", "customer_id", "user_id", "status", "total", "currency", "created_at", "updated_at", "completed_at",
    "cancelled_at", "refunded_at"]}'
  from (values
    ('sale.created',
     'A sale began.',
     '{"id":31,"tenant_id":"019aa7a2-3f00-4000-8000-000000000001","customer_id":21,"user_id":7,"status":"pending","total":"1500.00","currency":"USD","created_at":"2026-03-03T10:00:00+00:00","updated_at":"2026-03-03T10:00:00+00:00","completed_at":null,"cancelled_at":null,"refunded_at":null}'),
    ('sale.completed',
     'A sale was completed.',
     '{"id":31,"tenant_id":"019aa7a2-3f00-4000-8000-000000000001","customer_id":21,"user_id":7,"status":"completed","total":"1500.00","currency":"USD","created_at":"2026-03-03T10:00:00+00:00","updated_at":"2026-03-03T10:05:00+00:00","completed_at":"2026-03-03T10:05:00+00:00","cancelled_at":null,"refunded_at":null}'),
    ('sale.cancelled',
     'A sale was cancelled.',
     '{"id":31,"tenant_id":"019aa7a2-3f00-4000-8000-000000000001","customer_id":21,"user_id":7,"status":"cancelled","total":"1500.00","currency":"USD","created_at":"2026-03-03T10:00:00+00:00","updated_at":"2026-03-03T10:05:00+00:00","completed_at":null,"cancelled_at":"2026-03-03T10:05:00+00:00","refunded_at":null}'),
    ('sale.refunded',
     'A sale was refunded.',
     '{"id":31,"tenant_id":"019aa7a2-3f00-4000-8000-000000000001","customer_id":21,"user_id":7,"status":"refunded","total":"1500.00","currency":"USD","created_at":"2026-03-03T10:00:00+00:00","updated_at":"2026-03-04T10:00:00+00:00","completed_at":"2026-03-03T10:05:00+00:00","cancelled_at":null,"refunded_at":"2026-03-04T10:00:00+00:00"}')) as t (name, description, example)
    on conflict (name) do nothing;

insert into webhooks.event_types (name, description, example, json_schema)
select t.name, t.description, t.example::json,
'{"type":"object",
  "properties":{
    "id":{"type":"integer"}, "tenant_id":{"type":"string","format":"uuid"}, "customer_id":{"type":["integer","null"]},
    "status":{"enum":["pending","confirmed","delivered","cancelled"]}, "total":{"type":"string","pattern":"^[0-9]+\\.[0-9]{2}$"},
    "currency":{"type":"string"}, "created_at":{"type":"string","format":"date-time"},
    "updated_at":{"type":"string","format":"date-time"}, "confirmed_at":{"type":["string","null"],"format":"date-time"},
    "delivered_at":{"type":["string","null"],"format":"date-time"}, "cancelled_at":{"type":["string","null"],"format":"date-time"}},
  "required":[
    "id", "tenant_id", "customer_id", "status", "total", "currency", "created_at", "updated_at", "confirmed_at", "delivered_at",
    "cancelled_at"]}'
  from (values
    ('order.created',
     'A customer placed an order.',
     '{"id":41,"tenant_id":"019aa7a2-3f00-4000-8000-000000000001","customer_id":21,"status":"pending","total":"230.00","currency":"USD","created_at":"2026-03-03T10:00:00+00:00","updated_at":"2026-03-03T10:00:00+00:00","confirmed_at":null,"delivered_at":null,"cancelled_at":null}'),
    ('order.confirmed',
     'The shop accepted an order.',
     '{"id":41,"tenant_id":"019aa7a2-3f00-4000-8000-000000000001","customer_id":21,"status":"confirmed","total":"230.00","currency":"USD","created_at":"2026-03-03T10:00:00+00:00","updated_at":"2026-03-04T10:00:00+00:00","confirmed_at":"2026-03-04T10:00:00+00:00","delivered_at":null,"cancelled_at":null}'),
    ('order.delivered',
     'A customer received an order.',
     '{"id":41,"tenant_id":"019aa7a2-3f00-4000-8000-000000000001","customer_id":21,"status":"delivered","total":"230.00","currency":"USD","created_at":"2026-03-03T10:00:00+00:00","updated_at":"2026-03-06T10:00:00+00:00","confirmed_at":"2026-03-04T10:00:00+00:00","delivered_at":"2026-03-06T10:00:00+00:00","cancelled_at":null}'),
    ('order.cancelled',
     'An order was cancelled.',
     '{"id":41,"tenant_id":"019aa7a2-3f00-4000-8000-000000000001","customer_id":21,"status":"cancelled","total":"230.00","currency":"USD","created_at":"2026-03-03T10:00:00+00:00","updated_at":"2026-03-04T10:00:00+00:00","confirmed_at":null,"delivered_at":null,"cancelled_at":"2026-03-04T10:00:00+00:00"}')) as t (name, description, example)
    on conflict (name) do nothing;

insert into webhooks.event_types (name, description, example, json_schema)
select t.name, t.description, t.example::json,
'{"type":"object",
  "properties":{
    "order_id":{"type":"integer"}, "customer_id":{"type":"integer"}, "amount":{"type":"string","pattern":"^[0-9]+\\.[0-9]{2}$"},
    "items_count":{"type":"integer"}, "created_at":{"type":"string","format":"date-time"}},
  "required":[
    "order_id", "customer_id", "amount", "items_count", "created_at"]}'
  from (values
    ('sales_order.created',
     'A seller took an order for a customer.',
     '{"order_id":51,"customer_id":21,"amount":"1500.00","items_count":3,"created_at":"2026-03-03T10:00:00+00:00"}')) as t (name, description, example)
    on conflict (name) do nothing;

insert into webhooks.event_types (name, description, example, json_schema)
select t.name, t.description, t.example::json,
'{"type":"object",
  "properties":{
    "order_id":{"type":"integer"}, "confirmed_at":{"type":"string","format":"date-time"}},
  "required":[
    "order_id", "confirmed_at"]}'
  from (values
    ('sales_order.confirmed',
     'A customer confirmed what a seller had taken down.',
     '{"order_id":51,"confirmed_at":"2026-03-04T10:00:00+00:00"}')) as t (name, description, example)
    on conflict (name) do nothing;

-- Down Migration
delete from webhooks.event_types where name in (
  'product.created', 'product.updated', 'product.deleted', 'product.low_stock', 'customer.created', 'customer.updated',
  'sale.created', 'sale.completed', 'sale.cancelled', 'sale.refunded', 'order.created', 'order.confirmed', 'order.delivered',
  'order.cancelled', 'sales_order.created', 'sales_order.confirmed');
