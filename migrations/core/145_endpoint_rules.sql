-- Up Migration
-- What an endpoint may look like, for every writer; and what each one gets: a signing secret and a row of figures.

create function webhooks_private.tg_endpoints__complete() returns trigger
language plpgsql security definer
set search_path = pg_catalog, pg_temp as $$
declare
  rules  webhooks.settings;
  tenant webhooks.tenant_settings;
begin
  if tg_op = 'INSERT' then
    select * into strict rules from webhooks.settings;
    select * into tenant from webhooks.tenant_settings where tenant_id = new.tenant_id;
    new.max_attempts   := coalesce(new.max_attempts, rules.max_attempts);
    new.timeout_ms     := coalesce(new.timeout_ms, rules.timeout_ms);
    new.retry_schedule := coalesce(new.retry_schedule, tenant.retry_schedule, rules.retry_schedule);
    if (select count(*) from webhooks.endpoints where tenant_id = new.tenant_id and deleted_at is null) >= coalesce(tenant.max_endpoints, 50) then
      raise exception using errcode = 'WHLIM',
        message = format('Tenant %L has reached its number of endpoints.', new.tenant_id),
        detail  = format('%s exist already.', coalesce(tenant.max_endpoints, 50)),
        hint    = 'Delete one, or have the operator raise tenant_settings.max_endpoints.';
    end if;
  else
    if new.tenant_id <> old.tenant_id then
      raise exception using errcode = 'WHTEN',
        message = 'An endpoint cannot change its tenant.',
        detail  = format('It belongs to %L.', old.tenant_id),
        hint    = 'Make a new endpoint for the other tenant.';
    end if;
    new.version    := old.version + 1;
    new.updated_at := now();
    if new.signature_profile <> old.signature_profile then
      perform webhooks_private.check_secret(s.secret, new.signature_profile)
         from webhooks_private.endpoint_secrets as s
        where s.endpoint_id = new.id and s.purpose = 'signing';
    end if;
  end if;

  if not new.is_active then
    new.disabled_reason := coalesce(new.disabled_reason, 'by hand');
  else
    new.disabled_reason := null;
  end if;

  if tg_op = 'INSERT' or new.url is distinct from old.url then
    perform webhooks_private.check_url(new.url);
  end if;
  if tg_op = 'INSERT' or new.events is distinct from old.events then
    perform webhooks_private.check_patterns(new.events);
  end if;
  if tg_op = 'INSERT' or new.headers is distinct from old.headers then
    perform webhooks_private.check_headers(new.headers);
  end if;
  if new.auth is not null and (tg_op = 'INSERT' or new.auth is distinct from old.auth) then
    perform webhooks_private.check_url(new.auth ->> 'token_url');
  end if;
  if new.filter is not null and (tg_op = 'INSERT' or new.filter::text is distinct from old.filter::text) then
    perform webhooks_private.check_filter(new.filter);
    perform webhooks_private.check_filter_runs(new.filter, new.events);
    select * into strict rules from webhooks.settings;
    if (select count(*) from webhooks.endpoints
         where tenant_id = new.tenant_id and filter is not null and deleted_at is null and id <> new.id) >= rules.max_filters_per_tenant then
      raise exception using errcode = 'WHLIM',
        message = format('Tenant %L has reached its number of endpoints with a filter.', new.tenant_id),
        detail  = format('%s exist already; each runs inside your transactions.', rules.max_filters_per_tenant),
        hint    = 'Filter in a receiver, or have the operator raise settings.max_filters_per_tenant.';
    end if;
  end if;
  return new;
end
$$;
comment on function webhooks_private.tg_endpoints__complete() is
  'Fills in what an endpoint leaves to its tenant and settings, and refuses what could never be delivered.';

create trigger _100_complete
  before insert or update on webhooks.endpoints
  for each row execute function webhooks_private.tg_endpoints__complete();

create function webhooks_private.tg_endpoints__first_secret() returns trigger
language plpgsql security definer
set search_path = pg_catalog, pg_temp as $$
begin
  insert into webhooks_private.endpoint_secrets (endpoint_id, secret)
  select id, webhooks_private.new_secret() from new_endpoints;
  insert into webhooks.endpoint_stats (endpoint_id, tenant_id)
  select id, tenant_id from new_endpoints;
  return null;
end
$$;
comment on function webhooks_private.tg_endpoints__first_secret() is
  'Gives every new endpoint a signing secret and a row of figures.';

create trigger _200_first_secret
  after insert on webhooks.endpoints
  referencing new table as new_endpoints
  for each statement execute function webhooks_private.tg_endpoints__first_secret();

-- Down Migration
drop trigger _200_first_secret on webhooks.endpoints;
drop function webhooks_private.tg_endpoints__first_secret();
drop trigger _100_complete on webhooks.endpoints;
drop function webhooks_private.tg_endpoints__complete();
