-- Up Migration
-- Keys with which machines use the API: shown once, kept as a hash.

create function webhooks_private.key_hash(key text) returns bytea
language sql immutable parallel safe
return sha256(convert_to(key, 'utf8'));
comment on function webhooks_private.key_hash(text) is
  'What is kept of a key. A plain hash is enough: 256 random bits cannot be guessed, however fast the hash.';

create function webhooks.create_api_key(
  name       text,
  role       text,
  tenant_id  text        default null,
  expires_at timestamptz default null,
  out id      uuid,
  out new_key text
)
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
declare
  tenant text := webhooks_private.tenant_of_caller(create_api_key.tenant_id);
begin
  if coalesce(create_api_key.role, '') not in ('viewer', 'manager', 'owner') then
    raise exception using errcode = 'WHVAL', column = 'role',
      message = format('A key cannot have role %L.', create_api_key.role),
      detail  = 'Roles of keys: viewer, manager, owner.',
      hint    = 'Take the least that is enough: viewer reads, manager also acts, owner also sees secrets.';
  end if;
  if length(trim(coalesce(create_api_key.name, ''))) not between 1 and 200 then
    raise exception using errcode = 'WHVAL', column = 'name',
      message = 'A key needs a name of 1 to 200 characters.',
      detail  = 'By it people know years later which one to revoke.',
      hint    = 'Name the machine or program that will use it.';
  end if;
  if create_api_key.expires_at <= now() then
    raise exception using errcode = 'WHVAL', column = 'expires_at',
      message = 'The key would have expired already.',
      detail  = format('It would end at %s.', create_api_key.expires_at),
      hint    = 'Give a later time, or none.';
  end if;
  perform webhooks_private.one_by_one(tenant);
  if (select count(*) from webhooks.api_keys as k where k.tenant_id = tenant and k.revoked_at is null and (k.expires_at is null or k.expires_at > now())) >= 100 then
    raise exception using errcode = 'WHLIM',
      message = format('Tenant %L has 100 valid keys.', tenant),
      detail  = 'Nobody can watch over more.',
      hint    = 'Revoke those that are not needed.';
  end if;
  new_key := 'rhk_' || rtrim(translate(substr(webhooks_private.new_secret(), 7), '+/', '-_'), '=');
  insert into webhooks.api_keys (tenant_id, name, role, key_hash, created_by, expires_at)
  values (tenant, trim(create_api_key.name), create_api_key.role, webhooks_private.key_hash(new_key),
          coalesce(nullif(current_setting('rowhook.user', true), ''), session_user), create_api_key.expires_at)
  returning api_keys.id into id;
  perform webhooks_private.audit('api_key.created', tenant, 'api_key', id::text,
                                 jsonb_build_object('name', trim(create_api_key.name), 'role', create_api_key.role, 'expires_at', create_api_key.expires_at));
end
$$;
comment on function webhooks.create_api_key(text, text, text, timestamptz) is
  'Makes a key for machines. Returns its id and the key, which is not shown again.';

create function webhooks.revoke_api_key(id uuid) returns webhooks.api_keys
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
declare
  found_key webhooks.api_keys;
begin
  select k.* into found_key
    from webhooks.api_keys as k
   where k.id = revoke_api_key.id
     and webhooks_private.caller_reaches(k.tenant_id)
     for update;
  if found_key.id is null then
    raise exception using errcode = 'WHNOF',
      message = format('There is no API key %L.', revoke_api_key.id),
      detail  = 'None that you may touch has this id.',
      hint    = 'webhooks.api_keys lists them.';
  end if;
  if found_key.revoked_at is null then
    update webhooks.api_keys as k set revoked_at = now() where k.id = found_key.id returning k.* into found_key;
    perform webhooks_private.audit('api_key.revoked', found_key.tenant_id, 'api_key', found_key.id::text);
  end if;
  return found_key;
end
$$;
comment on function webhooks.revoke_api_key(uuid) is
  'Ends a key: the next request with it is refused. Revoking twice is no error.';

create function webhooks_private.identify_key(hash bytea) returns table (id uuid, tenant_id text, role text, expires_at timestamptz)
language sql stable security definer
set search_path = pg_catalog, pg_temp
begin atomic
  select k.id, k.tenant_id, k.role, k.expires_at
    from webhooks.api_keys as k
   where k.key_hash = identify_key.hash
     and k.revoked_at is null
     and (k.expires_at is null or k.expires_at > now());
end;
comment on function webhooks_private.identify_key(bytea) is
  'Whose key has this hash (never the key itself: a server that logs parameters would log it); no row for one that is unknown, revoked or expired. All that the login of the server may call before it takes a role.';

grant execute on function webhooks.create_api_key(text, text, text, timestamptz), webhooks.revoke_api_key(uuid)
   to rowhook_dba, rowhook_tenant_owner, rowhook_operator;
grant usage on schema webhooks_private to rowhook_api;
grant execute on function webhooks_private.identify_key(bytea) to rowhook_api;

-- Down Migration
revoke usage on schema webhooks_private from rowhook_api;
drop function webhooks_private.identify_key(bytea);
drop function webhooks.revoke_api_key(uuid);
drop function webhooks.create_api_key(text, text, text, timestamptz);
drop function webhooks_private.key_hash(text);
