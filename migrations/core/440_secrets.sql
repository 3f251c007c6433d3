-- Up Migration
-- Secrets by hand. Whoever calls these sees or sets a secret, so each call is audited; the secret never is.

/*
 * The change of the version tells workers that their copy of the secrets is old; its row lock makes two rotations at
 * once follow one another.
 */
create function webhooks_private.renew_version(endpoint_id uuid) returns void
language sql volatile
set search_path = pg_catalog, pg_temp
begin atomic
  update webhooks.endpoints as p set updated_at = now() where p.id = endpoint_id;
end;
comment on function webhooks_private.renew_version(uuid) is
  'Counts up the version of an endpoint whose secrets change.';

create function webhooks_private.audit_secret(action text, endpoint webhooks.endpoints, after jsonb default null) returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp as $$
declare
  entry bigint;
begin
  insert into webhooks.audit_log (action, tenant_id, subject, subject_id, after)
  values (audit_secret.action, endpoint.tenant_id, 'endpoint', endpoint.id::text, audit_secret.after)
  returning id into entry;
  perform set_config('rowhook.recorded', entry::text, true);
end
$$;
comment on function webhooks_private.audit_secret(text, webhooks.endpoints, jsonb) is
  'Records what is about to become of an endpoint''s secrets, and that it is recorded: the trigger of their table need not.';

create function webhooks.rotate_secret(endpoint_id uuid, overlap interval default '24 hours', secret text default null) returns text
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
declare
  endpoint   webhooks.endpoints := webhooks_private.endpoint_of_caller(rotate_secret.endpoint_id);
  new_secret text               := coalesce(rotate_secret.secret, webhooks_private.new_secret());
begin
  perform webhooks_private.check_secret(new_secret, endpoint.signature_profile);
  if rotate_secret.overlap is null or rotate_secret.overlap not between '0' and '30 days' then
    raise exception using errcode = 'WHOVL',
      message = format('The overlap of a rotation cannot be %s.', coalesce(rotate_secret.overlap::text, 'null')),
      detail  = 'While it lasts the old secret signs beside the new one; 0 to 30 days are allowed.',
      hint    = 'Take as long as the receiver needs to learn the new secret, such as ''24 hours''.';
  end if;
  perform webhooks_private.renew_version(endpoint.id);
  perform webhooks_private.audit_secret('secret.rotated', endpoint, jsonb_build_object('overlap', rotate_secret.overlap));

  delete from webhooks_private.endpoint_secrets as s
   where s.endpoint_id = endpoint.id and s.purpose = 'signing' and s.expires_at <= now();
  if (select count(*) from webhooks_private.endpoint_secrets as s where s.endpoint_id = endpoint.id and s.purpose = 'signing') >= 5 then
    raise exception using errcode = 'WHLIM',
      message = 'The endpoint has 5 signing secrets that are still valid.',
      detail  = 'Each of them signs every request until its overlap ends.',
      hint    = 'Wait for one to end, or replace them all at once by webhooks.set_secret.';
  end if;
  update webhooks_private.endpoint_secrets as s
     set expires_at = now() + rotate_secret.overlap
   where s.endpoint_id = endpoint.id and s.purpose = 'signing' and s.expires_at is null;
  insert into webhooks_private.endpoint_secrets (endpoint_id, secret, created_at)
  values (endpoint.id, new_secret, clock_timestamp()); -- later than one of the same transaction
  return new_secret;
end
$$;
comment on function webhooks.rotate_secret(uuid, interval, text) is
  'Gives the endpoint a new signing secret (or the one given) and returns it. The one before signs beside it until the overlap ends, so that the receiver can change over at leisure.';

create function webhooks.set_secret(endpoint_id uuid, secret text) returns void
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
declare
  endpoint webhooks.endpoints := webhooks_private.endpoint_of_caller(set_secret.endpoint_id);
