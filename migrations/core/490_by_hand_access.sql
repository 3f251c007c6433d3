-- Up Migration
-- Who may call what by hand. The functions themselves keep API roles within their tenant (webhooks_private.caller_reaches).

grant execute on function
  webhooks.retry_delivery(uuid, boolean),
  webhooks.cancel_delivery(uuid),
  webhooks.recover(uuid, timestamptz, timestamptz, integer),
  webhooks.replay(uuid, timestamptz, timestamptz, text[], integer, uuid),
  webhooks.send_test(uuid, text),
  webhooks.pause_endpoint(uuid),
  webhooks.resume_endpoint(uuid),
  webhooks.disable_endpoint(uuid, text),
  webhooks.enable_endpoint(uuid)
to rowhook_dba, rowhook_manager, rowhook_tenant_owner, rowhook_operator;

grant execute on function
  webhooks.rotate_secret(uuid, interval, text),
  webhooks.set_secret(uuid, text),
  webhooks.stored_secret(uuid),
  webhooks.reveal_secret(uuid),
  webhooks.set_oauth_secret(uuid, text),
  webhooks.delete_endpoint(uuid)
to rowhook_dba, rowhook_tenant_owner, rowhook_operator;

-- Down Migration
revoke execute on function
  webhooks.retry_delivery(uuid, boolean),
  webhooks.cancel_delivery(uuid),
  webhooks.recover(uuid, timestamptz, timestamptz, integer),
  webhooks.replay(uuid, timestamptz, timestamptz, text[], integer, uuid),
  webhooks.send_test(uuid, text),
  webhooks.pause_endpoint(uuid),
  webhooks.resume_endpoint(uuid),
  webhooks.disable_endpoint(uuid, text),
  webhooks.enable_endpoint(uuid)
from rowhook_dba, rowhook_manager, rowhook_tenant_owner, rowhook_operator;

revoke execute on function
  webhooks.rotate_secret(uuid, interval, text),
  webhooks.set_secret(uuid, text),
  webhooks.stored_secret(uuid),
  webhooks.reveal_secret(uuid),
  webhooks.set_oauth_secret(uuid, text),
  webhooks.delete_endpoint(uuid)
from rowhook_dba, rowhook_tenant_owner, rowhook_operator;
