/** The GraphQL schema and how it is served, as one preset. */
import '../config/graphile-env.ts'
import { PgSimplifyInflectionPreset } from '@graphile/simplify-inflection'
import type { ExecutionResult } from 'graphql'
import type pg from 'pg'
import { makePgService } from 'postgraphile/adaptors/pg'
import { PostGraphileAmberPreset } from 'postgraphile/presets/amber'
import { PostGraphileConnectionFilterPreset } from 'postgraphile-plugin-connection-filter'
import type { AddressPolicy } from '../core/address.ts'
import type { Keyring } from '../core/sealing.ts'
import { AuditPlugin } from './audit.ts'
import { CodedRequestsPlugin, maskErrors, type OnInternal } from './errors.ts'
import { ExposedPlugin } from './exposed.ts'
import { FiguresPlugin } from './figures.ts'
import { originOf, pgSettingsOf, type Identity } from './identity.ts'
import { knownOperationsPlugin, type KnownOperations } from './known-operations.ts'
import { busy, costProblem, limitRules, MAX_ROWS_OF_CHANGE } from './limits.ts'
import { MatchedPlugin } from './matched.ts'
import { mutationsPlugin } from './mutations/plugin.ts'
import type { Live } from './live.ts'
import { NamingPlugin } from './naming.ts'
import { PagingPlugin } from './paging.ts'
import { PreviewsPlugin } from './previews.ts'
import { QuestionsPlugin } from './questions.ts'
import { SubscriptionsPlugin } from './subscriptions.ts'
import { TenantsPlugin } from './tenants.ts'
import { createTurns } from './turns.ts'
import { UrgencyPlugin } from './urgency.ts'
import { urlProblemsPlugin } from './url-problems.ts'

declare global {
  namespace Grafast {
    interface Context {
      identity: Identity
      live: Live
    }
  }
}

export type ApiOptions = {
  /** logs in as `rowhook_api` */
  readonly pool: pg.Pool
  /** judges endpoint URLs before they are saved */
  readonly policy: AddressPolicy
  /** seals secrets before they are written */
  readonly keyring: Keyring
  /** where the server is found: `/graphql` */
  readonly graphqlPath: string
  /** GraphiQL and introspection */
  readonly graphiql: boolean
  readonly live: Live
  /** who asks, from the request that the transport has checked */
  readonly identify: (context: Partial<Grafast.RequestContext>) => Identity | Promise<Identity>
  readonly onInternal: OnInternal
  /** the only operations that it runs; `undefined`: any */
  readonly operations: KnownOperations | undefined
  /** of each statement; ten seconds if left out */
  readonly statementTimeoutMs?: number | undefined
}

/** Data of an event may have 1 MiB (`settings.max_event_bytes`), and more once it is escaped inside JSON. */
export const MAX_REQUEST_BYTES = 2 * 1024 * 1024

const limits = (introspection: boolean, turns = createTurns()): GraphileConfig.Plugin => ({
  name: 'RowhookLimitsPlugin',
  version: '1.0.0',
  grafserv: {
    middleware: {
      setPreset(next, event) {
        event.validationRules.push(...limitRules({ introspection }))
        return next()
      },
    },
  },
  grafast: {
    middleware: {
      execute(next, { args }) {
        const problem = costProblem(args.schema, args.document, args.variableValues ?? {})
        if (problem) return { errors: [problem] }
        const { identity } = args.contextValue as Grafast.Context
        return turns.take(identity.tenantId ?? '', next as () => Promise<ExecutionResult>) ?? { errors: [busy()] }
      },
      // What is asked of each change is asked again and again.
      subscribe(next, { args }) {
        const problem = costProblem(args.schema, args.document, args.variableValues ?? {}, MAX_ROWS_OF_CHANGE)
        return problem ? { errors: [problem] } : next()
      },
    },
  },
})

export const apiPreset = ({ pool, policy, keyring, graphqlPath, graphiql, live, identify, onInternal, operations, statementTimeoutMs }: ApiOptions): GraphileConfig.Preset => ({
  extends: [PostGraphileAmberPreset, PgSimplifyInflectionPreset, PostGraphileConnectionFilterPreset],
  plugins: [NamingPlugin, ExposedPlugin, PagingPlugin, MatchedPlugin, UrgencyPlugin, mutationsPlugin({ policy, keyring }), QuestionsPlugin, FiguresPlugin, PreviewsPlugin, TenantsPlugin, AuditPlugin, urlProblemsPlugin(policy), SubscriptionsPlugin, CodedRequestsPlugin, limits(graphiql), ...(operations ? [knownOperationsPlugin(operations)] : [])],
  disablePlugins: [
    'NodePlugin', // global ids beside the UUIDs would be a second name for everything
    'QueryQueryPlugin', // Query.query, for Relay 1
    'PgRBACPlugin', // asks what the login may; it may nothing until it has a role
    'SwallowErrorsPlugin', // a conflict of names must be seen
    'PgConditionArgumentPlugin', 'PgConditionCustomFieldsPlugin', // `filter` says more
    'PgConnectionArgFilterBackwardRelationsPlugin', 'PgConnectionArgFilterForwardRelationsPlugin', // joins that no index bounds
  ],
  pgServices: [makePgService({ pool, schemas: ['webhooks'] })],
  schema: {
    defaultBehavior: '-insert -update -delete -list -resource:connection:backwards',
    connectionFilterAllowNullInput: true,
    connectionFilterAllowEmptyObjectInput: true,
  },
  grafast: {
    explain: false,
    async context(requestContext) {
      const identity = await identify(requestContext)
      return { identity, live, pgSettings: pgSettingsOf(identity, originOf(requestContext), statementTimeoutMs) }
    },
  },
  grafserv: {
    graphqlPath,
    graphqlOverGET: true,
    graphiql,
    graphiqlPath: graphqlPath.replace(/graphql$/, 'graphiql'),
    graphiqlStaticPath: graphqlPath.replace(/graphql$/, 'ruru-static/'),
    graphiqlOnGraphQLGET: false,
    websockets: true,
    maxRequestLength: MAX_REQUEST_BYTES,
    maskError: maskErrors(onInternal),
  },
})
