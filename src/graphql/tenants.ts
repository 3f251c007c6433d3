/** The tenants that there are, a page at a time, as every other list is read. */
import { parse } from 'graphql'
import { loadOneWithPgClient, type PgClient } from 'postgraphile/@dataplan/pg'
import { SafeError, type FieldArgs, type Step } from 'postgraphile/grafast'
import { extendSchema } from 'postgraphile/utils'
import { MAX_PAGE, PAGE } from './limits.ts'
import type { Args } from './mutations/act.ts'

const sdl = `
extend type Query {
  "The tenants that have endpoints, settings, keys or events, by id. For the operator. A search looks at 20,000 of them."
  tenants(
    "How many, at most ${MAX_PAGE}."
    first: Int = ${PAGE}
    "Those after this one: endCursor of the page before."
    after: Cursor
    "Text that the id contains, upper and lower case alike."
    search: String
  ): TenantConnection
}
"A page of tenants."
type TenantConnection {
  "The tenants."
  nodes: [Tenant!]!
  "The tenants, each with its cursor."
  edges: [TenantEdge!]!
  "Whether there are more, and how to go on."
  pageInfo: PageInfo!
}
"A tenant and its place in the list."
type TenantEdge {
  "Its place: what after takes."
  cursor: Cursor!
  "The tenant."
  node: Tenant!
}
"A tenant."
type Tenant {
  "As events and endpoints bear it."
  id: String!
  "Its endpoints that are not deleted."
  endpoints: Int!
  "False: nothing of this tenant is sent."
  sending: Boolean!
}
`

type Tenant = { readonly id: string; readonly endpoints: number; readonly sending: boolean }

const cursorOf = ({ id }: Tenant): string => Buffer.from(JSON.stringify(['tenant', id])).toString('base64')

/** @throws SafeError WHREQ for what is no cursor of this list */
const idAt = (cursor: string): string => {
  const [kind, id] = ((): unknown[] => {
    try {
      const found: unknown = JSON.parse(Buffer.from(cursor, 'base64').toString())
      return Array.isArray(found) ? found : []
    } catch {
      return []
    }
  })()
  if (kind === 'tenant' && typeof id === 'string' && !id.includes('\0')) return id
  throw new SafeError('The cursor is not one of this list.', { code: 'WHREQ', field: 'after', hint: 'Give endCursor of the page before, or leave it out.' })
}

const page = async (client: PgClient, { after, search, first }: Args) => {
  const wanted = typeof first === 'number' ? first : PAGE
  const { rows } = await client.query<Tenant>({
    text: 'select id, endpoints::integer, sending from webhooks.tenants($1, $2, $3)',
    values: [typeof after === 'string' ? idAt(after) : null, search, wanted + 1], // one more tells whether there are more
  })
  const nodes = rows.slice(0, wanted)
  const edges = nodes.map((node) => ({ cursor: cursorOf(node), node }))
  return { nodes, edges, pageInfo: { hasNextPage: rows.length > wanted, hasPreviousPage: false, startCursor: edges[0]?.cursor ?? null, endCursor: edges.at(-1)?.cursor ?? null } }
}

export const TenantsPlugin = extendSchema((build) => ({
  typeDefs: parse(sdl),
  objects: {
    Query: {
      plans: {
        tenants: (_parent: Step, args: FieldArgs) =>
          loadOneWithPgClient(build.pgExecutor, args.getRaw(), ((client: PgClient, asked: readonly Args[]) => Promise.all(asked.map((each) => page(client, each)))) as never),
      },
    },
  },
}), 'RowhookTenantsPlugin')