begin
  perform webhooks_private.check_secret(coalesce(set_secret.secret, ''), endpoint.signature_profile);
  perform webhooks_private.renew_version(endpoint.id);
  perform webhooks_private.audit_secret('secret.set', endpoint);
  delete from webhooks_private.endpoint_secrets as s where s.endpoint_id = endpoint.id and s.purpose = 'signing';
  insert into webhooks_private.endpoint_secrets (endpoint_id, secret) values (endpoint.id, set_secret.secret);
end
$$;
comment on function webhooks.set_secret(uuid, text) is
  'Replaces all signing secrets of the endpoint by this one, at once: for a receiver that has one already, or when one has leaked.';

create function webhooks.stored_secret(endpoint_id uuid, out tenant_id text, out secret text)
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
declare
  endpoint webhooks.endpoints := webhooks_private.endpoint_of_caller(stored_secret.endpoint_id);
begin
  perform webhooks_private.audit('secret.revealed', endpoint.tenant_id, 'endpoint', endpoint.id::text);
  tenant_id := endpoint.tenant_id;
  secret    := (select s.secret
                  from webhooks_private.endpoint_secrets as s
                 where s.endpoint_id = endpoint.id and s.purpose = 'signing' and s.expires_at is null
                 order by s.created_at desc
                 limit 1);
end
$$;
comment on function webhooks.stored_secret(uuid) is
  'The current signing secret of the endpoint as it lies in the table: sealed, or as it is where there is no key. Audited as revealed, since whoever has the key opens it.';

create function webhooks.reveal_secret(endpoint_id uuid) returns text
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
declare
  stored record := webhooks.stored_secret(reveal_secret.endpoint_id);
begin
  if webhooks_private.is_sealed(stored.secret) then
    raise exception using errcode = 'WHSLD',
      message = format('The secret of endpoint %L is sealed.', reveal_secret.endpoint_id),
      detail  = 'Its key (WEBHOOK_SECRETS_KEY) is known to the server and the workers, and not to PostgreSQL.',
      hint    = format('With that key in the environment: rowhook endpoints reveal-secret %s, or revealSecret of the API.', reveal_secret.endpoint_id);
  end if;
  return stored.secret;
end
$$;
comment on function webhooks.reveal_secret(uuid) is
  'The current signing secret of the endpoint, where it lies as it is. Audited. Raises WHSLD for a sealed one.';

create function webhooks.set_oauth_secret(endpoint_id uuid, secret text) returns void
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
declare
  endpoint webhooks.endpoints := webhooks_private.endpoint_of_caller(set_oauth_secret.endpoint_id);
begin
  if not coalesce(webhooks_private.is_sealed(set_oauth_secret.secret) and length(set_oauth_secret.secret) <= 6000
                  or length(set_oauth_secret.secret) between 1 and 4096
                     and set_oauth_secret.secret !~ '[[:cntrl:]]'
                     and set_oauth_secret.secret not like 'sealed.%', false) then
    raise exception using errcode = 'WHOAS',
      message = 'The OAuth 2 client secret has the wrong form.',
      detail  = 'It needs 1 to 4,096 characters, none of them a control character, and may not begin with "sealed.".',
      hint    = 'Take it as the authorization server gave it.';
  end if;
  perform webhooks_private.renew_version(endpoint.id);
  perform webhooks_private.audit_secret('oauth_secret.set', endpoint);
  delete from webhooks_private.endpoint_secrets as s where s.endpoint_id = endpoint.id and s.purpose = 'oauth2_client';
  insert into webhooks_private.endpoint_secrets (endpoint_id, purpose, secret) values (endpoint.id, 'oauth2_client', set_oauth_secret.secret);
end
$$;
comment on function webhooks.set_oauth_secret(uuid, text) is
  'Sets the client secret with which the endpoint''s auth (OAuth 2 client credentials) asks for tokens.';

-- Down Migration
drop function webhooks.set_oauth_secret(uuid, text);
drop function webhooks.reveal_secret(uuid);
drop function webhooks.stored_secret(uuid);
drop function webhooks.set_secret(uuid, text);
drop function webhooks.rotate_secret(uuid, interval, text);
drop function webhooks_private.audit_secret(text, webhooks.endpoints, jsonb);
drop function webhooks_private.renew_version(uuid);
