-- Up Migration
-- An endpoint that has failed for days is disabled, so that nobody waits for it and its owner learns of it.

/*
 * Only upon a failure of the last minutes: an endpoint that was paused, held or simply had no events is given its chance
 * before it is judged.
 */
create function webhooks_private.disable_failing() returns setof uuid
language sql volatile
set search_path = pg_catalog, pg_temp
begin atomic
  update webhooks.endpoints as p
     set is_active       = false,
         disabled_reason = format('nothing but failures since %s', to_char(s.failing_since at time zone 'utc', 'YYYY-MM-DD HH24:MI "UTC"'))
    from webhooks.endpoint_stats as s
   cross join webhooks.settings  as rules
   where s.failing_since <= now() - rules.disable_after
     and s.consecutive_failures >= rules.disable_min_failures
     and s.last_failure_at >= s.failing_since + rules.disable_min_span
     and s.last_failure_at >= now() - interval '10 minutes'
     and p.id = s.endpoint_id
     and p.is_active
     and p.paused_at is null
     and p.deleted_at is null
  returning p.id;
end;
comment on function webhooks_private.disable_failing() is
  'Disables the endpoints that had nothing but failures for settings.disable_after (and enough of them, over long enough), and gives their ids. For the sweeper.';

-- Down Migration
drop function webhooks_private.disable_failing();
