-- Up Migration
-- What an endpoint may look like. The spelling of addresses is judged in TypeScript; the rest here, for every writer.

create function webhooks_private.check_url(url text) returns void
language plpgsql stable
set search_path = pg_catalog, pg_temp as $$
declare
  rules     webhooks.settings;
  parts     text[] := regexp_match(url, '^([A-Za-z][A-Za-z0-9+.-]*)://([^/?#]*)');
  scheme    text   := lower(parts[1]);
  authority text   := parts[2];
  host      text[] := regexp_match(authority, '^(\[[0-9A-Fa-f:.]+\]|[^:@\[\]]+)(?::([0-9]{1,5}))?$');
  port      integer;
begin
  select * into strict rules from webhooks.settings;

  if length(url) > 2048 then
    raise exception using errcode = 'WHURL',
      message = format('Endpoint URL is %s characters long.', length(url)),
      detail  = 'At most 2,048 are allowed.',
      hint    = 'Shorten the path or the query.';
  end if;
  -- Before any message that shows the URL.
  if authority like '%@%' then
    raise exception using errcode = 'WHURL',
      message = 'Endpoint URL holds a user name or password.',
      detail  = 'They would be dropped by the client and shown in logs.',
      hint    = 'Send credentials in a header of the endpoint, or use its auth.';
  end if;
  if scheme is null or scheme not in ('http', 'https') then
    raise exception using errcode = 'WHURL',
      message = format('Endpoint URL %L is not an absolute http(s) URL.', url),
      detail  = 'Webhooks are posted over HTTP.',
      hint    = 'Write it as https://host/path.';
  end if;
  if scheme = 'http' and not rules.allow_http then
    raise exception using errcode = 'WHURL',
      message = format('Endpoint URL %L is not https.', url),
      detail  = 'Payloads are signed, not encrypted, so they may only travel over TLS.',
      hint    = 'Use an https:// URL, or set WEBHOOK_ALLOW_HTTP=true in development.';
  end if;
  if host is null or url ~ '[[:cntrl:][:space:]\\]' then
    raise exception using errcode = 'WHURL',
      message = format('Endpoint URL %L has no usable host.', url),
      detail  = 'A host name or address must follow the two slashes, and no space, backslash or control character may occur.',
      hint    = 'Write it as https://host/path.';
  end if;
  port := coalesce(host[2]::integer, case scheme when 'https' then 443 else 80 end);
  if port not between 1 and 65535 then
    raise exception using errcode = 'WHURL',
      message = format('Endpoint URL names port %s.', port),
      detail  = 'Ports go from 1 to 65535.',
      hint    = 'Correct the number, or leave it out for 443.';
  end if;
  if cardinality(rules.allow_ports) > 0 and port <> all (rules.allow_ports) then
    raise exception using errcode = 'WHPRT',
      message = format('Endpoint URL uses port %s.', port),
      detail  = format('Allowed are %s.', array_to_string(rules.allow_ports, ', ')),
      hint    = 'Serve it on one of those, or have the operator extend WEBHOOK_ALLOW_PORTS.';
  end if;
end
$$;
comment on function webhooks_private.check_url(text) is
  'Raises WHURL unless the URL is absolute, https (or http where allowed), without user name, with a host and an allowed port.';

create function webhooks_private.check_patterns(patterns text[]) returns void
language plpgsql stable
set search_path = pg_catalog, pg_temp as $$
declare
  odd text;
begin
  if coalesce(cardinality(patterns), 0) = 0 or array_position(patterns, null) is not null then
    raise exception using errcode = 'WHPAT',
      message = 'The endpoint asks for no event.',
      detail  = 'events is empty or holds a null.',
      hint    = 'Name event types, such as {sale.completed}, {sale.*} or {*}.';
  end if;
  if cardinality(patterns) > 200 then
    raise exception using errcode = 'WHPAT',
      message = format('The endpoint names %s event types.', cardinality(patterns)),
      detail  = 'At most 200 are allowed.',
      hint    = 'Use patterns, such as {sale.*}.';
  end if;
  select p into odd from unnest(patterns) as p where p !~ '^(\*|[a-z0-9_]+(\.[a-z0-9_]+)+|[a-z0-9_]+(\.[a-z0-9_]+)*\.\*)$' limit 1;
  if odd is not null then
    raise exception using errcode = 'WHEVT',
      message = format('%L is neither an event type nor a pattern.', odd),
      detail  = 'Allowed are exact names (sale.created), a star at the end (sale.*) and the star alone (*).',
      hint    = coalesce('Did you mean: ' || webhooks_private.near_event_types(odd) || '?', 'See webhooks.event_types for the names.');
  end if;
  select p into odd
    from unnest(patterns) as p
   where p <> '*'
     and not exists (select from webhooks.event_types as t
                      where t.name = p or (right(p, 2) = '.*' and starts_with(t.name, left(p, -1))))
   limit 1;
  if odd is not null then
    raise exception using errcode = 'WHPAT',
      message = format('No event type matches %L.', odd),
      detail  = 'The endpoint would wait for it in vain.',
      hint    = coalesce('Did you mean: ' || webhooks_private.near_event_types(odd) || '?', 'See webhooks.event_types for the names.');
  end if;
end
$$;
comment on function webhooks_private.check_patterns(text[]) is
  'Raises WHPAT unless every pattern is well formed and matches an event type; names near ones.';

