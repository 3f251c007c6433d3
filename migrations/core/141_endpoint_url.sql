-- Up Migration
-- Which URLs may be posted to. The spelling of addresses is judged in TypeScript; the rest here, for every writer.

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

-- Down Migration
drop function webhooks_private.check_url(text);
