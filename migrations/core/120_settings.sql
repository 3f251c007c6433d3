-- Up Migration
-- What an operator sets for everybody (one row), and for one tenant.

create table webhooks.settings (
  one_row                  boolean     not null default true,
  capture                  boolean     not null default true,
  sending                  boolean     not null default true,
  event_retention          interval    not null default '30 days',
  attempt_retention        interval    not null default '30 days',
  dead_letter_ttl          interval    not null default '7 days',
  audit_retention          interval    not null default '400 days',
  max_event_bytes          integer     not null default 262144,
  max_attempts             integer     not null default 5,
  timeout_ms               integer     not null default 15000,
  retry_schedule           interval[]  not null default '{1 minute,5 minutes,15 minutes,1 hour,4 hours}',
  retry_jitter             double precision not null default 0.1,
  allow_http               boolean     not null default false,
  allow_ports              integer[]   not null default '{443,80,8443,8080}',
  max_filters_per_tenant   integer     not null default 20,
  tenant_rate_limit        integer     not null default 1000,
  tenant_max_in_flight     integer     not null default 100,
  max_cause_depth          integer     not null default 8,
  circle_limit             integer              default 200,
  circuit_failures         integer     not null default 5,
  circuit_failure_rate     double precision not null default 0.5,
  circuit_open_min         interval    not null default '30 seconds',
  circuit_open_max         interval    not null default '15 minutes',
  disable_after            interval    not null default '5 days',
  disable_min_failures     integer     not null default 10,
  disable_min_span         interval    not null default '12 hours',
  alert_dead_letters       integer     not null default 10,
  alert_dead_letter_age    interval    not null default '24 hours',
  alert_retry_rate         double precision not null default 0.10,
  alert_error_rate         double precision not null default 0.01,
  alert_p95_ms             integer     not null default 2000,
  alert_backlog_age        interval    not null default '60 seconds',
  alert_availability       double precision not null default 0.999,
  alert_repeat             interval    not null default '4 hours',
  updated_at               timestamptz not null default now(),

  constraint settings_pkey                     primary key (one_row),
  constraint settings_is_one_row               check (one_row),
  constraint settings_attempts_within_events   check (attempt_retention <= event_retention),
  constraint settings_retention_is_a_week_up   check (event_retention >= '7 days' and attempt_retention >= '1 day'),
  constraint settings_max_attempts_in_range    check (max_attempts between 1 and 100),
  constraint settings_timeout_in_range         check (timeout_ms between 1000 and 20000),
  constraint settings_jitter_in_range          check (retry_jitter between 0 and 0.5),
  constraint settings_schedule_not_empty       check (cardinality(retry_schedule) between 1 and 100),
  constraint settings_event_bytes_in_range     check (max_event_bytes between 1024 and 1048576),
  -- The pace counts in microseconds: of more requests a minute than this it would lose some.
  constraint settings_limits_in_range          check (tenant_rate_limit between 1 and 10000000 and tenant_max_in_flight > 0 and circuit_failures > 0),
  constraint settings_max_cause_depth_in_range check (max_cause_depth between 1 and 100),
  constraint settings_circle_limit_positive    check (circle_limit > 0),
  constraint settings_circuit_in_range         check (circuit_failure_rate > 0 and circuit_failure_rate <= 1
                                                      and circuit_open_min > '0' and circuit_open_max >= circuit_open_min),
  constraint settings_schedule_not_negative    check (array_position(retry_schedule, null) is null and interval '0' <= all (retry_schedule)),
  constraint settings_schedule_up_to_a_year    check (interval '1 year' >= all (retry_schedule)),
  constraint settings_dead_letter_ttl_positive check (dead_letter_ttl > '0'),
  constraint settings_audit_kept_a_month_up    check (audit_retention >= '30 days'),
  constraint settings_filters_not_negative     check (max_filters_per_tenant >= 0),
  constraint settings_disable_after_positive   check (disable_after > '0'),
  constraint settings_alert_repeat_a_minute_up check (alert_repeat >= '1 minute'),
  -- Beyond these, what is counted back from now would leave the calendar, and all that keeps house would fail.
  constraint settings_spans_up_to_a_century    check (interval '100 years' >= all (array[event_retention, attempt_retention, dead_letter_ttl, audit_retention,
                                                      circuit_open_max, disable_after, disable_min_span, alert_dead_letter_age, alert_backlog_age, alert_repeat])),
  constraint settings_spans_not_negative       check (interval '0' <= all (array[disable_min_span, alert_dead_letter_age, alert_backlog_age])),
  constraint settings_counts_not_negative      check (disable_min_failures >= 0 and alert_dead_letters >= 0 and alert_p95_ms >= 0),
  constraint settings_shares_0_to_1            check (alert_retry_rate between 0 and 1 and alert_error_rate between 0 and 1 and alert_availability between 0 and 1)
);
insert into webhooks.settings default values;

