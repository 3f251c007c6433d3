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
    select wrong.problem
      into problem
      from jsonb_each(headers) as h
     cross join lateral (select h.value #>> '{}' as text) as v
     cross join lateral (
           select case
                    when h.key !~ '^[!#$%&''*+.^_`|~0-9A-Za-z-]{1,128}$'                      then format('%L is not a header name.', h.key)
                    when lower(h.key) ~ reserved                                              then format('%L is set by Rowhook or by the connection.', h.key)
                    when jsonb_typeof(h.value) <> 'string'                                    then format('The value of %L is not a string.', h.key)
                    when webhooks_private.is_sealed(v.text) and length(v.text) <= 6000        then null
                    when v.text like 'sealed.%'                                               then format('The value of %L begins with "sealed.", as sealed ones alone may.', h.key)
                    when length(v.text) > 4096                                                then format('The value of %L is longer than 4,096 characters.', h.key)
                    when v.text ~ '[^\x20-\x7e\t]'                                           then format('The value of %L holds a character that is not printable ASCII.', h.key)
                  end as problem) as wrong
     where wrong.problem is not null
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
