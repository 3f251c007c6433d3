-- Up Migration
-- An event on its way to an endpoint. The row is the truth; jobs are only wake-up calls.

-- One check by a function, as events have it: five expressions were half of what the insert of a row cost (14 of 29 µs).
create function webhooks_private.delivery_is_sound(
  status text, next_retry_at timestamptz, finished_at timestamptz, delivered_at timestamptz, attempts integer, max_attempts integer
) returns boolean
language plpgsql immutable parallel safe
set search_path = pg_catalog, pg_temp as $$
begin
  -- A new one, as nearly all that capture writes are: what follows need not be made ready for it.
  if status = 'pending' and attempts = 0 and max_attempts >= 1 and isfinite(next_retry_at) and finished_at is null and delivered_at is null then
    return true;
  end if;
  return attempts >= 0
     and max_attempts >= 1
     and case when status in ('pending', 'retrying')             then isfinite(next_retry_at) is true and finished_at is null and delivered_at is null
              when status = 'success'                            then next_retry_at is null and finished_at is not null and delivered_at is not null
              when status in ('failed', 'cancelled', 'expired')  then next_retry_at is null and finished_at is not null and delivered_at is null
              else false end;
end
$$;
comment on function webhooks_private.delivery_is_sound(text, timestamptz, timestamptz, timestamptz, integer, integer) is
  'Whether the status is a known one and fits the times: due (at a time, and not never) exactly while open, finished exactly when ended, delivered exactly when it succeeded.';

create table webhooks.deliveries (
  id                uuid        not null,
  event_id          uuid        not null,
  endpoint_id       uuid        not null,
  tenant_id         text        not null,
  event_type        text        not null,
  resource_type     text,
  resource_id       text,
  order_key         text,
  status            text        not null default 'pending',
  attempts          integer     not null default 0,
  max_attempts      integer     not null,
  next_retry_at     timestamptz          default now(),
  response_code     integer,
  response_time_ms  integer,
  last_error        text,
  payload_format    text        not null default 'standard',
  created_at        timestamptz not null default now(),
  delivered_at      timestamptz,
  finished_at       timestamptz,
  reopened_at       timestamptz,
  renewed_after     integer,

  constraint deliveries_pkey   primary key (id),
  constraint deliveries_sound  check (webhooks_private.delivery_is_sound(status, next_retry_at, finished_at, delivered_at, attempts, max_attempts))
) partition by range (id);

create index deliveries_due      on webhooks.deliveries (endpoint_id, next_retry_at, id) where status in ('pending', 'retrying') and order_key is null;
create index deliveries_in_order on webhooks.deliveries (endpoint_id, order_key, id)     where status in ('pending', 'retrying') and order_key is not null;
create index deliveries_in_order_due on webhooks.deliveries (endpoint_id, next_retry_at) where status in ('pending', 'retrying') and order_key is not null;
create index deliveries_dead     on webhooks.deliveries (endpoint_id, id) include (status) where status in ('failed', 'cancelled', 'expired');
-- Dead letters are few among many, so these cost next to nothing and make them a short read, for all, for a tenant and for an endpoint.
create index deliveries_failed             on webhooks.deliveries (id)              where status = 'failed';
create index deliveries_failed_of_tenant   on webhooks.deliveries (tenant_id, id)   where status = 'failed';
create index deliveries_failed_of_endpoint on webhooks.deliveries (endpoint_id, id) where status = 'failed';
create index deliveries_of_tenant   on webhooks.deliveries (tenant_id, id);
create index deliveries_of_endpoint on webhooks.deliveries (endpoint_id, id);

