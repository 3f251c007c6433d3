-- Up Migration
-- Capture never refuses a domain write. What it cannot capture (a column that is gone, a payload function that fails) is
-- told to the operator instead: a warning in the log, and an event of the reserved tenant rowhook.

insert into webhooks.event_types (name, description, json_schema, example) values
  ('capture.failed',
   'Operational: writes to a watched table could not be captured, wholly or in part. Told at most about once a minute for a table.',
   '{"type":"object","properties":{"table":{"type":"string"},"operation":{"type":"string"},"problem":{"type":"string"}},"required":["table","operation","problem"]}',
   '{"table":"public.sales","operation":"update","problem":"42703: column new.status does not exist"}');

create function webhooks_private.capture_failed(relation regclass, operation text, problem text) returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp as $$
begin
  raise warning using
    message = format('Rowhook could not capture this %s of %s.', lower(operation), relation),
    detail  = problem,
    hint    = 'Where the table has changed, call webhooks.watch for it again; else correct the condition or payload function.';

  -- Once a minute, because a table that has lost a column says so with every write.
  insert into webhooks.events (tenant_id, type, resource_type, resource_id, data)
  select 'rowhook', 'capture.failed', 'table', relation::text, row_to_json(failure)
    from (select relation::text as table, lower(operation) as operation, problem) as failure,
         webhooks.settings as s
   where s.capture
     and not exists (select
                       from webhooks.events as e
                      where e.resource_id = relation::text
                        and e.type = 'capture.failed'
                        and e.id > webhooks_private.least_id(now() - interval '1 minute'));
end
$$;
comment on function webhooks_private.capture_failed(regclass, text, text) is
  'Tells the operator that a write was not captured: a warning, and an event capture.failed of tenant rowhook.';

create function webhooks_private.note_capture_failure(problem text) returns void
language sql volatile
begin atomic
  select set_config('rowhook.capture_failure', problem, true);
end;
comment on function webhooks_private.note_capture_failure(text) is
  'Remembers, until the capturing statement ends, that a condition or a payload function failed for a row.';

-- Down Migration
drop function webhooks_private.note_capture_failure(text);
drop function webhooks_private.capture_failed(regclass, text, text);
delete from webhooks.event_types where name = 'capture.failed';
