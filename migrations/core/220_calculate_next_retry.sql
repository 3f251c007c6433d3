-- Up Migration
-- When a failed delivery is tried again.

create function webhooks.calculate_next_retry(attempts integer, schedule interval[], jitter double precision default 0.1)
returns timestamptz
language sql volatile parallel safe
return now() + schedule[least(greatest(attempts, 1), cardinality(schedule))]
             * (1 + coalesce(jitter, 0) * (2 * random() - 1));
comment on function webhooks.calculate_next_retry(integer, interval[], double precision) is
  'now() plus the wait of the schedule after so many attempts (its last wait repeats), varied at random by the jitter: 0.1 is ten per cent up or down.';

create function webhooks.calculate_next_retry(attempts integer) returns timestamptz
language sql stable parallel safe
return now() + ('{1 minute,5 minutes,15 minutes,1 hour,4 hours}'::interval[])[least(greatest(attempts, 1), 5)];
comment on function webhooks.calculate_next_retry(integer) is
  'now() plus 1 minute, 5 minutes, 15 minutes, 1 hour, 4 hours after 1 to 5 attempts; 4 hours beyond.';

-- Down Migration
drop function webhooks.calculate_next_retry(integer);
drop function webhooks.calculate_next_retry(integer, interval[], double precision);
