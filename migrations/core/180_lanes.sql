-- Up Migration
-- What workers need to know of each other: the memory of lanes, the pace of tenants, signs of life, the arming.

create table webhooks_private.lanes (
  endpoint_id        uuid        not null,
  held_until         timestamptz,
  held_reason        text,
  circuit            text        not null default 'closed',
  circuit_openings   integer     not null default 0,
  pace_used_until    timestamptz,
  crashes            integer     not null default 0,
  suspect_id         uuid,
  suspect_crashes    integer     not null default 0,
  recalled_at        timestamptz,
  updated_at         timestamptz not null default now(),

  constraint lanes_pkey             primary key (endpoint_id),
  constraint lanes_circuit_known    check (circuit in ('closed', 'open', 'half-open')),
  constraint lanes_held_iff_reason  check ((held_until is null) = (held_reason is null))
) with (fillfactor = 50);

comment on table  webhooks_private.lanes                  is 'What must outlive the owner of a lane. A missing row means nothing special. Ownership itself is a session advisory lock.';
comment on column webhooks_private.lanes.endpoint_id      is 'The endpoint whose lane it is.';
comment on column webhooks_private.lanes.held_until       is 'Nothing is sent before. Null: not held.';
comment on column webhooks_private.lanes.held_reason      is 'retry-after, rate limit, circuit open, or sealed (no worker''s key opens its secrets). Null: not held.';
comment on column webhooks_private.lanes.circuit          is 'closed; open: nothing is sent until held_until; half-open: one probe.';
comment on column webhooks_private.lanes.circuit_openings is 'Times the circuit opened since the last success; each doubles the pause.';
comment on column webhooks_private.lanes.pace_used_until  is 'Until when the endpoint''s rate is used up by requests already sent. Null: it is not.';
comment on column webhooks_private.lanes.crashes          is 'Owners that died in a row while they held the lane.';
comment on column webhooks_private.lanes.suspect_id       is 'The delivery that was under way alone when an owner died.';
comment on column webhooks_private.lanes.suspect_crashes  is 'Owners that died while it was under way alone.';
comment on column webhooks_private.lanes.recalled_at      is 'When a delivery was last cancelled by hand: what the owner has read before counts no more. Null: never.';
comment on column webhooks_private.lanes.updated_at       is 'Last change.';

create table webhooks_private.tenant_pace (
  tenant_id   text        not null,
  used_until  timestamptz not null,

  constraint tenant_pace_pkey primary key (tenant_id)
) with (fillfactor = 50);

comment on table  webhooks_private.tenant_pace            is 'How far ahead the rate of each tenant is spent, for all workers.';
comment on column webhooks_private.tenant_pace.tenant_id  is 'The tenant.';
comment on column webhooks_private.tenant_pace.used_until is 'Until when its rate is used up by slots already given out.';

create table webhooks_private.workers (
  id                 uuid        not null,
  host               text        not null,
  pid                integer     not null,
  version            text        not null,
  pool_ids           text[]      not null default '{}',
  started_at         timestamptz not null default now(),
  heartbeat_at       timestamptz not null default now(),
  lanes              integer     not null default 0,
  in_flight          integer     not null default 0,
  busy_lanes         uuid[]      not null default '{}',
  ended_at           timestamptz,
  ended_how          text,

  constraint workers_pkey           primary key (id),
  constraint workers_ended_iff_how  check ((ended_at is null) = (ended_how is null)),
  constraint workers_ended_how_known check (ended_how in ('stopped', 'died', 'replaced'))
) with (fillfactor = 50);

comment on table  webhooks_private.workers                    is 'Workers and their signs of life.';
comment on column webhooks_private.workers.id                 is 'Key, new with each start and each lost lock connection.';
comment on column webhooks_private.workers.host               is 'Host name.';
comment on column webhooks_private.workers.pid                is 'Process id on that host.';
comment on column webhooks_private.workers.version            is 'Version of Rowhook.';
comment on column webhooks_private.workers.pool_ids           is 'graphile-worker pools of the process, whose jobs are freed when it dies.';
comment on column webhooks_private.workers.started_at         is 'When it registered.';
comment on column webhooks_private.workers.heartbeat_at       is 'Last sign of life; one a second.';
comment on column webhooks_private.workers.lanes              is 'Lanes it owned at the last heartbeat.';
comment on column webhooks_private.workers.in_flight          is 'Requests under way at the last heartbeat.';
comment on column webhooks_private.workers.busy_lanes         is 'Endpoints with requests under way at the last heartbeat; if it dies, that counts as a crash on their lanes.';
comment on column webhooks_private.workers.ended_at           is 'When it stopped or was declared dead. Null: it lives.';
comment on column webhooks_private.workers.ended_how          is 'stopped; died; replaced: its process lives on under a new id. Null: it lives.';

create table webhooks_private.rounds (
  name       text        not null,
  worker_id  uuid,
  begun_at   timestamptz not null default '-infinity',

  constraint rounds_pkey primary key (name)
) with (fillfactor = 50);
insert into webhooks_private.rounds (name) values ('sweep'), ('close');

comment on table  webhooks_private.rounds           is 'What one worker does for all, and which one. A lease and not a lock: who froze while holding a lock would still hold it.';
comment on column webhooks_private.rounds.name      is 'sweep: wakes free lanes that have something due. close: ends what is open for endpoints that are disabled.';
comment on column webhooks_private.rounds.worker_id is 'Who does it. Null: nobody has yet.';
comment on column webhooks_private.rounds.begun_at  is 'When it was last done.';

create table webhooks_private.arming (
  one_row             boolean     not null default true,
  fingerprints        text[]      not null,
  armed_at            timestamptz not null default now(),
  armed_by            text        not null default session_user,
  pulse_at            timestamptz,
  pulse_timeline      integer,
  disarmed_reason     text,

  constraint arming_pkey        primary key (one_row),
  constraint arming_is_one_row  check (one_row)
);

comment on table  webhooks_private.arming                 is 'Which database this is meant to be. A copy that differs delivers nothing until an operator arms it.';
comment on column webhooks_private.arming.one_row         is 'Always true: the key that allows one row only.';
comment on column webhooks_private.arming.fingerprints    is 'Fingerprints of the places that may deliver: system identifier, database, host, port and deployment.';
comment on column webhooks_private.arming.armed_at        is 'When it was armed.';
comment on column webhooks_private.arming.armed_by        is 'Who armed it.';
comment on column webhooks_private.arming.pulse_at        is 'Last pulse of a delivering worker. Null: none yet.';
comment on column webhooks_private.arming.pulse_timeline  is 'Timeline of the write-ahead log at that pulse.';
comment on column webhooks_private.arming.disarmed_reason is 'Why it delivers nothing. Null: it is armed.';

-- Down Migration
drop table webhooks_private.arming;
drop table webhooks_private.rounds;
drop table webhooks_private.workers;
drop table webhooks_private.tenant_pace;
drop table webhooks_private.lanes;
