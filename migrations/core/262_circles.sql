-- Up Migration
-- A receiver that writes back into watched tables makes a circle. Two guards end it: the chain of causes, where the receiver names
-- the event that it handles, and the lane's count of the same thing again and again, where it does not.

insert into webhooks.event_types (name, description, json_schema, example) values
  ('circle.stopped',
   'Operational: a receiver seems to write back in circles, and what it makes is delivered no more, or later. Told at most about once a minute for an event type of a tenant.',
   '{"type":"object","properties":{"by":{"enum":["cause","rate"]},"tenant_id":{"type":"string"},"event_type":{"type":"string"},"event_id":{"type":"string"},"resource_id":{"type":["string","null"]},"endpoint_id":{"type":["string","null"]},"summary":{"type":"string"}},"required":["by","tenant_id","event_type","event_id","summary"]}',
   '{"by":"cause","tenant_id":"acme","event_type":"sale.updated","event_id":"019aa7a2-3f00-7000-8000-000000000001","resource_id":"42","endpoint_id":null,"summary":"Events sale.updated of tenant acme cause one another through a receiver; one with 9 behind it was recorded and not delivered."}');

-- All bear one resource, so that the alert finds them by an index.
create function webhooks_private.tell_of_circle(by text, event_id uuid, endpoint_id uuid, summary text) returns void
language sql volatile
set search_path = pg_catalog, pg_temp
begin atomic
  insert into webhooks.events (tenant_id, type, resource_type, resource_id, data)
  select 'rowhook', 'circle.stopped', 'guard', 'circle',
         json_build_object('by', tell_of_circle.by, 'tenant_id', e.tenant_id, 'event_type', e.type, 'event_id', e.id,
                           'resource_id', e.resource_id, 'endpoint_id', tell_of_circle.endpoint_id, 'summary', tell_of_circle.summary)
    from webhooks.events as e
   where e.id = tell_of_circle.event_id
     and not exists (select
                       from webhooks.events as told
                      where told.resource_id = 'circle'
                        and told.type = 'circle.stopped'
                        and told.id > webhooks_private.least_id(now() - interval '1 minute')
                        and told.data ->> 'tenant_id'  = e.tenant_id
                        and told.data ->> 'event_type' = e.type);
end;
comment on function webhooks_private.tell_of_circle(text, uuid, uuid, text) is
  'Tells operators that a circle was stopped, by its cause or by its rate: an event of tenant rowhook, from which the alert circle is made.';

-- What is told to operators does not feed itself.
create function webhooks_private.lies_too_deep(tenant_id text, context jsonb) returns boolean
language sql stable
set search_path = pg_catalog, pg_temp
begin atomic
  select lies_too_deep.tenant_id <> 'rowhook'
     and coalesce(lies_too_deep.context -> 'depth' > to_jsonb(s.max_cause_depth), false)
    from webhooks.settings as s;
end;
comment on function webhooks_private.lies_too_deep(text, jsonb) is
  'Whether more events lie behind one than settings.max_cause_depth: it is recorded, and delivered to nobody.';

create function webhooks_private.stop_circles(event_ids uuid[]) returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp as $$
begin
  perform webhooks_private.tell_of_circle('cause', e.id, null,
            format('Events %s of tenant %s cause one another through a receiver; one with %s behind it was recorded and not delivered.', e.type, e.tenant_id, e.context ->> 'depth'))
     from (select distinct on (e.tenant_id, e.type) e.* from webhooks.events as e where e.id = any (event_ids) order by e.tenant_id, e.type, e.id) as e;
end
$$;
comment on function webhooks_private.stop_circles(uuid[]) is
  'Tells operators of events that lie too deep to be delivered, one of each type of each tenant.';

/*
 * Only while the delivery is as the worker read it. No attempt is spent: what is postponed was never sent.
 */
create function webhooks_private.postpone(delivery_id uuid, attempts integer, for_ms double precision, reason text) returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp as $$
begin
  update webhooks.deliveries as d
     set next_retry_at = now() + for_ms * interval '1 millisecond',
         last_error    = postpone.reason
   where d.id = postpone.delivery_id
     and d.attempts = postpone.attempts
     and d.status in ('pending', 'retrying');
  perform webhooks_private.tell_of_circle('rate', d.event_id, d.endpoint_id,
            format('Endpoint %s of tenant %s gets %s about %s again and again: a receiver seems to write back in circles, and further ones are postponed.', d.endpoint_id, d.tenant_id, d.event_type, d.resource_id))
     from webhooks.deliveries as d
    where d.id = postpone.delivery_id;
end
$$;
comment on function webhooks_private.postpone(uuid, integer, double precision, text) is
  'A delivery that is one of too many about the same thing is due later; operators are told.';

-- Down Migration
drop function webhooks_private.postpone(uuid, integer, double precision, text);
drop function webhooks_private.stop_circles(uuid[]);
drop function webhooks_private.lies_too_deep(text, jsonb);
drop function webhooks_private.tell_of_circle(text, uuid, uuid, text);
delete from webhooks.event_types where name = 'circle.stopped';
