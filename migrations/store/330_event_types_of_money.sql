-- Up Migration
-- The catalogue of the store: what is owed, billed and paid. Money is a string with its decimals.

insert into webhooks.event_types (name, description, example, json_schema)
select t.name, t.description, t.example::json,
'{"type":"object",
  "properties":{
    "id":{"type":"integer"}, "tenant_id":{"type":"string","format":"uuid"}, "customer_id":{"type":"integer"},
    "sale_id":{"type":["integer","null"]}, "status":{"enum":["open","overdue","paid"]},
    "amount":{"type":"string","pattern":"^[0-9]+\\.[0-9]{2}$"}, "currency":{"type":"string"},
    "due_at":{"type":"string","format":"date-time"}, "created_at":{"type":"string","format":"date-time"},
    "updated_at":{"type":"string","format":"date-time"}, "overdue_at":{"type":["string","null"],"format":"date-time"}},
  "required":[
    "id", "tenant_id", "customer_id", "sale_id", "status", "amount", "currency", "due_at", "created_at", "updated_at", "overdue_at"]}'
  from (values
    ('credit.created',
     'A customer was given credit.',
     '{"id":61,"tenant_id":"019aa7a2-3f00-4000-8000-000000000001","customer_id":21,"sale_id":31,"status":"open","amount":"800.00","currency":"USD","due_at":"2026-03-20T10:00:00+00:00","created_at":"2026-03-03T10:00:00+00:00","updated_at":"2026-03-03T10:00:00+00:00","overdue_at":null}'),
    ('credit.overdue',
     'A credit was not paid back in time.',
     '{"id":61,"tenant_id":"019aa7a2-3f00-4000-8000-000000000001","customer_id":21,"sale_id":31,"status":"overdue","amount":"800.00","currency":"USD","due_at":"2026-03-20T10:00:00+00:00","created_at":"2026-03-03T10:00:00+00:00","updated_at":"2026-03-20T10:05:00+00:00","overdue_at":"2026-03-20T10:05:00+00:00"}')) as t (name, description, example)
    on conflict (name) do nothing;

insert into webhooks.event_types (name, description, example, json_schema)
select t.name, t.description, t.example::json,
'{"type":"object",
  "properties":{
    "id":{"type":"integer"}, "tenant_id":{"type":"string","format":"uuid"}, "credit_id":{"type":"integer"},
    "amount":{"type":"string","pattern":"^[0-9]+\\.[0-9]{2}$"}, "currency":{"type":"string"}, "method":{"type":"string"},
    "reference":{"type":["string","null"]}, "paid_at":{"type":"string","format":"date-time"}},
  "required":[
    "id", "tenant_id", "credit_id", "amount", "currency", "method", "reference", "paid_at"]}'
  from (values
    ('credit.payment',
     'A customer paid back some or all of a credit.',
     '{"id":71,"tenant_id":"019aa7a2-3f00-4000-8000-000000000001","credit_id":61,"amount":"200.00","currency":"USD","method":"transfer","reference":"TR-0815","paid_at":"2026-03-10T10:00:00+00:00"}')) as t (name, description, example)
    on conflict (name) do nothing;