comment on table  webhooks.deliveries                  is 'An event on its way to an endpoint; failed is the dead letter.';
comment on column webhooks.deliveries.id               is 'Key, derived from event and endpoint (first 64 bits of the event''s id, then a hash), so that a second delivery cannot exist.';
comment on column webhooks.deliveries.event_id         is 'The event.';
comment on column webhooks.deliveries.endpoint_id      is 'The endpoint.';
comment on column webhooks.deliveries.tenant_id        is 'Tenant of both.';
comment on column webhooks.deliveries.event_type       is 'Type of the event, for search.';
comment on column webhooks.deliveries.resource_type    is 'Resource type of the event, for search and order.';
comment on column webhooks.deliveries.resource_id      is 'Resource id of the event, for search and order.';
comment on column webhooks.deliveries.order_key        is 'Deliveries of an endpoint with the same key go one after the other, by id. Null: no order asked for.';
comment on column webhooks.deliveries.status           is 'Open: pending (not tried), retrying. Ended: success, failed (dead letter), cancelled, expired.';
comment on column webhooks.deliveries.attempts         is 'Attempts that have ended.';
comment on column webhooks.deliveries.max_attempts     is 'Attempts after which it fails.';
comment on column webhooks.deliveries.next_retry_at    is 'When it is due. Null: it has ended.';
comment on column webhooks.deliveries.response_code    is 'HTTP status of the last answer. Null: none came yet.';
comment on column webhooks.deliveries.response_time_ms is 'Duration of the last attempt in milliseconds.';
comment on column webhooks.deliveries.last_error       is 'What went wrong at the last attempt. Null: nothing did.';
comment on column webhooks.deliveries.payload_format   is 'Form of the body, fixed when it was made, so that all attempts send the same bytes.';
comment on column webhooks.deliveries.created_at       is 'When it was made: with its event, or by a replay.';
comment on column webhooks.deliveries.delivered_at     is 'When it succeeded.';
comment on column webhooks.deliveries.finished_at      is 'When it ended, however it did. Null: it is open.';
comment on column webhooks.deliveries.reopened_at      is 'When somebody last opened it again after it had failed or expired. Null: nobody did.';
comment on column webhooks.deliveries.renewed_after    is 'Attempts that had been made when recover gave it a fresh budget: the schedule counts from there. Null: it has its first one.';

-- Headers as json, not jsonb: they are written with each attempt and read one by one, and jsonb takes 4 µs of 25 to make of a row.
create table webhooks.attempts (
  delivery_id       uuid        not null,
  number            integer     not null,
  tenant_id         text        not null,
  started_at        timestamptz not null,
  duration_ms       integer     not null,
  request_headers   json        not null default '{}',
  status            integer,
  response_headers  json,
  response_body     text,
  error_kind        text,
  error             text,
  worker_id         uuid,

  constraint attempts_pkey            primary key (delivery_id, number),
  constraint attempts_number_positive check (number >= 1)
) partition by range (delivery_id);

comment on table  webhooks.attempts                  is 'Every finished attempt: what was sent and what came back. A request under way when its worker dies leaves no row.';
comment on column webhooks.attempts.delivery_id      is 'The delivery.';
comment on column webhooks.attempts.number           is '1 for the first, without gaps.';
comment on column webhooks.attempts.tenant_id        is 'Tenant of the delivery.';
comment on column webhooks.attempts.started_at       is 'When the request began.';
comment on column webhooks.attempts.duration_ms      is 'Until its end, in milliseconds.';
comment on column webhooks.attempts.request_headers  is 'Headers that were sent, credentials masked.';
comment on column webhooks.attempts.status           is 'HTTP status. Null: no answer came.';
comment on column webhooks.attempts.response_headers is 'Headers of the answer.';
comment on column webhooks.attempts.response_body    is 'First 8 KiB of the answer; bytes that are not UTF-8 as escapes.';
comment on column webhooks.attempts.error_kind       is 'dns, connect, tls, timeout, reset, blocked, protocol or rejected. Null: success.';
comment on column webhooks.attempts.error            is 'What went wrong, in a sentence. Null: success.';
comment on column webhooks.attempts.worker_id        is 'The worker that sent it.';

-- Down Migration
drop table webhooks.attempts;
drop table webhooks.deliveries;
drop function webhooks_private.delivery_is_sound(text, timestamptz, timestamptz, timestamptz, integer, integer);
