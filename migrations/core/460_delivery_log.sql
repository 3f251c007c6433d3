-- Up Migration
-- What a DBA reads about deliveries: the log, and the dead letters in it.

/*
 * A delivery lies in the same week as its event and its attempts, since their keys begin alike: each join below reads
 * one partition a row, found at run time. The last attempt is the one whose number is the count of attempts.
 */
create view webhooks.delivery_log with (security_invoker = true) as
select d.id,
       d.tenant_id,
       d.status,
       d.event_id,
       d.event_type,
       webhooks.occurred_at(d.event_id) as occurred_at,
       d.resource_type,
       d.resource_id,
       d.endpoint_id,
       p.name                           as endpoint_name,
       p.url                            as endpoint_url,
       d.attempts,
       d.max_attempts,
       d.next_retry_at,
       d.created_at,
       d.delivered_at,
       d.finished_at,
       d.last_error,
       a.started_at                     as last_attempt_at,
       a.duration_ms                    as last_duration_ms,
       a.status                         as answer_status,
       a.response_body                  as answer_body,
       a.error_kind,
       case when e.id is null             then null
            when d.payload_format = 'legacy' then webhooks.legacy_envelope(e)
            else webhooks.envelope(e) end as payload
  from webhooks.deliveries     as d
  left join webhooks.endpoints as p on p.id = d.endpoint_id
  left join webhooks.events    as e on e.id = d.event_id
  left join webhooks.attempts  as a on a.delivery_id = d.id and a.number = d.attempts;

comment on view   webhooks.delivery_log                  is 'Deliveries with their event, endpoint and last answer. Read it by id, tenant_id or endpoint_id, newest first: order by id desc limit 50; those of an event: where id in (select id from webhooks.deliveries_of(…)).';
comment on column webhooks.delivery_log.id               is 'The delivery; sorts by the time of its event.';
comment on column webhooks.delivery_log.tenant_id        is 'Its tenant.';
comment on column webhooks.delivery_log.status           is 'Open: pending (not tried), retrying. Ended: success, failed (dead letter), cancelled, expired.';
comment on column webhooks.delivery_log.event_id         is 'The event; sent as webhook-id.';
comment on column webhooks.delivery_log.event_type       is 'Its type.';
comment on column webhooks.delivery_log.occurred_at      is 'When it happened.';
comment on column webhooks.delivery_log.resource_type    is 'What it is about.';
comment on column webhooks.delivery_log.resource_id      is 'Which one.';
comment on column webhooks.delivery_log.endpoint_id      is 'The endpoint.';
comment on column webhooks.delivery_log.endpoint_name    is 'Its name.';
comment on column webhooks.delivery_log.endpoint_url     is 'Where it is now; earlier attempts may have gone elsewhere.';
comment on column webhooks.delivery_log.attempts         is 'Attempts that have ended.';
comment on column webhooks.delivery_log.max_attempts     is 'Attempts after which it fails.';
comment on column webhooks.delivery_log.next_retry_at    is 'When it is due. Null: it has ended.';
comment on column webhooks.delivery_log.created_at       is 'When the delivery was made.';
comment on column webhooks.delivery_log.delivered_at     is 'When it succeeded.';
comment on column webhooks.delivery_log.finished_at      is 'When it ended, however it did. Null: it is open.';
comment on column webhooks.delivery_log.last_error       is 'What went wrong at the last attempt. Null: nothing did.';
comment on column webhooks.delivery_log.last_attempt_at  is 'When the last attempt began. Null: there was none, or its record is past its retention.';
comment on column webhooks.delivery_log.last_duration_ms is 'How long the last attempt took, in milliseconds.';
comment on column webhooks.delivery_log.answer_status    is 'HTTP status of the last answer. Null: none came.';
comment on column webhooks.delivery_log.answer_body      is 'First 8 KiB of the last answer.';
comment on column webhooks.delivery_log.error_kind       is 'dns, connect, tls, timeout, reset, blocked, protocol or rejected. Null: success, or no attempt yet.';
comment on column webhooks.delivery_log.payload          is 'The body that is sent, byte for byte.';

create view webhooks.dead_letters with (security_invoker = true) as
select id, tenant_id, event_id, event_type, occurred_at, resource_type, resource_id, endpoint_id, endpoint_name, endpoint_url,
       attempts, finished_at, last_error, last_attempt_at, answer_status, answer_body, error_kind, payload
  from webhooks.delivery_log
 where status = 'failed';

comment on view   webhooks.dead_letters                 is 'Deliveries that failed for good. webhooks.retry_delivery(id) sends one again, webhooks.recover all of an endpoint; after settings.dead_letter_ttl they become expired.';
comment on column webhooks.dead_letters.id              is 'The delivery; sorts by the time of its event.';
comment on column webhooks.dead_letters.tenant_id       is 'Its tenant.';
comment on column webhooks.dead_letters.event_id        is 'The event; sent as webhook-id.';
comment on column webhooks.dead_letters.event_type      is 'Its type.';
comment on column webhooks.dead_letters.occurred_at     is 'When it happened.';
comment on column webhooks.dead_letters.resource_type   is 'What it is about.';
comment on column webhooks.dead_letters.resource_id     is 'Which one.';
comment on column webhooks.dead_letters.endpoint_id     is 'The endpoint.';
comment on column webhooks.dead_letters.endpoint_name   is 'Its name.';
comment on column webhooks.dead_letters.endpoint_url    is 'Where it is now.';
comment on column webhooks.dead_letters.attempts        is 'Attempts that were made.';
comment on column webhooks.dead_letters.finished_at     is 'When it was given up.';
comment on column webhooks.dead_letters.last_error      is 'What went wrong at the last attempt.';
comment on column webhooks.dead_letters.last_attempt_at is 'When the last attempt began.';
comment on column webhooks.dead_letters.answer_status   is 'HTTP status of the last answer. Null: none came.';
comment on column webhooks.dead_letters.answer_body     is 'First 8 KiB of the last answer.';
comment on column webhooks.dead_letters.error_kind      is 'dns, connect, tls, timeout, reset, blocked, protocol or rejected.';
comment on column webhooks.dead_letters.payload         is 'The body that was sent, byte for byte.';

create function webhooks.deliveries_of(event_id uuid) returns setof webhooks.deliveries
language sql stable
begin atomic
  select d.*
    from webhooks.deliveries as d
   where d.event_id = deliveries_of.event_id
     and d.id between (left(deliveries_of.event_id::text, 18) || '-8000-000000000000')::uuid
                  and (left(deliveries_of.event_id::text, 18) || '-bfff-ffffffffffff')::uuid;
end;
comment on function webhooks.deliveries_of(uuid) is
  'The deliveries of an event, found by the 64 bits that their keys share with its key (there is no index on event_id).';

grant select on webhooks.delivery_log, webhooks.dead_letters
   to rowhook_dba, rowhook_viewer, rowhook_manager, rowhook_tenant_owner, rowhook_operator;
grant execute on function webhooks.deliveries_of(uuid)
   to rowhook_dba, rowhook_viewer, rowhook_manager, rowhook_tenant_owner, rowhook_operator;
grant execute on function webhooks_private.least_id(timestamptz)
   to rowhook_dba;

-- Down Migration
revoke execute on function webhooks_private.least_id(timestamptz) from rowhook_dba;
drop function webhooks.deliveries_of(uuid);
drop view webhooks.dead_letters;
drop view webhooks.delivery_log;
