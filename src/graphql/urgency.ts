/** Endpoints in the order in which they need somebody: those that fail, those that are paused, those that are well, those that are disabled. */
import { TYPES } from 'postgraphile/@dataplan/pg'
import { addPgTableOrderBy, orderByAscDesc } from 'postgraphile/utils'

export const UrgencyPlugin = addPgTableOrderBy({ schemaName: 'webhooks', tableName: 'endpoints' }, ({ sql }) =>
  orderByAscDesc('URGENCY', ({ alias }) => ({
    // By what a key finds at once: an open circuit has failures, and whoever waits by Retry-After is no trouble.
    fragment: sql`case when not ${alias}.is_active then 0
                       when ${alias}.paused_at is not null then 2
                       when exists (select from webhooks.endpoint_stats as s
                                     where s.endpoint_id = ${alias}.id and (s.failing_since is not null or s.credentials_refused_at is not null)) then 3
                       else 1 end`,
    codec: TYPES.int,
  })),
)
