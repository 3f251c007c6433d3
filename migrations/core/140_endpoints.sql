-- Up Migration
-- Where events go: one row for each receiver of a tenant, its secrets and its figures.

create function webhooks_private.header_names(headers jsonb) returns text[]
language sql immutable parallel safe
return array(select key from jsonb_object_keys(headers) as key order by key);
comment on function webhooks_private.header_names(jsonb) is
  'The names in an endpoint''s headers, sorted.';

/*
 * Secrets are sealed with a key that the database does not know (src/core/sealing.ts). The third part tells whether the text
 * inside is a secret that the standard signature profile takes.
 */
create function webhooks_private.is_sealed(secret text) returns boolean
language sql immutable parallel safe
return secret ~ '^sealed\.v1\.(whsec|text)\.[0-9a-f]{16}\.[A-Za-z0-9_-]{38,}$';
comment on function webhooks_private.is_sealed(text) is
  'Whether a text is a sealed one: sealed.v1.<form>.<key id>.<data>.';

create function webhooks_private.key_of(secret text) returns text
language sql immutable parallel safe
return case when webhooks_private.is_sealed(secret) then split_part(secret, '.', 4) end;
comment on function webhooks_private.key_of(text) is
  'The id of the key that a sealed text asks for. Null: it is not sealed.';

create function webhooks_private.has_plain_values(headers jsonb) returns boolean
language sql immutable parallel safe
return exists (select from jsonb_each_text(headers) as h where h.value not like 'sealed.%');
comment on function webhooks_private.has_plain_values(jsonb) is
  'Whether a header of an endpoint lies as it is.';

create table webhooks.endpoints (
  id                 uuid        not null default webhooks_private.new_id(),
  tenant_id          text        not null default 'default',
  name               text        not null default '',
  description        text        not null default '',
  url                text        not null,
  events             text[]      not null,
  filter             jsonpath,
  headers            jsonb       not null default '{}',
  header_names       text[]      not null generated always as (webhooks_private.header_names(headers)) stored,
  is_active          boolean     not null default true,
  paused_at          timestamptz,
  disabled_reason    text,
  rate_limit         integer              default 100,
  max_attempts       integer     not null,
  retry_schedule     interval[]  not null,
  no_retry_codes     integer[]   not null default '{400,405,413,414,415,422,431,501,505}',
  timeout_ms         integer     not null,
  max_in_flight      integer     not null default 10,
  ordering           text        not null default 'none',
  payload_format     text        not null default 'standard',
  signature_profile  text        not null default 'standard',
  auth               jsonb,
  version            bigint      not null default 1,
  created_by         text        not null default current_user,
  created_at         timestamptz not null default now(),
  updated_at         timestamptz not null default now(),
  deleted_at         timestamptz,

  constraint endpoints_pkey                       primary key (id),
  constraint endpoints_tenant_id_1_to_255         check (length(tenant_id) between 1 and 255),
  constraint endpoints_name_up_to_200             check (length(name) <= 200),
  constraint endpoints_description_up_to_2000     check (length(description) <= 2000),
  constraint endpoints_rate_limit_in_range        check (rate_limit between 1 and 10000000),
  constraint endpoints_max_attempts_in_range      check (max_attempts between 1 and 100),
  constraint endpoints_retry_schedule_not_empty   check (cardinality(retry_schedule) between 1 and 100
                                                         and array_position(retry_schedule, null) is null
                                                         and interval '0' <= all (retry_schedule)),
  constraint endpoints_retry_schedule_up_to_year  check (interval '1 year' >= all (retry_schedule)),
  constraint endpoints_no_retry_codes_are_errors  check (400 <= all (no_retry_codes) and 599 >= all (no_retry_codes) and cardinality(no_retry_codes) <= 200),
  constraint endpoints_timeout_1_to_20_seconds    check (timeout_ms between 1000 and 20000),
  constraint endpoints_max_in_flight_in_range     check (max_in_flight between 1 and 256),
  constraint endpoints_ordering_known             check (ordering in ('none', 'resource', 'endpoint')),
  constraint endpoints_payload_format_known       check (payload_format in ('standard', 'legacy')),
  constraint endpoints_signature_profile_known    check (signature_profile in ('standard', 'legacy')),
  constraint endpoints_auth_is_oauth2             check (auth is null or (auth ->> 'type' = 'oauth2'
                                                         and auth ? 'token_url' and auth ? 'client_id')),
  constraint endpoints_auth_up_to_8_kib           check (octet_length(auth::text) <= 8192),
  constraint endpoints_disabled_iff_reason        check (is_active or disabled_reason is not null)
);