insert into webhooks.event_types (name, description, example, json_schema)
select t.name, t.description, t.example::json,
'{"type":"object",
  "properties":{
    "id":{"type":"integer"}, "tenant_id":{"type":"string","format":"uuid"}, "customer_id":{"type":"integer"},
    "plan":{"type":"string"}, "price":{"type":"string","pattern":"^[0-9]+\\.[0-9]{2}$"}, "currency":{"type":"string"},
    "status":{"enum":["active","cancelled","expired"]}, "current_period_start":{"type":"string","format":"date-time"},
    "current_period_end":{"type":"string","format":"date-time"}, "created_at":{"type":"string","format":"date-time"},
    "updated_at":{"type":"string","format":"date-time"}, "cancelled_at":{"type":["string","null"],"format":"date-time"},
    "expired_at":{"type":["string","null"],"format":"date-time"}},
  "required":[
    "id", "tenant_id", "customer_id", "plan", "price", "currency", "status", "current_period_start", "current_period_end",
    "created_at", "updated_at", "cancelled_at", "expired_at"]}'
  from (values
    ('subscription.created',
     'A customer subscribed.',
     '{"id":81,"tenant_id":"019aa7a2-3f00-4000-8000-000000000001","customer_id":21,"plan":"monthly","price":"29.90","currency":"USD","status":"active","current_period_start":"2026-03-01T10:00:00+00:00","current_period_end":"2026-04-01T10:00:00+00:00","created_at":"2026-03-01T10:00:00+00:00","updated_at":"2026-03-01T10:00:00+00:00","cancelled_at":null,"expired_at":null}'),
    ('subscription.updated',
     'A subscription changed its plan or its price.',
     '{"id":81,"tenant_id":"019aa7a2-3f00-4000-8000-000000000001","customer_id":21,"plan":"monthly plus","price":"39.90","currency":"USD","status":"active","current_period_start":"2026-03-01T10:00:00+00:00","current_period_end":"2026-04-01T10:00:00+00:00","created_at":"2026-03-01T10:00:00+00:00","updated_at":"2026-03-05T10:00:00+00:00","cancelled_at":null,"expired_at":null}'),
    ('subscription.renewed',
     'A subscription goes on for another period.',
     '{"id":81,"tenant_id":"019aa7a2-3f00-4000-8000-000000000001","customer_id":21,"plan":"monthly","price":"29.90","currency":"USD","status":"active","current_period_start":"2026-04-01T10:00:00+00:00","current_period_end":"2026-05-01T10:00:00+00:00","created_at":"2026-03-01T10:00:00+00:00","updated_at":"2026-04-01T10:00:00+00:00","cancelled_at":null,"expired_at":null}'),
    ('subscription.cancelled',
     'A subscription was cancelled.',
     '{"id":81,"tenant_id":"019aa7a2-3f00-4000-8000-000000000001","customer_id":21,"plan":"monthly","price":"29.90","currency":"USD","status":"cancelled","current_period_start":"2026-03-01T10:00:00+00:00","current_period_end":"2026-04-01T10:00:00+00:00","created_at":"2026-03-01T10:00:00+00:00","updated_at":"2026-03-15T10:00:00+00:00","cancelled_at":"2026-03-15T10:00:00+00:00","expired_at":null}'),
    ('subscription.expired',
     'A subscription ran out without being renewed.',
     '{"id":81,"tenant_id":"019aa7a2-3f00-4000-8000-000000000001","customer_id":21,"plan":"monthly","price":"29.90","currency":"USD","status":"expired","current_period_start":"2026-03-01T10:00:00+00:00","current_period_end":"2026-04-01T10:00:00+00:00","created_at":"2026-03-01T10:00:00+00:00","updated_at":"2026-04-01T10:05:00+00:00","cancelled_at":null,"expired_at":"2026-04-01T10:05:00+00:00"}')) as t (name, description, example)
    on conflict (name) do nothing;

insert into webhooks.event_types (name, description, example, json_schema)
select t.name, t.description, t.example::json,
'{"type":"object",
  "properties":{
    "invoice_id":{"type":"integer"}, "invoice_number":{"type":"string"}, "amount":{"type":"string","pattern":"^[0-9]+\\.[0-9]{2}$"},
    "currency":{"type":"string"},
    "customer":{"type":["object","null"],"properties":{"customer_id":{"type":"integer"},"business_name":{"type":"string"},"ruc":{"type":["string","null"]}},"required":["customer_id","business_name","ruc"]},
    "status":{"type":"string"}},
  "required":[
    "invoice_id", "invoice_number", "amount", "currency", "customer", "status"]}'
  from (values
    ('invoice.created',
     'An invoice was written.',
     '{"invoice_id":91,"invoice_number":"001-001-000000042","amount":"1500.00","currency":"USD","customer":{"customer_id":21,"business_name":"Comercial Quito S.A.","ruc":"1790012345001"},"status":"draft"}')) as t (name, description, example)
    on conflict (name) do nothing;

insert into webhooks.event_types (name, description, example, json_schema)
select t.name, t.description, t.example::json,
'{"type":"object",
  "properties":{
    "invoice_id":{"type":"integer"}, "invoice_number":{"type":"string"}, "sent_at":{"type":"string","format":"date-time"}},
  "required":[
    "invoice_id", "invoice_number", "sent_at"]}'
  from (values
    ('invoice.sent',
     'An invoice was sent to its customer.',
     '{"invoice_id":91,"invoice_number":"001-001-000000042","sent_at":"2026-03-05T10:00:00+00:00"}')) as t (name, description, example)
    on conflict (name) do nothing;