/*
 * Filters run inside domain transactions, so their cost is kept proportional to the size of the event: a tenant must not
 * be able to hold up the application. The canonical text of a jsonpath quotes every key and string; once the quoted
 * parts are empty, each dot or bracket is a step. What is refused beyond length and steps grows faster than the event:
 * 8,000 elements compared with 8,000 took 0.8 s, 300 searched inside 300 inside 300 took 8 s, and $[0,0][0,0]… doubles each time.
 */
create function webhooks_private.looks_back(bare text) returns boolean
language plpgsql immutable
set search_path = pg_catalog, pg_temp as $$
declare
  depth     integer := 0;
  filter_at integer; -- depth of the outermost filter that is open
  c         text;
begin
  for i in 1 .. length(bare) loop
    c := substr(bare, i, 1);
    if c = '(' then
      depth := depth + 1;
      if filter_at is null and i > 1 and substr(bare, i - 1, 1) = '?' then
        filter_at := depth;
      end if;
    elsif c = ')' then
      if filter_at = depth then
        filter_at := null;
      end if;
      depth := depth - 1;
    elsif c = '$' and filter_at is not null then
      return true;
    end if;
  end loop;
  return false;
end
$$;
comment on function webhooks_private.looks_back(text) is
  'Whether a jsonpath, its quoted parts emptied, goes back to the root ($) inside a filter ?(…), which would be walked once for each item.';

create function webhooks_private.check_filter(filter jsonpath) returns void
language plpgsql immutable
set search_path = pg_catalog, pg_temp as $$
declare
  bare    text := regexp_replace(filter::text, '"(\\.|[^"\\])*"', '""', 'g');
  problem text;
begin
  problem := case
    when length(filter::text) > 512              then format('It is %s characters long; at most 512 are allowed.', length(filter::text))
    when strpos(bare, 'like_regex') > 0          then 'like_regex is not allowed: its cost has no bound.'
    when strpos(bare, '**') > 0                  then '** is not allowed: its cost has no bound.'
    when regexp_count(bare, '[.\[]') > 20        then format('It has %s steps; at most 20 are allowed.', regexp_count(bare, '[.\[]'))
    when strpos(bare, '.keyvalue(') > 0          then '.keyvalue() is not allowed: each one triples what the next step sees.'
    when bare ~ ' [*/%] '                        then 'Multiplication and division are not allowed: large numbers make them slow.'
    when bare ~ '\[[^\]]*[$@,]'                  then 'A subscript is *, one number or one range: lists and paths in it multiply.'
    when bare ~ '(==|!=|<|>)[^&|)]*[$@]'         then 'A comparison needs a fixed value on its right side: two paths are compared item by item.'
    when webhooks_private.looks_back(bare)       then '$ is not allowed inside ?(…), where it would be walked once for each item; @ is the item.'
  end;
  if problem is not null then
    raise exception using errcode = 'WHFIL',
      message = 'The filter is too costly to run inside your transactions.',
      detail  = problem,
      hint    = 'Filter on a few fields, such as $.data.amount ? (@ > 100), and do the rest in the receiver.';
  end if;
end
$$;
comment on function webhooks_private.check_filter(jsonpath) is
  'Raises WHFIL for a filter whose cost could grow faster than the event: beyond 512 characters or 20 steps, with like_regex, **, keyvalue, multiplication, lists as subscripts, a path on the right of a comparison, or $ inside a filter.';

create function webhooks_private.check_headers(headers jsonb) returns void
language plpgsql immutable
set search_path = pg_catalog, pg_temp as $$
declare
  reserved constant text := '^(content-type|user-agent|webhook-.*|x-event|x-signature|host|content-length|transfer-encoding|connection|te|trailer|upgrade|expect|keep-alive|proxy-.*|cookie)$';
  problem text;
begin
  if jsonb_typeof(headers) <> 'object' then
    problem := 'headers must be an object of names and values.';
  elsif (select count(*) from jsonb_object_keys(headers)) > 50 then
    problem := 'At most 50 headers are allowed.';
  else
    select case
             when key !~ '^[!#$%&''*+.^_`|~0-9A-Za-z-]{1,128}$'    then format('%L is not a header name.', key)
             when lower(key) ~ reserved                            then format('%L is set by Rowhook or by the connection.', key)
             when jsonb_typeof(value) <> 'string'                  then format('The value of %L is not a string.', key)
             when length(value #>> '{}') > 4096                    then format('The value of %L is longer than 4,096 characters.', key)
             when value #>> '{}' ~ '[^\x20-\x7e\t]'                then format('The value of %L holds a character that is not printable ASCII.', key)
           end
      into problem
      from jsonb_each(headers)
     where key !~ '^[!#$%&''*+.^_`|~0-9A-Za-z-]{1,128}$'
        or lower(key) ~ reserved
        or jsonb_typeof(value) <> 'string'
        or length(value #>> '{}') > 4096
        or value #>> '{}' ~ '[^\x20-\x7e\t]'
     limit 1;
  end if;
  if problem is not null then
    raise exception using errcode = 'WHHDR',
      message = 'The headers of the endpoint cannot be sent.',
      detail  = problem,
      hint    = 'Use names and values of printable ASCII, and leave the reserved ones out (docs/errors.md lists them).';
  end if;
end
$$;
comment on function webhooks_private.check_headers(jsonb) is
  'Raises WHHDR for a header that is reserved, no string, or not printable ASCII.';

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
drop function webhooks_private.check_headers(jsonb);
drop function webhooks_private.check_filter(jsonpath);
drop function webhooks_private.looks_back(text);
drop function webhooks_private.check_patterns(text[]);
drop function webhooks_private.check_url(text);