comment on table  webhooks.settings                        is 'What an operator sets for everybody. One row.';
comment on column webhooks.settings.one_row                is 'Always true: the key that allows one row only.';
comment on column webhooks.settings.capture                is 'Emergency switch: false, and watched tables make no events.';
comment on column webhooks.settings.sending                is 'Emergency switch: false, and nothing is sent; deliveries collect and go out when it is true again.';
comment on column webhooks.settings.event_retention        is 'Age at which events and their deliveries are dropped, by whole weeks.';
comment on column webhooks.settings.attempt_retention      is 'Age at which attempts are dropped, by whole weeks; never beyond event_retention.';
comment on column webhooks.settings.dead_letter_ttl        is 'A dead letter this old becomes expired.';
comment on column webhooks.settings.audit_retention        is 'Age at which entries of the audit log are removed.';
comment on column webhooks.settings.max_event_bytes        is 'Largest data of an event in bytes. emit refuses more, capture keeps the key columns and sets data_omitted.';
comment on column webhooks.settings.max_attempts           is 'Mirror of WEBHOOK_MAX_RETRIES, written at start: attempts of a delivery in all, the first included, where the endpoint names no number.';
comment on column webhooks.settings.timeout_ms             is 'Mirror of WEBHOOK_TIMEOUT_MS, written at start: deadline of a request in milliseconds, where the endpoint names none.';
comment on column webhooks.settings.retry_schedule         is 'Waits between attempts, where the endpoint names none; the last one repeats.';
comment on column webhooks.settings.retry_jitter           is 'Share by which a wait varies up or down at random: 0.1 is ten per cent.';
comment on column webhooks.settings.allow_http             is 'Mirror of WEBHOOK_ALLOW_HTTP, written at start: endpoints may be http.';
comment on column webhooks.settings.allow_ports            is 'Mirror of WEBHOOK_ALLOW_PORTS, written at start. Empty: any port.';
comment on column webhooks.settings.max_filters_per_tenant is 'Most endpoints of a tenant that may have a filter (filters run inside domain transactions).';
comment on column webhooks.settings.tenant_rate_limit      is 'Requests a minute for each tenant, where tenant_settings names no number.';
comment on column webhooks.settings.tenant_max_in_flight   is 'Requests of one tenant under way at once, in one worker process.';
comment on column webhooks.settings.max_cause_depth        is 'Events that may cause one another through receivers (setting rowhook.cause): one that has more causes behind it is recorded and not delivered.';
comment on column webhooks.settings.circle_limit           is 'Deliveries of one event type about one resource to one endpoint within ten minutes, above which further ones are postponed: a receiver seems to write back in circles. Null: no limit.';
comment on column webhooks.settings.circuit_failures       is 'Consecutive failures that open the circuit of an endpoint.';
comment on column webhooks.settings.circuit_failure_rate   is 'Share of failures among the last 20 answers that opens the circuit of an endpoint.';
comment on column webhooks.settings.circuit_open_min       is 'First pause of an open circuit; doubles with each failed probe.';
comment on column webhooks.settings.circuit_open_max       is 'Longest pause of an open circuit.';
comment on column webhooks.settings.disable_after          is 'An endpoint with nothing but failures for this long is disabled.';
comment on column webhooks.settings.disable_min_failures   is 'Fewest failures before an endpoint is disabled for failing.';
comment on column webhooks.settings.disable_min_span       is 'Least time between the first and the last of those failures.';
comment on column webhooks.settings.alert_dead_letters     is 'More dead letters than this raise an alert.';
comment on column webhooks.settings.alert_dead_letter_age  is 'A dead letter older than this raises an alert.';
comment on column webhooks.settings.alert_retry_rate       is 'A share of retries above this raises an alert.';
comment on column webhooks.settings.alert_error_rate       is 'A share of failed deliveries above this raises an alert.';
comment on column webhooks.settings.alert_p95_ms           is 'A 95th percentile of response times above this raises an alert, in milliseconds.';
comment on column webhooks.settings.alert_backlog_age      is 'A due delivery that has waited longer than this raises an alert.';
comment on column webhooks.settings.alert_availability     is 'A share of successful deliveries below this raises an alert.';
comment on column webhooks.settings.alert_repeat           is 'An alert that is still open is told again after this time.';
comment on column webhooks.settings.updated_at             is 'Last change of the row.';

