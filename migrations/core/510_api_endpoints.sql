-- Up Migration
-- Endpoints made and changed by API roles, who may not write the table.

create function webhooks_private.endpoint_columns() returns text[]
language sql immutable
return '{name,description,url,events,filter,headers,rate_limit,max_attempts,retry_schedule,no_retry_codes,timeout_ms,max_in_flight,ordering,payload_format,signature_profile,auth}'::text[];
comment on function webhooks_private.endpoint_columns() is
  'What create_endpoint and update_endpoint may set.';

create function webhooks_private.place_of_new_endpoint(tenant_id text, out endpoint_id uuid, out tenant text)
language sql volatile security definer
set search_path = pg_catalog, pg_temp
begin atomic
  select webhooks_private.new_id(), webhooks_private.tenant_of_caller(tenant_id);
end;
comment on function webhooks_private.place_of_new_endpoint(text) is
  'An id for a new endpoint, and whose it will be: what a secret is sealed for. Raises WHTNT when the tenant is out of the caller''s reach.';

create function webhooks.create_endpoint(
  settings    jsonb,
  tenant_id   text default null,
  secret      text default null,
  endpoint_id uuid default null,
  out id         uuid,
  out new_secret text
)
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
declare
  tenant text   := webhooks_private.tenant_of_caller(create_endpoint.tenant_id);
  given  text[] := webhooks_private.checked_changes('webhooks.endpoints', create_endpoint.settings, webhooks_private.endpoint_columns());
  names  text   := (select string_agg(quote_ident(g), ', ') from unnest(given) as g);
  actor  text   := coalesce(nullif(current_setting('rowhook.user', true), ''), session_user);
  broken text;
  nulled text;
begin
  if not given @> '{url,events}' then
    raise exception using errcode = 'WHVAL', column = case when 'url' = any (given) then 'events' else 'url' end,
      message = 'An endpoint needs url and events.',
      detail  = format('Given: %s.', coalesce(names, 'nothing')),
      hint    = 'Name the URL and the event types, such as {"url": "https://example.com/hooks", "events": ["sale.*"]}.';
  end if;
  perform webhooks_private.one_by_one(tenant);
  begin
    execute format('insert into webhooks.endpoints (id, tenant_id, created_by, %1$s)
                    select $4, $2, $3, %1$s from jsonb_populate_record(null::webhooks.endpoints, $1)
                    returning id', names)
       into id
      using create_endpoint.settings, tenant, actor, coalesce(create_endpoint.endpoint_id, webhooks_private.new_id());
  exception when check_violation or not_null_violation then
    get stacked diagnostics broken = constraint_name, nulled = column_name;
    perform webhooks_private.refuse_value('webhooks.endpoints', broken, nulled, given);
  end;
  if create_endpoint.secret is not null then
    perform webhooks_private.check_secret(create_endpoint.secret, p.signature_profile) from webhooks.endpoints as p where p.id = create_endpoint.id;
    update webhooks_private.endpoint_secrets as s set secret = create_endpoint.secret where s.endpoint_id = create_endpoint.id;
  end if;
  select s.secret into new_secret from webhooks_private.endpoint_secrets as s where s.endpoint_id = create_endpoint.id;
end
$$;
comment on function webhooks.create_endpoint(jsonb, text, text, uuid) is
  'Makes an endpoint from an object of its columns; what is left out is the default. Returns its id and its signing secret (the given one, else a new one), which is not shown again but by reveal_secret. Who seals the secret himself names the id that he has sealed it for.';

create function webhooks.update_endpoint(id uuid, changes jsonb) returns webhooks.endpoints
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
declare
  endpoint webhooks.endpoints := webhooks_private.endpoint_of_caller(update_endpoint.id);
begin
  if update_endpoint.changes ? 'filter' then
    perform webhooks_private.one_by_one(endpoint.tenant_id);
  end if;
  perform webhooks_private.change_row('webhooks.endpoints', 'id', endpoint.id::text, update_endpoint.changes, webhooks_private.endpoint_columns());
  select p.* into endpoint from webhooks.endpoints as p where p.id = endpoint.id;
  return endpoint;
end
$$;
comment on function webhooks.update_endpoint(uuid, jsonb) is
  'Changes the columns of an endpoint that the object names; headers are replaced as a whole. Returns the endpoint.';

grant execute on function webhooks_private.place_of_new_endpoint(text)
   to rowhook_dba, rowhook_manager, rowhook_tenant_owner, rowhook_operator;
grant execute on function webhooks.create_endpoint(jsonb, text, text, uuid), webhooks.update_endpoint(uuid, jsonb)
   to rowhook_dba, rowhook_manager, rowhook_tenant_owner, rowhook_operator;

-- Down Migration
drop function webhooks.update_endpoint(uuid, jsonb);
drop function webhooks.create_endpoint(jsonb, text, text, uuid);
drop function webhooks_private.place_of_new_endpoint(text);
drop function webhooks_private.endpoint_columns();
