-- Up Migration
-- Which headers of its own an endpoint may send.

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

-- Down Migration
drop function webhooks_private.check_headers(jsonb);