create table webhooks.tenant_settings (
  tenant_id        text        not null,
  sending          boolean     not null default true,
  rate_limit       integer              default 1000,
  max_endpoints    integer     not null default 50,
  tests_per_minute integer     not null default 30,
  max_replay       integer     not null default 100000,
  retry_schedule   interval[],
  max_event_bytes  integer,
  created_at       timestamptz not null default now(),
  updated_at       timestamptz not null default now(),

  constraint tenant_settings_pkey                   primary key (tenant_id),
  constraint tenant_settings_rate_limit_in_range    check (rate_limit between 1 and 10000000),
  constraint tenant_settings_max_endpoints_positive check (max_endpoints > 0),
  constraint tenant_settings_tests_not_negative     check (tests_per_minute >= 0),
  constraint tenant_settings_max_replay_positive    check (max_replay > 0),
  constraint tenant_settings_tenant_id_1_to_255     check (length(tenant_id) between 1 and 255),
  constraint tenant_settings_schedule_not_empty     check (cardinality(retry_schedule) between 1 and 100
                                                           and array_position(retry_schedule, null) is null
                                                           and interval '0' <= all (retry_schedule)),
  constraint tenant_settings_schedule_up_to_a_year  check (interval '1 year' >= all (retry_schedule)),
  constraint tenant_settings_event_bytes_in_range   check (max_event_bytes between 1024 and 1048576)
);

comment on table  webhooks.tenant_settings                 is 'What differs for one tenant. A tenant without a row has the defaults.';
comment on column webhooks.tenant_settings.tenant_id       is 'The tenant.';
comment on column webhooks.tenant_settings.sending         is 'False, and nothing of this tenant is sent; deliveries collect.';
comment on column webhooks.tenant_settings.rate_limit      is 'Requests a minute for all endpoints of the tenant together. Null: no limit.';
comment on column webhooks.tenant_settings.max_endpoints   is 'Most endpoints of the tenant that are not deleted.';
comment on column webhooks.tenant_settings.tests_per_minute is 'Most test events that the tenant may send within a minute.';
comment on column webhooks.tenant_settings.max_replay      is 'Open deliveries of an endpoint beyond which the tenant''s recover and replay wait, so that nobody builds a backlog without end.';
comment on column webhooks.tenant_settings.retry_schedule  is 'Waits between attempts for endpoints that name none. Null: that of settings.';
comment on column webhooks.tenant_settings.max_event_bytes is 'Largest data of an event in bytes. Null: that of settings.';
comment on column webhooks.tenant_settings.created_at      is 'When the row was made.';
comment on column webhooks.tenant_settings.updated_at      is 'Last change of the row.';

create function webhooks_private.rules_of_tenant(tenant_id text) returns webhooks.tenant_settings
language sql stable
set search_path = pg_catalog, pg_temp
begin atomic
  select t.*
    from webhooks.tenant_settings as t
   where t.tenant_id = rules_of_tenant.tenant_id
   union all
  -- As the columns have it, but the rate is that of settings.
  select rules_of_tenant.tenant_id, true, s.tenant_rate_limit, 50, 30, 100000, null::interval[], null::integer, s.updated_at, s.updated_at
    from webhooks.settings as s
   where not exists (select from webhooks.tenant_settings as t where t.tenant_id = rules_of_tenant.tenant_id);
end;
comment on function webhooks_private.rules_of_tenant(text) is
  'What holds for a tenant: its row, or the defaults where it has none.';

-- Down Migration
drop function webhooks_private.rules_of_tenant(text);
drop table webhooks.tenant_settings;
drop table webhooks.settings;
