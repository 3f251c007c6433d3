-- Up Migration
-- What is proved once an hour, because it costs more than a look: that the chain of the audit log holds, and that no delivery is missing.

create function webhooks_private.prove_audit_chain() returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp as $$
declare
  broken   bigint;
  first_id bigint;
  problem  text;
begin
  select count(*), min(v.audit_id), (array_agg(v.problem order by v.audit_id))[1] into broken, first_id, problem from webhooks.verify_audit_log() as v;
  perform webhooks_private.set_alerts('audit_chain',
            case when broken > 0 then '{""}' else '{}' end::text[],
            case when broken > 0 then array[format('The audit log does not agree with its chain in %s places; the first is row %s: %s', broken, first_id, problem)] else '{}' end,
            case when broken > 0 then array[jsonb_build_object('places', broken, 'first_row', first_id, 'problem', problem)] else '{}' end);
end
$$;
comment on function webhooks_private.prove_audit_chain() is
  'Raises the alert audit_chain where rows of the audit log were changed, removed or slipped in, and resolves it where none were.';

/*
 * The newest events alone, so that it takes the same time however many there are; what loses deliveries would lose some of these. What an index
 * tells is asked first, and of all pairs at once: lacks_delivery takes 140 µs for each (10,000 events, 5 endpoints: 0.5 s instead of 7).
 */
create function webhooks_private.prove_deliveries(as_of timestamptz default now(), newest integer default 10000) returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp as $$
declare
  missing   bigint;
  event_ids uuid[];
begin
  with recent as materialized (
    select e as event, e.id, e.tenant_id, webhooks_private.patterns_of(e.type) as patterns
      from webhooks.events as e
     where e.id >= webhooks_private.least_id(as_of - interval '2 hours')
       and e.id <  webhooks_private.least_id(as_of - interval '1 minute')
     order by e.id desc
     limit newest
  ), suspects as materialized (
    select r.id, r.event, p as endpoint
      from recent             as r
      join webhooks.endpoints as p on p.tenant_id = r.tenant_id
     where p.is_active
       and p.deleted_at is null
       and p.events && r.patterns
       and not exists (select from webhooks.deliveries as d where d.id = webhooks_private.delivery_id(r.id, p.id))
  )
  select count(*), (array_agg(s.id order by s.id desc))[1:5]
    into missing, event_ids
    from suspects as s
   where webhooks_private.lacks_delivery(s.event, s.endpoint);
  perform webhooks_private.set_alerts('missing_deliveries',
            case when missing > 0 then '{""}' else '{}' end::text[],
            case when missing > 0 then array[format('%s deliveries of the newest events were never made, such as those of event %s.', missing, event_ids[1])] else '{}' end,
            case when missing > 0 then array[jsonb_build_object('missing', missing, 'event_ids', event_ids)] else '{}' end, as_of);
end
$$;
comment on function webhooks_private.prove_deliveries(timestamptz, integer) is
  'Raises the alert missing_deliveries where endpoints lack deliveries of the newest events that they ask for, and resolves it where none does.';

-- Down Migration
drop function webhooks_private.prove_deliveries(timestamptz, integer);
drop function webhooks_private.prove_audit_chain();
