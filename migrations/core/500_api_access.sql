-- Up Migration
-- What API roles may not even read: values of headers (they hold credentials as often as not) and hashes of keys.

do $$
declare
  hidden record;
  shown  text;
begin
  for hidden in values ('endpoints', 'headers', 'rowhook_viewer, rowhook_manager, rowhook_tenant_owner, rowhook_operator'),
                       ('api_keys', 'key_hash', 'rowhook_tenant_owner, rowhook_operator') loop
    select string_agg(quote_ident(a.attname), ', ' order by a.attnum)
      into shown
      from pg_attribute as a
     where a.attrelid = format('webhooks.%I', hidden.column1)::regclass
       and a.attnum > 0
       and not a.attisdropped
       and a.attname <> hidden.column2;
    execute format('revoke select on webhooks.%I from %s', hidden.column1, hidden.column3);
    execute format('grant select (%s) on webhooks.%I to %s', shown, hidden.column1, hidden.column3);
  end loop;
end
$$;

create function webhooks_private.tenant_of_caller(tenant_id text) returns text
language plpgsql stable
set search_path = pg_catalog, pg_temp as $$
declare
  tenant text := coalesce(tenant_of_caller.tenant_id, webhooks_private.api_tenant(), 'default');
begin
  if length(tenant) not between 1 and 255 then
    raise exception using errcode = 'WHVAL', column = 'tenant_id',
      message = 'A tenant cannot be called that.',
      detail  = format('The name has %s characters; 1 to 255 are allowed.', length(tenant)),
      hint    = 'Give the name that its events and endpoints bear.';
  end if;
  if not webhooks_private.caller_reaches(tenant) then
    raise exception using errcode = 'WHTNT',
      message = format('You may not act for tenant %L.', tenant),
      detail  = format('This request is bound to %s.', coalesce(quote_literal(webhooks_private.api_tenant()), 'no tenant')),
      hint    = 'Leave the tenant out, or sign in for that one.';
  end if;
  return tenant;
end
$$;
comment on function webhooks_private.tenant_of_caller(text) is
  'The tenant that is named, else that of the API request, else default. Raises WHTNT when it is out of the caller''s reach, WHVAL when none can be called that.';

/*
 * Changes arrive as one JSON object, so that "not given" and "null" differ. Each value is tried by itself first, so that
 * the error can name the one that does not fit.
 */
create function webhooks_private.checked_changes(relation regclass, changes jsonb, allowed text[]) returns text[]
language plpgsql stable
set search_path = pg_catalog, pg_temp as $$
declare
  given  text[] := array(select key from jsonb_object_keys(changes) as key order by key);
  name   text;
begin
  select g into name from unnest(given) as g where g <> all (allowed) limit 1;
  if name is not null then
    raise exception using errcode = 'WHVAL', column = name,
      message = format('%L cannot be set.', name),
      detail  = format('What can be set: %s.', array_to_string(allowed, ', ')),
      hint    = 'Correct the name, or leave it out.';
  end if;
  foreach name in array given loop
    begin
      execute format('select (jsonb_populate_record(null::%s, $1)).%I', relation, name) using jsonb_build_object(name, changes -> name);
    exception when data_exception or syntax_error then
      raise exception using errcode = 'WHVAL', column = name,
        message = format('The value of %s cannot be read.', name),
        detail  = format('It has to be of type %s: %s.',
                         (select format_type(a.atttypid, a.atttypmod) from pg_attribute as a where a.attrelid = relation and a.attname = name), sqlerrm),
        hint    = 'Correct the value.';
    end;
  end loop;
  return given;
end
$$;
comment on function webhooks_private.checked_changes(regclass, jsonb, text[]) is
  'The columns that changes set, sorted. Raises WHVAL, naming the column, for one that may not be set and for a value that is not of its type.';

create function webhooks_private.refuse_value(relation regclass, rule text, fallback text, given text[]) returns void
language plpgsql stable
set search_path = pg_catalog, pg_temp as $$
declare
  broken record;
begin
  select a.attname, pg_get_constraintdef(c.oid) as definition
    into broken
    from pg_constraint     as c
    join pg_attribute      as a on a.attrelid = c.conrelid and a.attnum = any (c.conkey)
   where c.conrelid = relation and c.conname = rule
   order by a.attname = any (given) desc, array_position(c.conkey, a.attnum)
   limit 1;
  raise exception using errcode = 'WHVAL', column = coalesce(broken.attname, fallback),
    message = format('The value of %s is not allowed.', coalesce(broken.attname, fallback)),
    detail  = coalesce(format('It breaks the rule %s: %s.', rule, broken.definition), 'It may not be null.'),
    hint    = 'Correct the value, or leave it out.';
end
$$;
comment on function webhooks_private.refuse_value(regclass, text, text, text[]) is
  'Raises WHVAL for the constraint that a value broke, naming its column: of several the one that was given.';

create function webhooks_private.change_row(relation regclass, key_column text, key text, changes jsonb, allowed text[]) returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp as $$
declare
  given  text[] := webhooks_private.checked_changes(relation, changes, allowed);
  names  text   := (select string_agg(quote_ident(g), ', ') from unnest(given) as g);
  broken text;
  nulled text;
begin
  if names is null then
    return;
  end if;
  execute format('update %s as t set (%2$s) = (select %2$s from jsonb_populate_record(t, $1)) where t.%3$I::text = $2', relation, names, key_column)
    using changes, key;
exception when check_violation or not_null_violation then
  get stacked diagnostics broken = constraint_name, nulled = column_name;
  perform webhooks_private.refuse_value(relation, broken, nulled, given);
end
$$;
comment on function webhooks_private.change_row(regclass, text, text, jsonb, text[]) is
  'Changes the columns that an object names in the row with this key. Raises WHVAL, naming the column, for what may not be set or is not allowed.';

create function webhooks_private.must_have_all_tenants() returns void
language plpgsql stable
set search_path = pg_catalog, pg_temp as $$
begin
  if webhooks_private.api_tenant() is not null then
    raise exception using errcode = 'WHTNT',
      message = 'This concerns all tenants.',
      detail  = format('The request is bound to %L.', webhooks_private.api_tenant()),
      hint    = 'Sign in as an operator of all tenants: role operator, without tenant_id.';
  end if;
end
$$;
comment on function webhooks_private.must_have_all_tenants() is
  'Raises WHTNT for a request that is bound to a tenant.';

-- Down Migration
drop function webhooks_private.must_have_all_tenants();
drop function webhooks_private.change_row(regclass, text, text, jsonb, text[]);
drop function webhooks_private.refuse_value(regclass, text, text, text[]);
drop function webhooks_private.checked_changes(regclass, jsonb, text[]);
drop function webhooks_private.tenant_of_caller(text);
revoke select on webhooks.endpoints from rowhook_viewer, rowhook_manager, rowhook_tenant_owner, rowhook_operator;
revoke select on webhooks.api_keys  from rowhook_tenant_owner, rowhook_operator;
grant select on webhooks.endpoints to rowhook_viewer, rowhook_manager, rowhook_tenant_owner, rowhook_operator;
grant select on webhooks.api_keys  to rowhook_tenant_owner, rowhook_operator;