insert into webhooks.event_types (name, description, example, json_schema)
select t.name, t.description, t.example::json,
'{"type":"object",
  "properties":{
    "invoice_id":{"type":"integer"}, "authorization_number":{"type":"string"},
    "authorization_date":{"type":"string","format":"date-time"}},
  "required":[
    "invoice_id", "authorization_number", "authorization_date"]}'
  from (values
    ('invoice.authorized',
     'The tax authority authorized an invoice.',
     '{"invoice_id":91,"authorization_number":"0503202601179001234500110010010000000421234567811","authorization_date":"2026-03-05T10:00:00+00:00"}')) as t (name, description, example)
    on conflict (name) do nothing;

insert into webhooks.event_types (name, description, example, json_schema)
select t.name, t.description, t.example::json,
'{"type":"object",
  "properties":{
    "invoice_id":{"type":"integer"}, "rejection_reason":{"type":"string"}, "rejected_at":{"type":"string","format":"date-time"}},
  "required":[
    "invoice_id", "rejection_reason", "rejected_at"]}'
  from (values
    ('invoice.rejected',
     'The tax authority refused an invoice.',
     '{"invoice_id":91,"rejection_reason":"RUC of the buyer is not registered","rejected_at":"2026-03-05T10:00:00+00:00"}')) as t (name, description, example)
    on conflict (name) do nothing;

insert into webhooks.event_types (name, description, example, json_schema)
select t.name, t.description, t.example::json,
'{"type":"object",
  "properties":{
    "id":{"type":"integer"}, "tenant_id":{"type":"string","format":"uuid"}, "customer_id":{"type":["integer","null"]},
    "invoice_number":{"type":"string"}, "status":{"enum":["draft","sent","authorized","rejected","paid","failed"]},
    "amount":{"type":"string","pattern":"^[0-9]+\\.[0-9]{2}$"}, "currency":{"type":"string"},
    "authorization_number":{"type":["string","null"]}, "authorization_date":{"type":["string","null"],"format":"date-time"},
    "rejection_reason":{"type":["string","null"]}, "created_at":{"type":"string","format":"date-time"},
    "updated_at":{"type":"string","format":"date-time"}, "sent_at":{"type":["string","null"],"format":"date-time"},
    "rejected_at":{"type":["string","null"],"format":"date-time"}, "paid_at":{"type":["string","null"],"format":"date-time"},
    "failed_at":{"type":["string","null"],"format":"date-time"}},
  "required":[
    "id", "tenant_id", "customer_id", "invoice_number", "status", "amount", "currency", "authorization_number",
    "authorization_date", "rejection_reason", "created_at", "updated_at", "sent_at", "rejected_at", "paid_at", "failed_at"]}'
  from (values
    ('invoice.paid',
     'An invoice was paid.',
     '{"id":91,"tenant_id":"019aa7a2-3f00-4000-8000-000000000001","customer_id":21,"invoice_number":"001-001-000000042","status":"paid","amount":"1500.00","currency":"USD","authorization_number":"0503202601179001234500110010010000000421234567811","authorization_date":"2026-03-05T10:00:00+00:00","rejection_reason":null,"created_at":"2026-03-04T10:00:00+00:00","updated_at":"2026-03-08T10:00:00+00:00","sent_at":"2026-03-05T10:00:00+00:00","rejected_at":null,"paid_at":"2026-03-08T10:00:00+00:00","failed_at":null}'),
    ('invoice.failed',
     'The payment of an invoice failed.',
     '{"id":91,"tenant_id":"019aa7a2-3f00-4000-8000-000000000001","customer_id":21,"invoice_number":"001-001-000000042","status":"failed","amount":"1500.00","currency":"USD","authorization_number":"0503202601179001234500110010010000000421234567811","authorization_date":"2026-03-05T10:00:00+00:00","rejection_reason":null,"created_at":"2026-03-04T10:00:00+00:00","updated_at":"2026-03-08T10:00:00+00:00","sent_at":"2026-03-05T10:00:00+00:00","rejected_at":null,"paid_at":null,"failed_at":"2026-03-08T10:00:00+00:00"}')) as t (name, description, example)
    on conflict (name) do nothing;

