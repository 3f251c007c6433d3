-- Up Migration
-- Proof that nothing is missing: domain rows without their event, events without their deliveries.

/*
 * An endpoint is judged by what it is now, so only where that is what it was: it has not changed since a minute before
 * the event (its row bears the time at which the changing transaction began, and that one may have taken a while).
 */
create function webhooks_private.lacks_delivery(event webhooks.events, endpoint webhooks.endpoints) returns boolean
language sql stable
set search_path = pg_catalog, pg_temp
begin atomic
  select event.endpoint_id is null
     and endpoint.is_active
     and endpoint.deleted_at is null
     and endpoint.updated_at < webhooks.occurred_at(event.id) - interval '1 minute'
     and endpoint.events && webhooks_private.patterns_of(event.type)
     and (endpoint.filter is null or webhooks_private.filter_accepts(endpoint.filter, event))
     and not exists (select from webhooks.event_types as t where t.name = event.type and not t.enabled)
     and not webhooks_private.lies_too_deep(event.tenant_id, event.context)
     and not exists (select from webhooks.deliveries  as d where d.id = webhooks_private.delivery_id(event.id, endpoint.id));
end;
comment on function webhooks_private.lacks_delivery(webhooks.events, webhooks.endpoints) is
  'Whether an endpoint of the event''s tenant should have got it and has no delivery of it, as far as its row tells what it was then.';

create function webhooks_private.undelivered(types text[], resource text, since timestamptz)
returns table (event_id uuid, event_type text, resource_id text, endpoint_id uuid, endpoint text)
language sql stable security definer
set search_path = pg_catalog, pg_temp
begin atomic
  select e.id, e.type, e.resource_id, p.id, coalesce(nullif(p.name, ''), p.url)
    from webhooks.events    as e
    join webhooks.endpoints as p on p.tenant_id = e.tenant_id
   where e.id >= webhooks_private.least_id(since)
     and e.type = any (types)
     and e.resource_type = resource
     and webhooks_private.lacks_delivery(e, p)
   order by e.id, p.id;
end;
comment on function webhooks_private.undelivered(text[], text, timestamptz) is
  'Events that an endpoint should have got and has no delivery of.';

create function webhooks.reconcile(relation regclass, since timestamptz default now() - interval '24 hours', made_at name default 'created_at')
returns table (missing text, resource_id text, event_type text, event_id uuid, endpoint_id uuid, detail text)
language plpgsql stable
set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
declare
  rule      record;
  watched   timestamptz;
  key       text;
  changed   bigint;
  kind      text;
begin
  select min(r.created_at) into watched from webhooks.capture_rules as r where r.relation = reconcile.relation;
  if watched is null then
    raise exception using errcode = 'WHREC',
      message = format('%s is not watched.', reconcile.relation),
      detail  = 'Without capture rules there is nothing that its rows should have led to.',
      hint    = 'webhooks.capture_rules lists what is watched; webhooks.watch attaches capture to a table.';
  end if;
  select format_type(a.atttypid, null) into kind
    from pg_attribute as a
   where a.attrelid = reconcile.relation and a.attname = reconcile.made_at and a.attnum > 0 and not a.attisdropped;
  if kind is null or kind not in ('timestamp with time zone', 'timestamp without time zone', 'date') then
    raise exception using errcode = 'WHREC',
      message = format('%s.%I does not say when a row was made.', reconcile.relation, reconcile.made_at),
      detail  = coalesce(format('It is of type %s.', kind), 'There is no such column.'),
      hint    = 'Name the column of type timestamptz that does: webhooks.reconcile(…, made_at => ''inserted_at'').';
  end if;

  if not exists (select from webhooks.capture_rules as r
                  where r.relation = reconcile.relation and r.fires_on = 'insert' and r.condition is null) then
    raise notice using
      message = format('Rows of %s without their event cannot be told.', reconcile.relation),
      detail  = 'No rule makes an event of every insert; only events without their deliveries are looked for.';
  elsif watched > reconcile.since then
    raise notice 'Rows made before %, when % was watched, are not looked at.', date_trunc('second', watched), reconcile.relation;
  end if;

  for rule in
    select r.* from webhooks.capture_rules as r
     where r.relation = reconcile.relation and r.fires_on = 'insert' and r.condition is null
     order by r.event
  loop
    select string_agg(webhooks_private.text_of(reconcile.relation, 'r', k), ' || '','' || ' order by place) into key
      from unnest(rule.key_columns) with ordinality as u (k, place);
    return query execute format(
      $query$
        select 'event', %1$s, $1, null::uuid, null::uuid, format('made at %%s', r.%2$I)
          from %3$s as r
         where r.%2$I >= $2
           and not exists (
                 select
                   from webhooks.events as e
                  where e.resource_id   = %1$s
                    and e.resource_type = $3
                    and e.type          = $1
                    and e.tenant_id     = coalesce(nullif(%4$s, ''), 'default')
                    and e.id           >= $4)
         order by r.%2$I
      $query$,
      key, reconcile.made_at, reconcile.relation,
      coalesce(webhooks_private.text_of(reconcile.relation, 'r', rule.tenant_column), 'null'))
    using rule.event, greatest(reconcile.since, rule.created_at), rule.resource,
          webhooks_private.least_id(greatest(reconcile.since, rule.created_at) - interval '1 hour'); -- clocks differ
  end loop;

  select count(*) into changed
    from webhooks.endpoints as p
   where p.deleted_at is null
     and p.updated_at >= reconcile.since - interval '1 minute';
  if changed > 0 then
    raise notice using
      message = format('%s endpoints were made or changed since then.', changed),
      detail  = 'What they should have got before their last change is not known; it is not looked at.';
  end if;

  return query
  select 'delivery', u.resource_id, u.event_type, u.event_id, u.endpoint_id, format('endpoint %s', u.endpoint)
    from (select distinct r.resource from webhooks.capture_rules as r where r.relation = reconcile.relation) as watched_as
   cross join lateral webhooks_private.undelivered(
           array(select r.event from webhooks.capture_rules as r where r.relation = reconcile.relation and r.resource = watched_as.resource),
           watched_as.resource, reconcile.since) as u;
end
$$;
comment on function webhooks.reconcile(regclass, timestamptz, name) is
  'What is missing for a watched table since a moment: rows without the event of their insert, and events without the delivery of an endpoint that asks for them. No row is the proof that nothing is. '
  'Notices say what it cannot see; nor does it see rows that were deleted, truncated or hidden from you, updates and deletes, or conditions. Needs select on the table.';

grant execute on function webhooks.reconcile(regclass, timestamptz, name),
                          webhooks_private.undelivered(text[], text, timestamptz),
                          webhooks_private.text_of(regclass, text, text)
   to rowhook_dba;

-- Down Migration
revoke execute on function webhooks_private.text_of(regclass, text, text) from rowhook_dba;
drop function webhooks.reconcile(regclass, timestamptz, name);
drop function webhooks_private.undelivered(text[], text, timestamptz);
drop function webhooks_private.lacks_delivery(webhooks.events, webhooks.endpoints);
