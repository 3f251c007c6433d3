-- Up Migration
-- Which database this is meant to be: a copy of it must not send what the original sends.

/*
 * What a managed service keeps from its users is null: the guard then sees less (docs/clone-guard.md). The timeline is
 * read off the name of the current log file, which needs no right; a standby has none.
 */
create function webhooks_private.this_database(out system_identifier text, out database_oid oid, out timeline integer)
language plpgsql volatile
set search_path = pg_catalog, pg_temp as $$
begin
  select d.oid into database_oid from pg_database as d where d.datname = current_database();
  begin
    select s.system_identifier::text into system_identifier from pg_control_system() as s;
  exception when insufficient_privilege or feature_not_supported or undefined_function then
    system_identifier := null;
  end;
  begin
    timeline := ('x' || left(pg_walfile_name(pg_current_wal_lsn()), 8))::bit(32)::integer;
  exception when others then
    timeline := null; -- in recovery, or a service that has no such log
  end;
end
$$;
comment on function webhooks_private.this_database() is
  'What tells this database from a copy: the system identifier of its server, its oid, and the timeline of the write-ahead log. Null: this server does not say.';

create function webhooks_private.fingerprint(place text, deployment text) returns text
language sql volatile
set search_path = pg_catalog, pg_temp
begin atomic
  select format('database %s (oid %s) of system %s at %s, deployment %s',
                current_database(), here.database_oid, coalesce(here.system_identifier, 'unknown'), place, coalesce(deployment, 'unnamed'))
    from webhooks_private.this_database() as here;
end;
comment on function webhooks_private.fingerprint(text, text) is
  'This database as a worker meets it: place is host and port as its DATABASE_URL names them, deployment its ROWHOOK_DEPLOYMENT.';

/*
 * Asked by every worker before it takes lanes and every 10 seconds. The answer is worked out anew each time from the
 * fingerprints and the pulse, which only a worker that may deliver writes: so a copy stays disarmed until somebody arms it.
 * disarmed_reason is for people. One worker that names the place differently does not write it while others deliver.
 */
create function webhooks_private.check_arming(place text, deployment text, out armed boolean, out reason text)
language plpgsql volatile
set search_path = pg_catalog, pg_temp as $$
declare
  here   record := webhooks_private.this_database();
  mine   text   := webhooks_private.fingerprint(place, deployment);
  arming webhooks_private.arming;
begin
  insert into webhooks_private.arming (fingerprints, armed_by) values (array[mine], 'the first worker')
      on conflict (one_row) do nothing;
  select a.* into strict arming from webhooks_private.arming as a for update;

  reason := case
    when mine <> all (arming.fingerprints)
    then format('it is armed as %s, and this is %s', array_to_string(arming.fingerprints, ' or '), mine)
    when here.timeline <> arming.pulse_timeline and arming.pulse_at < clock_timestamp() - interval '10 minutes'
    then format('its log is on timeline %s, and when it last delivered, at %s, it was on timeline %s: it has been restored',
                here.timeline, date_trunc('second', arming.pulse_at), arming.pulse_timeline)
  end;
  armed := reason is null;

  if armed then
    update webhooks_private.arming
       set pulse_at        = clock_timestamp(),
           pulse_timeline  = coalesce(here.timeline, pulse_timeline),
           disarmed_reason = null;
  elsif reason is distinct from arming.disarmed_reason
        and coalesce(arming.pulse_at, '-infinity') < clock_timestamp() - interval '30 seconds' then
    update webhooks_private.arming set disarmed_reason = reason;
  end if;
end
$$;
comment on function webhooks_private.check_arming(text, text) is
  'Whether a worker that meets the database like this may deliver, and why not. Arms a database that never was, and writes the pulse.';

create function webhooks_private.arm(place text, deployment text, add boolean default false) returns text[]
language plpgsql volatile
set search_path = pg_catalog, pg_temp as $$
declare
  mine   text := webhooks_private.fingerprint(place, deployment);
  armed  text[];
begin
  insert into webhooks_private.arming as a (fingerprints) values (array[mine])
      on conflict (one_row) do update
     set fingerprints    = case when arm.add then array_remove(a.fingerprints, mine) || mine else array[mine] end,
         armed_at        = now(),
         armed_by        = session_user,
         pulse_at        = null,
         pulse_timeline  = null,
         disarmed_reason = null
  returning fingerprints into armed;
  perform webhooks_private.audit('database.armed', null, 'database', current_database(), jsonb_build_object('fingerprints', armed));
  return armed;
end
$$;
comment on function webhooks_private.arm(text, text, boolean) is
  'Lets workers that meet this database like this deliver; add keeps those that could already. For rowhook arm. Returns the fingerprints.';

-- Down Migration
drop function webhooks_private.arm(text, text, boolean);
drop function webhooks_private.check_arming(text, text);
drop function webhooks_private.fingerprint(text, text);
drop function webhooks_private.this_database();
