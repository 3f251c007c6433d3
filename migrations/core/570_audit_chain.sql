-- Up Migration
-- The audit log as a chain: each row is hashed with the one before it, so that a later change of any of them shows.

-- A row's place is given after its commit, not by its id: transactions commit in another order than they take ids.
create table webhooks_private.audit_chain (
  link      bigint not null,
  audit_id  bigint not null,
  hash      bytea  not null,

  constraint audit_chain_pkey     primary key (link),
  constraint audit_chain_row_once unique (audit_id)
);
alter table webhooks_private.audit_chain enable row level security, force row level security;
create policy owner_does_all on webhooks_private.audit_chain to rowhook_owner using (true) with check (true);

comment on table  webhooks_private.audit_chain          is 'The chain over the audit log. Its first link is the checkpoint of what was pruned before it.';
comment on column webhooks_private.audit_chain.link     is 'Place in the chain, without gaps.';
comment on column webhooks_private.audit_chain.audit_id is 'The row of the audit log.';
comment on column webhooks_private.audit_chain.hash     is 'SHA-256 of the hash before it and of the row.';

create table webhooks_private.audit_unchained (
  audit_id  bigint not null,

  constraint audit_unchained_pkey primary key (audit_id)
);
alter table webhooks_private.audit_unchained enable row level security, force row level security;
create policy owner_does_all on webhooks_private.audit_unchained to rowhook_owner using (true) with check (true);

comment on table  webhooks_private.audit_unchained          is 'Rows of the audit log that wait for their place in the chain: however late one commits, it is found.';
comment on column webhooks_private.audit_unchained.audit_id is 'The row of the audit log.';

create function webhooks_private.tg_audit_log__await_chain() returns trigger
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp as $$
begin
  insert into webhooks_private.audit_unchained (audit_id) select n.id from new_entries as n;
  return null;
end
$$;
comment on function webhooks_private.tg_audit_log__await_chain() is
  'Hands new rows of the audit log to the chain.';
create trigger _500_await_chain
  after insert on webhooks.audit_log
  referencing new table as new_entries
  for each statement execute function webhooks_private.tg_audit_log__await_chain();
insert into webhooks_private.audit_unchained (audit_id) select a.id from webhooks.audit_log as a;

create function webhooks_private.audit_text(entry webhooks.audit_log) returns text
language sql immutable
set search_path = pg_catalog, pg_temp
begin atomic
  -- The time as a number: as a text it would depend on the time zone of the session.
  select jsonb_build_array((entry).id, extract(epoch from (entry).at), (entry).actor, (entry).tenant_id, (entry).action,
                           (entry).subject, (entry).subject_id, (entry).before, (entry).after, (entry).origin)::text;
end;
comment on function webhooks_private.audit_text(webhooks.audit_log) is
  'What of a row of the audit log goes into its hash: everything.';

/*
 * A loop, because each hash needs the one before. One caller at a time; writers are never waited for.
 */
create function webhooks_private.chain_audit_log(batch integer default 1000, out chained integer, out head bytea)
language plpgsql volatile
set search_path = pg_catalog, pg_temp as $$
declare
  last_link bigint;
  entry     webhooks.audit_log;
begin
  chained := 0;
  if not pg_try_advisory_xact_lock(hashtextextended('rowhook audit chain', 5783416490)) then
    return;
  end if;
  select c.link, c.hash into last_link, head from webhooks_private.audit_chain as c order by c.link desc limit 1;
  for entry in
    select a.*
      from webhooks_private.audit_unchained as u
      join webhooks.audit_log               as a on a.id = u.audit_id
     order by u.audit_id
     limit batch
  loop
    delete from webhooks_private.audit_unchained as u where u.audit_id = entry.id;
    chained   := chained + 1;
    last_link := coalesce(last_link, 0) + 1;
    head      := sha256(coalesce(head, '') || convert_to(webhooks_private.audit_text(entry), 'utf8'));
    insert into webhooks_private.audit_chain (link, audit_id, hash) values (last_link, entry.id, head);
  end loop;
end
$$;
comment on function webhooks_private.chain_audit_log(integer) is
  'Chains committed rows of the audit log that are not chained yet, at most a batch. Returns how many, and the newest hash. For the worker, once a second.';

create function webhooks_private.tg_audit_log__checkpoint() returns trigger
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp as $$
begin
  -- The link before the first whose row is there stays, as what the rest is chained to; where no row is left, the last.
  delete from webhooks_private.audit_chain as c
   where c.link < coalesce((select k.link - 1
                              from webhooks_private.audit_chain as k
                              join webhooks.audit_log           as a on a.id = k.audit_id
                             order by k.link
                             limit 1),
                           (select max(k.link) from webhooks_private.audit_chain as k));
  return null;
