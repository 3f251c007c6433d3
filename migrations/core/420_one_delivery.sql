-- Up Migration
-- One delivery by hand: again, or not at all.

/*
 * How a manual retry and the schedule get on:
 * - It takes the place of the attempt that waits: the delivery is due now, and the schedule goes on from here if it fails.
 * - One more attempt is allowed where none is left. What was recovered counts its waits from then.
 * - A delivery that is due already (asked for twice, or its request under way) stays as it is: that request is the
 *   retry. So two retries at once send once more, not twice.
 * - A worker's result counts while the delivery is open and has the attempts that the worker read. A retry changes
 *   neither for an open one, so the answer of a request under way is never lost.
 */
create function webhooks.retry_delivery(id uuid, force boolean default false) returns webhooks.deliveries
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
declare
  delivery webhooks.deliveries := webhooks_private.delivery_of_caller(retry_delivery.id);
begin
  perform webhooks_private.must_be_enabled(webhooks_private.endpoint_of_caller(delivery.endpoint_id));
  if delivery.status = 'success' and not coalesce(retry_delivery.force, false) then
    raise exception using errcode = 'WHDON',
      message = format('Delivery %L has succeeded.', delivery.id),
      detail  = format('The receiver accepted it at %s.', date_trunc('second', delivery.delivered_at)),
      hint    = 'To send it once more all the same: select webhooks.retry_delivery(…, force => true). The receiver sees the same webhook-id.';
  end if;

  if delivery.next_retry_at is null or delivery.next_retry_at > now() then
    update webhooks.deliveries as d
       set status        = case when d.attempts = 0 then 'pending' else 'retrying' end,
           max_attempts  = greatest(d.max_attempts, d.attempts + 1),
           next_retry_at = now(),
           delivered_at  = null,
           reopened_at   = case when d.status in ('failed', 'expired') then now() else d.reopened_at end,
           finished_at   = null
     where d.id = delivery.id
    returning d.* into delivery;
    perform webhooks_private.wake(array[delivery.endpoint_id]);
  end if;
  perform webhooks_private.audit('delivery.retried', delivery.tenant_id, 'delivery', delivery.id::text);
  return delivery;
end
$$;
comment on function webhooks.retry_delivery(uuid, boolean) is
  'Sends one delivery again now, in the place of its pending retry; reopens one that failed, was cancelled or expired, with one more attempt. '
  'One that succeeded is refused (WHDON) unless forced. Calling it twice sends once. Returns the delivery.';

create function webhooks.cancel_delivery(id uuid) returns webhooks.deliveries
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
declare
  delivery webhooks.deliveries := webhooks_private.delivery_of_caller(cancel_delivery.id);
begin
  if delivery.status = 'cancelled' then
    return delivery;
  end if;
  if delivery.status not in ('pending', 'retrying') then
    raise exception using errcode = 'WHDON',
      message = format('Delivery %L has ended already: %s.', delivery.id, delivery.status),
      detail  = format('It ended at %s.', date_trunc('second', delivery.finished_at)),
      hint    = 'Only what is still open (pending, retrying) can be cancelled.';
  end if;

  update webhooks.deliveries as d
     set status        = 'cancelled',
         next_retry_at = null,
         finished_at   = now()
   where d.id = delivery.id
  returning d.* into delivery;
  -- The owner may have read it already. It asks about its endpoints twice a second, and reads again after this.
  insert into webhooks_private.lanes as l (endpoint_id, recalled_at) values (delivery.endpoint_id, clock_timestamp())
      on conflict (endpoint_id) do update
     set recalled_at = excluded.recalled_at, updated_at = now();
  -- In an ordered lane it may have been the one that the others wait for.
  perform webhooks_private.wake(array[delivery.endpoint_id]) where delivery.order_key is not null;
  perform webhooks_private.audit('delivery.cancelled', delivery.tenant_id, 'delivery', delivery.id::text);
  return delivery;
end
$$;
comment on function webhooks.cancel_delivery(uuid) is
  'Ends an open delivery unsent: no request of it starts later than a second after the commit; retry_delivery and recover reopen it. '
  'A request under way cannot be called back, and its answer changes nothing any more. '
  'Cancelling twice is no error; one that ended otherwise is (WHDON). Returns the delivery.';

-- Down Migration
drop function webhooks.cancel_delivery(uuid);
drop function webhooks.retry_delivery(uuid, boolean);