create index endpoints_of_tenant on webhooks.endpoints (tenant_id, id);
-- Empty where there is a key, so that a worker looks for what is to be sealed twice a second at no cost; its sister is below.
create index endpoints_plain_headers on webhooks.endpoints (id) where webhooks_private.has_plain_values(headers);

comment on table  webhooks.endpoints                   is 'Receivers: where the events of a tenant are posted. Each is a lane of its own; nobody waits behind anybody.';
comment on column webhooks.endpoints.id                is 'Key.';
comment on column webhooks.endpoints.tenant_id         is 'Whose events it gets.';
comment on column webhooks.endpoints.name              is 'Short name, for people.';
comment on column webhooks.endpoints.description       is 'What it is for.';
comment on column webhooks.endpoints.url               is 'Where requests go: https, at most 2,048 characters, no user name in it.';
comment on column webhooks.endpoints.events            is 'Types it asks for: exact names, sale.* or *.';
comment on column webhooks.endpoints.filter            is 'SQL/JSON path over the envelope (the body that is sent). The event matches when the first item it yields is neither false nor null. Null: all.';
comment on column webhooks.endpoints.headers           is 'Further request headers, name to value. Values are sealed by WEBHOOK_SECRETS_KEY.';
comment on column webhooks.endpoints.header_names      is 'Their names. Values are write-only for the API: they hold credentials as often as not.';
comment on column webhooks.endpoints.is_active         is 'False: disabled. It collects nothing, and what was open is cancelled.';
comment on column webhooks.endpoints.paused_at         is 'Since when it is paused: it collects, and nothing is sent until it is null again.';
comment on column webhooks.endpoints.disabled_reason   is 'Why it is disabled: by hand, gone (410), failing for too long. Null while active.';
comment on column webhooks.endpoints.rate_limit        is 'Most requests a minute. Null: no limit.';
comment on column webhooks.endpoints.max_attempts      is 'Attempts of a delivery in all, the first included. A change counts for events from then on, and for what is recovered.';
comment on column webhooks.endpoints.retry_schedule    is 'Waits between attempts; the last one repeats. A change counts from the next failure on, by the attempts that were made.';
comment on column webhooks.endpoints.no_retry_codes    is 'Answers that will not change: a delivery that gets one fails at once.';
comment on column webhooks.endpoints.timeout_ms        is 'Deadline of a whole request in milliseconds.';
comment on column webhooks.endpoints.max_in_flight     is 'Most requests under way at once.';
comment on column webhooks.endpoints.ordering          is 'none; resource: the events of one resource one after the other; endpoint: all events one after the other.';
comment on column webhooks.endpoints.payload_format    is 'standard, or legacy: the body that receivers of the older systems read.';
comment on column webhooks.endpoints.signature_profile is 'standard, or legacy: x-event and x-signature alone.';
comment on column webhooks.endpoints.auth              is 'OAuth 2 client credentials: {"type":"oauth2","token_url","client_id","scope"}; the client secret lies with the signing secrets. Null: none.';
comment on column webhooks.endpoints.version           is 'Grows with every change of the row or its secrets, so that workers know their copy is old.';
comment on column webhooks.endpoints.created_by        is 'Who made it.';
comment on column webhooks.endpoints.created_at        is 'When it was made.';
comment on column webhooks.endpoints.updated_at        is 'Last change.';
comment on column webhooks.endpoints.deleted_at        is 'When it was deleted; its log stays readable until retention takes it. Null: it exists.';

create table webhooks_private.endpoint_secrets (
  id           uuid        not null default webhooks_private.new_id(),
  endpoint_id  uuid        not null,
  purpose      text        not null default 'signing',
  secret       text        not null,
  created_at   timestamptz not null default now(),
  expires_at   timestamptz,

  constraint endpoint_secrets_pkey           primary key (id),
  constraint endpoint_secrets_of_an_endpoint foreign key (endpoint_id) references webhooks.endpoints (id) on delete cascade,
  constraint endpoint_secrets_purpose_known  check (purpose in ('signing', 'oauth2_client')),
  constraint endpoint_secrets_sealed_whole   check (secret not like 'sealed.%' or webhooks_private.is_sealed(secret))
);
create index endpoint_secrets_of_endpoint on webhooks_private.endpoint_secrets (endpoint_id, created_at);
create index endpoint_secrets_plain on webhooks_private.endpoint_secrets (id) where secret not like 'sealed.%';

