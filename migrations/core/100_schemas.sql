-- Up Migration
-- `rowhook migrate` made the roles and the two schemas beforehand (roles belong to the cluster, and the ledger needs a
-- place); from here on everything is created by, and belongs to, rowhook_owner.

comment on schema webhooks is
  'Rowhook: events of committed rows, the endpoints they go to, and the log of every delivery.';
comment on schema webhooks_private is
  'The workings of Rowhook (lanes, secrets, partitions). Nothing here is an interface.';

-- Nobody may call a function by accident: each grant is given by name, in the migration called "access".
alter default privileges revoke execute on functions from public;

-- Down Migration
alter default privileges grant execute on functions to public;
comment on schema webhooks_private is null;
comment on schema webhooks         is null;
