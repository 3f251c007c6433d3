/** How lists are read: forwards by cursor, a page at a time, logs newest first and within a window of time. */
import { MAX_PAGE, PAGE } from './limits.ts'

/** Tables that only grow: what is asked for is at their end. */
const logs: ReadonlySet<string> = new Set(['events', 'deliveries', 'audit_entry', 'alerts'])

/** Their keys begin with the time of the event, so a window of time is a range of keys, which prunes partitions. */
const keyedByTime: ReadonlySet<string> = new Set(['events', 'deliveries'])

export const PagingPlugin: GraphileConfig.Plugin = {
  name: 'RowhookPagingPlugin',
  version: '1.0.0',
  after: ['PgConnectionArgOrderByDefaultValuePlugin', 'PgFirstLastBeforeAfterArgsPlugin', 'PgConnectionArgFilterAttributesPlugin'],
  schema: {
    hooks: {
      GraphQLObjectType_fields_field_args(args, _build, { scope }) {
        if (!scope.isPgFieldConnection) return args
        const { offset: _offset, ...kept } = args // pages deep in a log would read all that lies before them
        const first = kept['first']
        if (first) kept['first'] = { ...first, defaultValue: PAGE, description: `How many, at most ${MAX_PAGE}.` }
        return kept
      },
      GraphQLObjectType_fields_field_args_arg(arg, build, { scope }) {
        const { argName, isPgFieldConnection, pgFieldResource, pgFieldCodec } = scope
        const codec = pgFieldCodec ?? pgFieldResource?.codec
        if (argName !== 'orderBy' || !isPgFieldConnection || !codec || !logs.has(codec.name)) return arg
        const type = build.getTypeByName(build.inflection.orderByType(build.inflection.tableType(codec)))
        const newestFirst = type instanceof build.graphql.GraphQLEnumType ? type.getValues().find(({ name }) => name === 'ID_DESC') : undefined
        return newestFirst ? { ...arg, defaultValue: [newestFirst.value] } : arg
      },
      GraphQLInputObjectType_fields(fields, build, { scope, fieldWithHooks }) {
        const { sql, graphql } = build
        if (!scope.isPgConnectionFilter || !scope.pgCodec || !keyedByTime.has(scope.pgCodec.name)) return fields
        const type = build.getInputTypeByName('Datetime')
        if (!graphql.isInputType(type)) return fields
        const bound = (fieldName: string, description: string, compare: '>=' | '<') => ({
          [fieldName]: fieldWithHooks({ fieldName }, () => ({
            type,
            description,
            apply: ($where: { alias: ReturnType<typeof sql.identifier>; where: (condition: unknown) => void }, value: unknown) => {
              if (value === null || value === undefined) return
              $where.where(sql`${$where.alias}.id ${compare === '<' ? sql`<` : sql`>=`} webhooks_private.least_id(${sql.value(value as string)}::timestamptz)`)
            },
          })),
        })
        return {
          ...fields,
          ...bound('since', 'Of events that happened at this time or later.', '>='),
          ...bound('until', 'Of events that happened before this time.', '<'),
        }
      },
    },
  },
}