comment on table  webhooks_private.endpoint_secrets             is 'Signing secrets (several may be valid during a rotation) and OAuth 2 client secrets.';
comment on column webhooks_private.endpoint_secrets.id          is 'Key.';
comment on column webhooks_private.endpoint_secrets.endpoint_id is 'Whose secret it is.';
comment on column webhooks_private.endpoint_secrets.purpose     is 'signing, or oauth2_client.';
comment on column webhooks_private.endpoint_secrets.secret      is 'whsec_ and base64 of 24 to 64 bytes; with the legacy profile any 16 to 255 characters. Sealed by WEBHOOK_SECRETS_KEY: sealed.v1.<form>.<key id>.<data>.';
comment on column webhooks_private.endpoint_secrets.created_at  is 'When it was made.';
comment on column webhooks_private.endpoint_secrets.expires_at  is 'Until when it signs beside its successor. Null: it is the current one.';

create table webhooks.endpoint_stats (
  endpoint_id             uuid        not null,
  tenant_id               text        not null,
  total_deliveries        bigint      not null default 0,
  failed_deliveries       bigint      not null default 0,
  consecutive_failures    bigint      not null default 0,
  last_delivery_at        timestamptz,
  last_success_at         timestamptz,
  last_failure_at         timestamptz,
  failing_since           timestamptz,
  credentials_refused_at  timestamptz,

  constraint endpoint_stats_pkey primary key (endpoint_id)
) with (fillfactor = 50);

create index endpoint_stats_failing on webhooks.endpoint_stats (failing_since) where failing_since is not null;

comment on table  webhooks.endpoint_stats                        is 'Figures of an endpoint, written once for each batch of results.';
comment on column webhooks.endpoint_stats.endpoint_id            is 'The endpoint.';
comment on column webhooks.endpoint_stats.tenant_id              is 'Its tenant.';
comment on column webhooks.endpoint_stats.total_deliveries       is 'Attempts that were answered or failed, in all.';
comment on column webhooks.endpoint_stats.failed_deliveries      is 'Those of them that were no success.';
comment on column webhooks.endpoint_stats.consecutive_failures   is 'Attempts since the last success.';
comment on column webhooks.endpoint_stats.last_delivery_at       is 'End of the last attempt.';
comment on column webhooks.endpoint_stats.last_success_at        is 'End of the last attempt that succeeded. Null: none did.';
comment on column webhooks.endpoint_stats.last_failure_at        is 'End of the last attempt that failed. Null: none did.';
comment on column webhooks.endpoint_stats.failing_since          is 'First failure since the last success. Null: the last attempt succeeded.';
comment on column webhooks.endpoint_stats.credentials_refused_at is 'When the receiver last answered 401 or 403. Null: not since the last success.';

/*
 * A new signing secret: 32 bytes hashed from four strong random UUIDs (no extension, so no gen_random_bytes()).
 */
create function webhooks_private.new_secret() returns text
language sql volatile
return 'whsec_' || encode(
  sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid())
         || uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid())),
  'base64');
comment on function webhooks_private.new_secret() is
  'A fresh signing secret: whsec_ and base64 of 32 bytes.';

create function webhooks_private.check_secret(secret text, profile text) returns void
language plpgsql immutable
set search_path = pg_catalog, pg_temp as $$
declare
  key bytea;
begin
  if webhooks_private.is_sealed(secret) and (profile = 'legacy' or split_part(secret, '.', 3) = 'whsec') then
    return;
  end if;
  if profile = 'legacy' and length(secret) between 16 and 255 and secret !~ '[[:cntrl:]]' and secret not like 'sealed.%' then
    return;
  end if;
  if profile = 'standard' and secret ~ '^whsec_[A-Za-z0-9+/]+={0,2}$' then
    begin
      key := decode(substr(secret, 7), 'base64');
    exception when invalid_parameter_value then
      key := null;
    end;
    if length(key) between 24 and 64 then
      return;
    end if;
  end if;
  raise exception using errcode = 'WHSEC',
    message = 'The signing secret has the wrong form.',
    detail  = case profile
                when 'legacy' then 'With the legacy profile it needs 16 to 255 characters, none of them a control character, and may not begin with "sealed.".'
                else 'It needs to be whsec_ followed by the base64 of 24 to 64 bytes.'
              end,
    hint    = 'Leave it out, and a good one is made for you.';
end
$$;
comment on function webhooks_private.check_secret(text, text) is
  'Raises WHSEC unless the secret fits the signature profile.';

-- Down Migration
drop function webhooks_private.check_secret(text, text);
drop function webhooks_private.new_secret();
drop table webhooks.endpoint_stats;
drop table webhooks_private.endpoint_secrets;
drop table webhooks.endpoints;
drop function webhooks_private.has_plain_values(jsonb);
drop function webhooks_private.key_of(text);
drop function webhooks_private.is_sealed(text);
drop function webhooks_private.header_names(jsonb);
