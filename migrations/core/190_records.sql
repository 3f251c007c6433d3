-- Up Migration
-- What operators look back on: capture rules, audit, alerts, API keys.

create table webhooks.capture_rules (
  id              uuid        not null default webhooks_private.new_id(),
  relation        regclass    not null,
  relation_name   text        not null,
  position        integer     not null,
  resource        text        not null,
  event           text        not null,
  fires_on        text        not null,
  condition       text,
  guarded         boolean     not null default false,
  changed         text[],
  tenant_column   text,
  key_columns     text[]      not null,
  payload_columns text[],
  payload         regprocedure,
  created_by      text        not null default session_user,
  created_at      timestamptz not null default now(),

  constraint capture_rules_pkey             primary key (id),
  constraint capture_rules_fires_on_known   check (fires_on in ('insert', 'update', 'delete'))
);
create index capture_rules_of_relation on webhooks.capture_rules (relation);

comment on table  webhooks.capture_rules                 is 'Which writes to which table make which event, as webhooks.watch set it up.';
comment on column webhooks.capture_rules.id              is 'Key.';
comment on column webhooks.capture_rules.relation        is 'The watched table.';
comment on column webhooks.capture_rules.relation_name   is 'Its qualified name when it was watched, for the time after it is dropped.';
comment on column webhooks.capture_rules.position        is 'Place among the rules of the table, from 1: the order of the events that one row makes.';
comment on column webhooks.capture_rules.resource        is 'resource_type of the events.';
comment on column webhooks.capture_rules.event           is 'Event type it makes.';
comment on column webhooks.capture_rules.fires_on        is 'insert, update or delete.';
comment on column webhooks.capture_rules.condition       is 'SQL over old and new that must be true. Null: always.';
comment on column webhooks.capture_rules.guarded         is 'Whether the condition can raise an error, and therefore runs in a function of its own that turns an error into no match.';
comment on column webhooks.capture_rules.changed         is 'For updates, columns of which one must change. Null: any column.';
comment on column webhooks.capture_rules.tenant_column   is 'Column whose text is the tenant. Null: tenant default.';
comment on column webhooks.capture_rules.key_columns     is 'Columns whose text is the resource id.';
comment on column webhooks.capture_rules.payload_columns is 'Columns in data and previous; in previous alone, where a function makes data. Null: all columns.';
comment on column webhooks.capture_rules.payload         is 'Function that makes data. Null: columns make it.';
comment on column webhooks.capture_rules.created_by      is 'Who called watch.';
comment on column webhooks.capture_rules.created_at      is 'When.';

create table webhooks.audit_log (
  id           bigint      generated always as identity,
  at           timestamptz not null default now(),
  actor        text        not null default coalesce(nullif(current_setting('rowhook.user', true), ''), session_user),
  tenant_id    text,
  action       text        not null,
  subject      text,
  subject_id   text,
  before       jsonb,
  after        jsonb,
  origin       text                 default nullif(current_setting('rowhook.origin', true), ''),

  constraint audit_log_pkey primary key (id)
);
create index audit_log_of_tenant on webhooks.audit_log (tenant_id, id);

comment on table  webhooks.audit_log            is 'Who changed what: every manual act and every change of an endpoint. Append-only.';
comment on column webhooks.audit_log.id         is 'Key, in the order of writing.';
comment on column webhooks.audit_log.at         is 'When.';
comment on column webhooks.audit_log.actor      is 'Who: setting rowhook.user, else the login.';
comment on column webhooks.audit_log.tenant_id  is 'Whose thing it was. Null: the operator''s.';
comment on column webhooks.audit_log.action     is 'What was done: endpoint.created, secret.revealed, delivery.retried.';
comment on column webhooks.audit_log.subject    is 'What it was done to: endpoint, delivery.';
comment on column webhooks.audit_log.subject_id is 'Which one.';
comment on column webhooks.audit_log.before     is 'What changed, as it was; secrets masked.';
comment on column webhooks.audit_log.after      is 'What changed, as it is; secrets masked.';
comment on column webhooks.audit_log.origin     is 'From where: setting rowhook.origin; of the API over what, from which address, and for whom a proxy says that it asks. Null: SQL.';

create table webhooks.alerts (
  id               uuid        not null default webhooks_private.new_id(),
  kind             text        not null,
  subject          text        not null default '',
  summary          text        not null,
  details          jsonb       not null default '{}',
  fired_at         timestamptz not null default now(),
  notified_at      timestamptz,
  acknowledged_at  timestamptz,
  acknowledged_by  text,
  acknowledgement  text,
  resolved_at      timestamptz,

  constraint alerts_pkey                  primary key (id),
  constraint alerts_acknowledged_by_whom  check ((acknowledged_at is null) = (acknowledged_by is null) and (acknowledged_at is null) = (acknowledgement is null)),
  constraint alerts_acknowledgement_short check (length(acknowledgement) <= 1000)
);
create unique index alerts_one_open_each on webhooks.alerts (kind, subject) where resolved_at is null;

comment on table  webhooks.alerts                 is 'Trouble that somebody should look at.';
comment on column webhooks.alerts.id              is 'Key.';
comment on column webhooks.alerts.kind            is 'What kind: dead_letters, worker_lost, unserved_lane.';
comment on column webhooks.alerts.subject         is 'What it is about, where one kind can concern several things.';
comment on column webhooks.alerts.summary         is 'In a sentence.';
comment on column webhooks.alerts.details         is 'Figures.';
comment on column webhooks.alerts.fired_at        is 'When it began.';
comment on column webhooks.alerts.notified_at     is 'When somebody was last told. Null: nobody was.';
comment on column webhooks.alerts.acknowledged_at is 'When somebody last said that they look after it; then it is not told again until it is over. Null: nobody has.';
comment on column webhooks.alerts.acknowledged_by is 'Who said so.';
comment on column webhooks.alerts.acknowledgement is 'What they noted for the others; empty: nothing.';
comment on column webhooks.alerts.resolved_at     is 'When it was over. Null: it goes on.';

create table webhooks.api_keys (
  id            uuid        not null default webhooks_private.new_id(),
  tenant_id     text        not null,
  name          text        not null,
  role          text        not null,
  key_hash      bytea       not null,
  created_by    text        not null default current_user,
  created_at    timestamptz not null default now(),
  expires_at    timestamptz,
  revoked_at    timestamptz,

  constraint api_keys_pkey        primary key (id),
  constraint api_keys_hash_unique unique (key_hash),
  constraint api_keys_role_known  check (role in ('viewer', 'manager', 'owner'))
);
create index api_keys_of_tenant on webhooks.api_keys (tenant_id, id);

comment on table  webhooks.api_keys            is 'Keys with which machines use the API.';
comment on column webhooks.api_keys.id         is 'Key of the row.';
comment on column webhooks.api_keys.tenant_id  is 'The tenant it opens.';
comment on column webhooks.api_keys.name       is 'What it is for.';
comment on column webhooks.api_keys.role       is 'viewer, manager or owner.';
comment on column webhooks.api_keys.key_hash   is 'SHA-256 of the key, which is shown once.';
comment on column webhooks.api_keys.created_by is 'Who made it.';
comment on column webhooks.api_keys.created_at is 'When.';
comment on column webhooks.api_keys.expires_at is 'When it ends. Null: never.';
comment on column webhooks.api_keys.revoked_at is 'When it was revoked. Null: it holds.';

-- Down Migration
drop table webhooks.api_keys;
drop table webhooks.alerts;
drop table webhooks.audit_log;
drop table webhooks.capture_rules;
