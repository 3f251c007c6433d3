/** What of schema `webhooks` the API shows, under which names, and how its tables hang together. What is not listed is not in the schema. */
import { pgSmartTags, type PgSmartTagRule, type PgSmartTagTags } from 'postgraphile/utils'

type Table = {
  /** of the class: names and relations (the log tables bear no foreign keys, see docs/schema.md) */
  readonly tags?: PgSmartTagTags
  /** left out of the type */
  readonly hidden?: readonly string[]
  /** beside its primary key */
  readonly filter?: readonly string[]
  readonly order?: readonly string[]
  readonly names?: Readonly<Record<string, string>>
}

/** Counting a log reads all of it; its figures are in `endpointStats`. */
const LOG = '-resource:connection:totalCount -totalCount'

const tables: Readonly<Record<string, Table>> = {
  endpoints: {
    hidden: ['headers', 'version'],
    filter: ['name', 'url', 'tenant_id', 'is_active', 'paused_at', 'deleted_at', 'created_at', 'events'],
    order: ['id', 'name', 'created_at'],
  },
  endpoint_stats: {
    tags: { name: 'endpoint_figures', foreignKey: '(endpoint_id) references webhooks.endpoints (id)|@fieldName endpoint|@foreignFieldName figures', behavior: '-query:resource:single -query:resource:connection' },
  },
  endpoint_health: {
    tags: {
      name: 'endpoint_health',
      primaryKey: 'endpoint_id',
      foreignKey: '(endpoint_id) references webhooks.endpoints (id)|@fieldName endpoint|@foreignFieldName health',
      behavior: '-query:resource:single -query:resource:connection',
    },
    hidden: ['name', 'url', 'total_deliveries', 'failed_deliveries', 'consecutive_failures', 'last_delivery_at', 'last_success_at', 'last_failure_at', 'paused_at'],
  },
  event_types: { filter: ['name', 'enabled', 'deprecated_at'], order: ['name', 'created_at'] },
  events: {
    tags: { behavior: LOG, foreignKey: '(endpoint_id) references webhooks.endpoints (id)|@fieldName onlyEndpoint|@backwardBehavior -*' },
    filter: ['tenant_id', 'type', 'resource_type', 'resource_id'],
    order: ['id'],
  },
  deliveries: {
    tags: {
      behavior: LOG,
      foreignKey: [
        '(event_id) references webhooks.events (id)|@fieldName event|@backwardBehavior -*',
        '(endpoint_id) references webhooks.endpoints (id)|@fieldName endpoint|@foreignFieldName deliveries',
        '(id, attempts) references webhooks.attempts (delivery_id, number)|@fieldName lastAttempt|@backwardBehavior -*',
      ],
    },
    names: { attempts: 'attempt_count' },
    filter: ['tenant_id', 'endpoint_id', 'status', 'event_type', 'resource_type', 'resource_id', 'response_code', 'attempts', 'next_retry_at', 'finished_at'],
    order: ['id'],
  },
  attempts: {
    tags: { behavior: `${LOG} -query:resource:connection`, foreignKey: '(delivery_id) references webhooks.deliveries (id)|@fieldName delivery|@foreignFieldName attempts' },
    filter: ['status', 'error_kind'],
    order: ['number'],
  },
  tenant_settings: { tags: { name: 'tenant_settings', behavior: '-query:resource:single -query:resource:connection' }, hidden: ['created_at'] },
  settings: { tags: { name: 'settings', behavior: '-query:resource:single -query:resource:connection' }, hidden: ['one_row'] },
  audit_log: {
    tags: { name: 'audit_entry', listField: 'auditLog', behavior: LOG },
    filter: ['tenant_id', 'action', 'actor', 'subject', 'subject_id', 'at'],
    order: ['id'],
  },
  api_keys: { hidden: ['key_hash'], filter: ['tenant_id', 'revoked_at', 'expires_at', 'role'], order: ['id', 'name'] },
  alerts: { filter: ['kind', 'resolved_at', 'acknowledged_at', 'fired_at'], order: ['id', 'fired_at'] },
}

/** Functions that are fields, of their first argument's type or of the query, and what they are called there. */
const fields: Readonly<Record<string, PgSmartTagTags>> = {
  current_settings: { fieldName: 'settings' },
  settings_of_tenant: { fieldName: 'tenantSettings' },
  tenant_settings_schedule_in_force: { fieldName: 'retryScheduleInForce' },
  tenant_settings_event_bytes_in_force: { fieldName: 'maxEventBytesInForce' },
  tenant_settings_attempts_in_force: { fieldName: 'maxAttemptsInForce' },
  tenant_settings_timeout_in_force: { fieldName: 'timeoutMsInForce' },
  deliveries_next: { fieldName: 'next', behavior: '-filterBy' },
  deliveries_body: { fieldName: 'body', behavior: '-filterBy' },
  events_deliveries: { fieldName: 'deliveries' },
  events_occurred_at: { fieldName: 'occurredAt', behavior: '-filterBy' },
  events_body: { fieldName: 'body', behavior: '-filterBy' },
}

const attributeTags = (table: Table, column: string): PgSmartTagTags => {
  if (table.hidden?.includes(column)) return { behavior: '-*' }
  const filter = table.filter?.includes(column) ? '+attribute:filterBy' : '-attribute:filterBy'
  const order = table.order?.includes(column) ? '+attribute:orderBy' : '-attribute:orderBy'
  const name = table.names?.[column]
  return { behavior: `${filter} ${order}`, ...(name === undefined ? {} : { name }) }
}

const rules: PgSmartTagRule[] = [
  ...Object.entries(tables).map(([name, { tags }]): PgSmartTagRule => ({ kind: 'class', match: `webhooks.${name}`, tags: tags ?? {} })),
  { kind: 'class', match: ({ relname }) => !(relname in tables), tags: { behavior: '-*' } },
  ...Object.entries(tables).flatMap(([name, table]) => {
    const columns = [...(table.hidden ?? []), ...(table.filter ?? []), ...(table.order ?? [])]
    return columns.map((column): PgSmartTagRule => ({ kind: 'attribute', match: `webhooks.${name}.${column}`, tags: attributeTags(table, column) }))
  }),
  {
    kind: 'attribute',
    match: (attribute) => {
      const table = tables[attribute.getClass()?.relname ?? '']
      return table !== undefined && !table.hidden?.includes(attribute.attname) && !table.filter?.includes(attribute.attname) && !table.order?.includes(attribute.attname)
    },
    tags: { behavior: '-attribute:filterBy -attribute:orderBy' },
  },
  ...Object.entries(fields).map(([name, tags]): PgSmartTagRule => ({ kind: 'procedure', match: `webhooks.${name}`, tags })),
  { kind: 'constraint', match: 'webhooks.api_keys.api_keys_hash_unique', tags: { behavior: '-*' } },
  { kind: 'procedure', match: ({ proname }) => !(proname in fields), tags: { behavior: '-*' } },
]

export const ExposedPlugin = pgSmartTags(rules, null, { name: 'RowhookExposedPlugin', version: '1.0.0' })