end
$$;
comment on function webhooks_private.tg_audit_log__checkpoint() is
  'When the oldest rows are pruned: forgets their links but the last, the checkpoint.';

create trigger _500_checkpoint
  after delete on webhooks.audit_log
  referencing old table as old_entries
  for each statement execute function webhooks_private.tg_audit_log__checkpoint();

create function webhooks.verify_audit_log(newest bigint default null) returns table (audit_id bigint, problem text)
language sql stable security definer
set search_path = pg_catalog, pg_temp
begin atomic
  with chain as (
    select c.link, c.audit_id, c.hash, a.id,
           lag(c.hash) over (order by c.link) as before,
           lag(c.link) over (order by c.link) as link_before,
           case when a.id is not null then convert_to(webhooks_private.audit_text(a), 'utf8') end as entry
      from (select n.* from webhooks_private.audit_chain as n order by n.link desc limit newest + 1) as c
      left join webhooks.audit_log as a on a.id = c.audit_id
  )
  select c.audit_id,
         case when c.id is null                     then 'The row is gone.'
              when c.link <> c.link_before + 1      then 'Rows before it are gone.'
              else 'The row has changed, or the one before it.' end
    from chain as c
   where case when c.link_before is null then c.link = 1 and (c.id is null or c.hash <> sha256(c.entry))
              else c.id is null or c.link <> c.link_before + 1 or c.hash is distinct from sha256(c.before || c.entry) end
  union all
  select a.id, 'The row was written behind the chain, or nobody has chained for ten minutes.'
    from webhooks.audit_log as a
   where not exists (select from webhooks_private.audit_chain as c where c.audit_id = a.id)
     and a.at < now() - interval '10 minutes'
     and (newest is null or a.id >= (select min(c.audit_id) from chain as c))
   order by 1;
end;
comment on function webhooks.verify_audit_log(bigint) is
  'Rows of the audit log that were changed, removed or slipped in since they were chained, among the newest so many (null: all). No row: none were. Compare the newest hash with the one in the log of the workers to see that the end is not cut off.';

create function webhooks.audit_verification(
  newest integer default 10000,
  out checked integer,
  out broken  integer,
  out first_broken bigint,
  out problem text,
  out waiting integer,
  out since   timestamptz,
  out head    text
)
language sql stable security definer
set search_path = pg_catalog, pg_temp
begin atomic
  with bound as (select least(greatest(coalesce(newest, 10000), 1), 100000) as most),
       links as (select c.audit_id, c.hash, c.link from webhooks_private.audit_chain as c order by c.link desc limit (select b.most from bound as b)),
       found as (select v.audit_id, v.problem from bound as b cross join lateral webhooks.verify_audit_log(b.most) as v)
  select (select count(*) from links)::integer,
         (select count(*) from found)::integer,
         (select min(f.audit_id) from found as f),
         (select f.problem from found as f order by f.audit_id limit 1),
         (select count(*) from webhooks_private.audit_unchained)::integer,
         (select a.at from webhooks.audit_log as a where a.id = (select l.audit_id from links as l order by l.link limit 1)),
         (select encode(l.hash, 'hex') from links as l order by l.link desc limit 1);
end;
comment on function webhooks.audit_verification(integer) is
  'Whether the newest entries of the audit log (10,000; 100,000 at the most) agree with their chain: how many were checked, how many do not agree and the first of them, how many wait to be chained, since when it was checked, and the newest hash. For all tenants: the chain is one.';

grant execute on function webhooks.verify_audit_log(bigint) to rowhook_dba, rowhook_operator;
grant execute on function webhooks.audit_verification(integer) to rowhook_dba, rowhook_tenant_owner, rowhook_operator;

-- Down Migration
drop function webhooks.audit_verification(integer);
drop function webhooks.verify_audit_log(bigint);
drop trigger _500_checkpoint on webhooks.audit_log;
drop function webhooks_private.tg_audit_log__checkpoint();
drop function webhooks_private.chain_audit_log(integer);
drop function webhooks_private.audit_text(webhooks.audit_log);
drop trigger _500_await_chain on webhooks.audit_log;
drop function webhooks_private.tg_audit_log__await_chain();
drop table webhooks_private.audit_unchained;
drop table webhooks_private.audit_chain;