insert into webhooks.event_types (name, description, example, json_schema)
select t.name, t.description, t.example::json,
'{"type":"object",
  "properties":{
    "payment_id":{"type":"integer"}, "invoice_id":{"type":["integer","null"]},
    "amount":{"type":"string","pattern":"^[0-9]+\\.[0-9]{2}$"}, "method":{"type":"string"}, "reference":{"type":["string","null"]},
    "received_at":{"type":"string","format":"date-time"}},
  "required":[
    "payment_id", "invoice_id", "amount", "method", "reference", "received_at"]}'
  from (values
    ('payment.received',
     'Money came in.',
     '{"payment_id":101,"invoice_id":91,"amount":"1500.00","method":"transfer","reference":"TR-4711","received_at":"2026-03-08T10:00:00+00:00"}')) as t (name, description, example)
    on conflict (name) do nothing;

insert into webhooks.event_types (name, description, example, json_schema)
select t.name, t.description, t.example::json,
'{"type":"object",
  "properties":{
    "transaction_id":{"type":"integer"}, "status":{"enum":["pending","authorized","captured","failed","voided","refunded"]},
    "amount":{"type":"string","pattern":"^[0-9]+\\.[0-9]{2}$"}, "refunded_amount":{"type":"string","pattern":"^[0-9]+\\.[0-9]{2}$"},
    "currency":{"type":"string"}, "provider":{"type":"string"}, "provider_reference":{"type":["string","null"]},
    "created_at":{"type":"string","format":"date-time"}, "updated_at":{"type":"string","format":"date-time"},
    "checkout":{"type":"object"},
    "product":{"type":"object","properties":{"product_id":{"type":"integer"},"sku":{"type":"string"},"name":{"type":"string"},"price":{"type":"string","pattern":"^[0-9]+\\.[0-9]{2}$"},"currency":{"type":"string"}},"required":["product_id","sku","name","price","currency"]},
    "offer":{"type":"object"}},
  "required":[
    "transaction_id", "status", "amount", "refunded_amount", "currency", "provider", "provider_reference", "created_at",
    "updated_at"]}'
  from (values
    ('payment_transaction.created',
     'A payment was begun with a provider. Data are a snapshot, with checkout, product and offer where there is one.',
     '{"transaction_id":111,"status":"pending","amount":"12.50","refunded_amount":"0.00","currency":"USD","provider":"cardhouse","provider_reference":null,"created_at":"2026-03-09T10:00:00+00:00","updated_at":"2026-03-09T10:00:00+00:00","checkout":{"id":"chk_1","items":1},"product":{"product_id":11,"sku":"HAM-500","name":"Hammer 500 g","price":"12.50","currency":"USD"},"offer":{"id":"off_1","name":"Spring"}}'),
    ('payment_transaction.status_changed',
     'A provider moved a payment on: authorized, captured, failed, voided or refunded.',
     '{"transaction_id":111,"status":"captured","amount":"12.50","refunded_amount":"0.00","currency":"USD","provider":"cardhouse","provider_reference":"ch_42","created_at":"2026-03-09T10:00:00+00:00","updated_at":"2026-03-09T10:01:00+00:00","checkout":{"id":"chk_1","items":1},"product":{"product_id":11,"sku":"HAM-500","name":"Hammer 500 g","price":"12.50","currency":"USD"},"offer":{"id":"off_1","name":"Spring"}}'),
    ('payment_transaction.partially_refunded',
     'A part of a payment was paid back.',
     '{"transaction_id":111,"status":"captured","amount":"12.50","refunded_amount":"5.00","currency":"USD","provider":"cardhouse","provider_reference":"ch_42","created_at":"2026-03-09T10:00:00+00:00","updated_at":"2026-03-10T10:00:00+00:00","checkout":{"id":"chk_1","items":1},"product":{"product_id":11,"sku":"HAM-500","name":"Hammer 500 g","price":"12.50","currency":"USD"},"offer":{"id":"off_1","name":"Spring"}}')) as t (name, description, example)
    on conflict (name) do nothing;

-- Down Migration
delete from webhooks.event_types where name in (
  'credit.created', 'credit.overdue', 'credit.payment', 'subscription.created', 'subscription.updated', 'subscription.renewed',
  'subscription.cancelled', 'subscription.expired', 'invoice.created', 'invoice.sent', 'invoice.authorized', 'invoice.rejected',
  'invoice.paid', 'invoice.failed', 'payment.received', 'payment_transaction.created', 'payment_transaction.status_changed',
  'payment_transaction.partially_refunded');
