-- Up Migration
-- Keys are UUIDs of version 7 (RFC 9562): sorted by time, so that the log tables can be partitioned on them.

/*
 * PostgreSQL 18 brings uuidv7(). Before it: 48 bits of milliseconds, then 12 bits of the fraction below (as 18 does it:
 * steps of about 0.24 µs), then 62 random bits of gen_random_uuid(), whose source is the strong generator of the server.
 */
do $$
begin
  if current_setting('server_version_num')::integer >= 180000 then
    create function webhooks_private.new_id() returns uuid
    language sql volatile parallel safe
    return uuidv7();
  else
    create function webhooks_private.new_id() returns uuid
    language sql volatile parallel safe
    return (
      select encode(
               substring(int8send((micros / 1000) << 16 | 28672 | ((micros % 1000) * 4096 / 1000)) from 1 for 8)
               || substring(uuid_send(gen_random_uuid()) from 9 for 8),
               'hex')::uuid
        from (select (extract(epoch from clock_timestamp()) * 1000000)::bigint as micros) as now
    );
  end if;
end
$$;
comment on function webhooks_private.new_id() is
  'A new key: UUID version 7 with sub-millisecond precision. uuidv7() on PostgreSQL 18, made by hand before.';

-- By bytes and binary numbers: by the text of the key and decimals each body that is sent took 1 µs more.
create function webhooks.occurred_at(id uuid) returns timestamptz
language sql immutable strict parallel safe
return to_timestamp((
  (get_byte(uuid_send(id), 0)::bigint << 40) + (get_byte(uuid_send(id), 1)::bigint << 32) + (get_byte(uuid_send(id), 2)::bigint << 24)
  + (get_byte(uuid_send(id), 3) << 16) + (get_byte(uuid_send(id), 4) << 8) + get_byte(uuid_send(id), 5)
  + (((get_byte(uuid_send(id), 6) & 15) << 8) + get_byte(uuid_send(id), 7)) / 4096.0::double precision
) / 1000);
comment on function webhooks.occurred_at(uuid) is
  'The time inside a key of version 7 (48 bits of milliseconds, 12 bits of their fraction): when the event happened.';

create function webhooks_private.least_id(at timestamptz) returns uuid
language sql immutable strict parallel safe
-- Times before 1970 and after 10889, infinite ones too, lie at the ends: 48 bits hold no more.
return (lpad(to_hex(least(greatest(floor(extract(epoch from at) * 1000), 0), 281474976710655)::bigint), 12, '0') || '00000000000000000000')::uuid;
comment on function webhooks_private.least_id(timestamptz) is
  'The least possible key of a moment: the bound of a partition or of a search by time.';

create function webhooks_private.delivery_id(event_id uuid, endpoint_id uuid) returns uuid
language sql immutable strict parallel safe
return overlay(md5(event_id::text || endpoint_id::text) placing left(event_id::text, 18) || '8' from 1 for 17)::uuid;
comment on function webhooks_private.delivery_id(uuid, uuid) is
  'The key of the delivery of an event to an endpoint: the first 64 bits of the event''s, then the variant and 60 bits of a hash of both. '
  'So the primary key itself forbids a second delivery, and a delivery lies in the partition of its event.';

create function webhooks_private.lane_lock(endpoint_id uuid) returns bigint
language sql immutable strict parallel safe
return hashtextextended(endpoint_id::text, 5783416490);
comment on function webhooks_private.lane_lock(uuid) is
  'The advisory lock whose holder owns the lane of an endpoint and keeps reading it.';

create function webhooks_private.call_lock(endpoint_id uuid) returns bigint
language sql immutable strict parallel safe
return hashtextextended(endpoint_id::text, 2718281828);
comment on function webhooks_private.call_lock(uuid) is
  'The advisory lock whose holder owns the lane of an endpoint and reads it when it is called.';

create function webhooks_private.try_lock(key bigint) returns boolean
language sql volatile
return pg_try_advisory_lock(key) or pg_try_advisory_lock(key) or pg_try_advisory_lock(key);
comment on function webhooks_private.try_lock(bigint) is
  'Takes an advisory lock of a lane for the session, in three tries: a writer that tests the lane holds it for some microseconds.';

create function webhooks_private.api_tenant() returns text
language sql stable parallel safe
return nullif(current_setting('rowhook.tenant_id', true), '');
comment on function webhooks_private.api_tenant() is
  'The tenant of an API request, as the server has set it for the transaction; null outside the API.';

-- Down Migration
drop function webhooks_private.api_tenant();
drop function webhooks_private.try_lock(bigint);
drop function webhooks_private.call_lock(uuid);
drop function webhooks_private.lane_lock(uuid);
drop function webhooks_private.delivery_id(uuid, uuid);
drop function webhooks_private.least_id(timestamptz);
drop function webhooks.occurred_at(uuid);
drop function webhooks_private.new_id();
