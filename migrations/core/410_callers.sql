-- Up Migration
-- Who calls a function that runs with the owner's rights, what that caller may touch, and the record of what he did.

/*
 * Inside a security definer function current_user is its owner; the setting "role" still names what the session has
 * become by set role, and the login stands behind it. Roles of the API reach their tenant, the operator all or the one
 * that the request names. Anybody else was let in by the DBA (a grant, or a function of his), and is not bound to a tenant.
 */
create function webhooks_private.caller_reaches(tenant_id text) returns boolean
language sql stable
set search_path = pg_catalog, pg_temp
begin atomic
  select case
           when pg_has_role(caller.role, 'rowhook_dba', 'member')
             or pg_has_role(caller.role, 'rowhook_owner', 'member')
           then true
           when pg_has_role(caller.role, 'rowhook_operator', 'member')
           then webhooks_private.api_tenant() is null or tenant_id = webhooks_private.api_tenant()
           when pg_has_role(caller.role, 'rowhook_viewer', 'member')
             or pg_has_role(caller.role, 'rowhook_manager', 'member')
             or pg_has_role(caller.role, 'rowhook_tenant_owner', 'member')
           then coalesce(tenant_id = webhooks_private.api_tenant(), false)
           else true
         end
    from (select coalesce(nullif(current_setting('role'), 'none'), session_user)::name as role) as caller;
end;
comment on function webhooks_private.caller_reaches(text) is
  'Whether the caller of a security definer function may touch this tenant''s rows: API roles their own tenant, the operator and DBAs all.';

create function webhooks_private.endpoint_of_caller(endpoint_id uuid) returns webhooks.endpoints
language plpgsql stable
set search_path = pg_catalog, pg_temp as $$
declare
  endpoint webhooks.endpoints;
begin
  select p.* into endpoint
    from webhooks.endpoints as p
   where p.id = endpoint_of_caller.endpoint_id
     and webhooks_private.caller_reaches(p.tenant_id);
  if endpoint.id is null or endpoint.deleted_at is not null then
    raise exception using errcode = 'WHNOF',
      message = format('There is no endpoint %L.', endpoint_of_caller.endpoint_id),
      detail  = case when endpoint.id is null then 'None that you may touch has this id.'
                     else format('It was deleted at %s; only its log can still be read.', date_trunc('second', endpoint.deleted_at)) end,
      hint    = 'webhooks.endpoints lists them.';
  end if;
  return endpoint;
end
$$;
comment on function webhooks_private.endpoint_of_caller(uuid) is
  'The endpoint. Raises WHNOF when there is none, it is deleted, or it is out of the caller''s reach.';

create function webhooks_private.one_by_one(tenant text) returns void
language sql volatile
set search_path = pg_catalog, pg_temp
begin atomic
  select pg_advisory_xact_lock(hashtextextended(tenant, 1618033988));
end;
comment on function webhooks_private.one_by_one(text) is
  'Lets what is limited in number for a tenant be made one after the other until the transactions end, so that each counts those before it.';

create function webhooks_private.must_be_enabled(endpoint webhooks.endpoints) returns void
language plpgsql stable
set search_path = pg_catalog, pg_temp as $$
begin
  if not endpoint.is_active then
    raise exception using errcode = 'WHOFF',
      message = format('Endpoint %L is disabled (%s).', endpoint.id, endpoint.disabled_reason),
      detail  = 'A disabled endpoint collects nothing: the delivery would be cancelled at once.',
      hint    = format('Enable it first: select webhooks.enable_endpoint(%L).', endpoint.id);
  end if;
end
$$;
comment on function webhooks_private.must_be_enabled(webhooks.endpoints) is
  'Raises WHOFF for an endpoint that is disabled.';

create function webhooks_private.delivery_of_caller(delivery_id uuid) returns webhooks.deliveries
language plpgsql volatile
set search_path = pg_catalog, pg_temp as $$
declare
  delivery webhooks.deliveries;
begin
  select d.* into delivery
    from webhooks.deliveries as d
   where d.id = delivery_of_caller.delivery_id
     and webhooks_private.caller_reaches(d.tenant_id)
     for update;
  if delivery.id is null then
    raise exception using errcode = 'WHNOF',
      message = format('There is no delivery %L.', delivery_of_caller.delivery_id),
      detail  = 'None that you may touch has this id; those older than settings.event_retention are gone.',
      hint    = 'webhooks.deliveries lists them.';
  end if;
  return delivery;
end
$$;
comment on function webhooks_private.delivery_of_caller(uuid) is
  'The delivery, locked until the end of the transaction. Raises WHNOF when there is none or it is out of the caller''s reach.';

create function webhooks_private.audit(action text, tenant_id text, subject text, subject_id text, after jsonb default null) returns void
language sql volatile
set search_path = pg_catalog, pg_temp
begin atomic
  insert into webhooks.audit_log (action, tenant_id, subject, subject_id, after)
  values (action, tenant_id, subject, subject_id, after);
end;
comment on function webhooks_private.audit(text, text, text, text, jsonb) is
  'Records a manual act. Never a secret: what is written here can be read by the tenant''s owner.';

-- Down Migration
drop function webhooks_private.audit(text, text, text, text, jsonb);
drop function webhooks_private.delivery_of_caller(uuid);
drop function webhooks_private.must_be_enabled(webhooks.endpoints);
drop function webhooks_private.one_by_one(text);
drop function webhooks_private.endpoint_of_caller(uuid);
drop function webhooks_private.caller_reaches(text);
