-- Up Migration
-- How far secrets are sealed, and a record of every change of one, whoever makes it.

create function webhooks_private.sealing_figures()
returns table (key_id text, secrets bigint, headers bigint, endpoints bigint)
language sql stable security definer
set search_path = pg_catalog, pg_temp
begin atomic
  with stored as (
    select s.endpoint_id, webhooks_private.key_of(s.secret) as key_id, 1 as secrets, 0 as headers
      from webhooks_private.endpoint_secrets as s
     union all
    select p.id, webhooks_private.key_of(h.value), 0, 1
      from webhooks.endpoints as p cross join lateral jsonb_each_text(p.headers) as h
  )
  select s.key_id, sum(s.secrets), sum(s.headers), count(distinct s.endpoint_id)
    from stored as s
   group by s.key_id;
end;
comment on function webhooks_private.sealing_figures() is
  'Secrets and header values by the key that has sealed them. Null: they lie as they are.';

create function webhooks_private.sealed_values(after uuid default null, batch integer default 5000)
returns table (endpoint_id uuid, tenant_id text, name text, purpose text, sealed text)
language sql stable security definer
set search_path = pg_catalog, pg_temp
begin atomic
  with picked as (
    select p.id, p.tenant_id, p.name, p.headers
      from webhooks.endpoints as p
     where p.deleted_at is null and (after is null or p.id > after)
     order by p.id
     limit batch)
  select p.id, p.tenant_id, p.name, s.purpose, s.secret
    from picked as p
    join webhooks_private.endpoint_secrets as s on s.endpoint_id = p.id
   where s.secret like 'sealed.%' and coalesce(s.expires_at, 'infinity') > now()
   union all
  select p.id, p.tenant_id, p.name, 'header ' || lower(h.key), h.value
    from picked as p cross join lateral jsonb_each_text(p.headers) as h
   where h.value like 'sealed.%'
   order by 1;
end;
comment on function webhooks_private.sealed_values(uuid, integer) is
  'What is sealed of a batch of endpoints, for doctor to see whether it opens. Of no use to whoever has no key.';

/*
 * rotate_secret and its like record what they do in words of their own before they do it, and name that record. Whatever
 * else writes the table, a statement by hand or the sealing itself, is recorded here.
 */
create function webhooks_private.tg_endpoint_secrets__audit() returns trigger
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp as $$
declare
  recorded bigint := nullif(current_setting('rowhook.recorded', true), '')::bigint;
begin
  case tg_op
    when 'INSERT' then
      perform webhooks_private.audit_secrets('secret.added', recorded, array_agg(n.endpoint_id), array_agg(n.purpose), array_agg(webhooks_private.key_of(n.secret)))
         from new_secrets as n having count(*) > 0;
    when 'DELETE' then
      perform webhooks_private.audit_secrets('secret.removed', recorded, array_agg(o.endpoint_id), array_agg(o.purpose), array_agg(null::text))
         from old_secrets as o having count(*) > 0;
    else
      perform webhooks_private.audit_secrets(what.action, recorded, array_agg(n.endpoint_id), array_agg(n.purpose), array_agg(webhooks_private.key_of(n.secret)))
         from new_secrets as n
         full join old_secrets as o on o.id = n.id
        cross join lateral (
              select case when n.endpoint_id is distinct from o.endpoint_id or n.purpose is distinct from o.purpose then 'secret.moved'
                          when n.secret <> o.secret and webhooks_private.is_sealed(n.secret)                        then 'secret.sealed'
                          when n.secret <> o.secret                                                                 then 'secret.changed'
                          when n.expires_at is distinct from o.expires_at                                           then 'secret.expiry_changed' end as action) as what
        where what.action is not null
        group by what.action;
  end case;
  return null;
end
$$;
comment on function webhooks_private.tg_endpoint_secrets__audit() is
  'Records that the secrets of an endpoint changed, and how: added, removed, sealed, changed; never what they are.';

create function webhooks_private.audit_secrets(action text, recorded bigint, endpoint_ids uuid[], purposes text[], key_ids text[]) returns void
language sql volatile
set search_path = pg_catalog, pg_temp
begin atomic
  insert into webhooks.audit_log (action, tenant_id, subject, subject_id, after)
  select audit_secrets.action, p.tenant_id, 'endpoint', p.id::text,
         jsonb_strip_nulls(jsonb_build_object('purpose', string_agg(distinct c.purpose, ', '), 'key', max(c.key_id)))
    from unnest(audit_secrets.endpoint_ids, audit_secrets.purposes, audit_secrets.key_ids) as c (endpoint_id, purpose, key_id)
    join webhooks.endpoints as p on p.id = c.endpoint_id -- a secret that goes with its endpoint is no news
   where p.created_at <> now()                            -- that it was made is recorded, and a secret is part of it
     and not exists (select from webhooks.audit_log as a
                      where a.id = audit_secrets.recorded and a.at = now() and a.subject_id = p.id::text and a.action <> 'secret.revealed')
   group by p.id, p.tenant_id;
end;
comment on function webhooks_private.audit_secrets(text, bigint, uuid[], text[], text[]) is
  'Records a change of secrets, a row for each endpoint, unless this transaction has recorded it as the entry that is named.';

create trigger _600_audit_added   after insert on webhooks_private.endpoint_secrets
  referencing new table as new_secrets
  for each statement execute function webhooks_private.tg_endpoint_secrets__audit();
create trigger _600_audit_changed after update on webhooks_private.endpoint_secrets
  referencing old table as old_secrets new table as new_secrets
  for each statement execute function webhooks_private.tg_endpoint_secrets__audit();
create trigger _600_audit_removed after delete on webhooks_private.endpoint_secrets
  referencing old table as old_secrets
  for each statement execute function webhooks_private.tg_endpoint_secrets__audit();

grant execute on function webhooks_private.sealing_figures(), webhooks_private.sealed_values(uuid, integer)
   to rowhook_dba;

-- Down Migration
drop trigger _600_audit_removed on webhooks_private.endpoint_secrets;
drop trigger _600_audit_changed on webhooks_private.endpoint_secrets;
drop trigger _600_audit_added on webhooks_private.endpoint_secrets;
drop function webhooks_private.audit_secrets(text, bigint, uuid[], text[], text[]);
drop function webhooks_private.tg_endpoint_secrets__audit();
drop function webhooks_private.sealed_values(uuid, integer);
drop function webhooks_private.sealing_figures();
