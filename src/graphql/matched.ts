/** Events by whether anybody got them: what matched nothing is found without looking through the rest. */
export const MatchedPlugin: GraphileConfig.Plugin = {
  name: 'RowhookMatchedPlugin',
  version: '1.0.0',
  after: ['PgConnectionArgFilterAttributesPlugin'],
  schema: {
    hooks: {
      GraphQLInputObjectType_fields(fields, build, { scope, fieldWithHooks }) {
        const { sql, graphql } = build
        if (!scope.isPgConnectionFilter || scope.pgCodec?.name !== 'events') return fields
        return {
          ...fields,
          matched: fieldWithHooks({ fieldName: 'matched' }, () => ({
            type: graphql.GraphQLBoolean,
            description: 'True: events that have a delivery. False: those that no endpoint asked for.',
            apply: ($where: { alias: ReturnType<typeof sql.identifier>; where: (condition: unknown) => void }, value: unknown) => {
              if (value === null || value === undefined) return
              $where.where(sql`${value === true ? sql`` : sql`not `}exists (select from webhooks.events_deliveries(${$where.alias}))`)
            },
          })),
        }
      },
    },
  },
}
