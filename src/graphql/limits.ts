/** What a request may ask for at most: depth, aliases, rows of a page, rows in all. */
import { depthLimit } from '@graphile/depth-limit'
import {
  getNamedType,
  GraphQLError,
  isObjectType,
  Kind,
  NoSchemaIntrospectionCustomRule,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLObjectType,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type SelectionSetNode,
  type ValidationRule,
} from 'graphql'

/** Rows of a page where nothing is said, and at most. */
export const PAGE = 100
export const MAX_PAGE = 1_000
/** Rows that a request could come to, all its lists multiplied out. */
const MAX_ROWS = 20_000
/** What a subscription asks of one change. */
export const MAX_ROWS_OF_CHANGE = 500
/** Times that a request may name fields under other names than their own, or root fields at all: each is work of its own. */
const MAX_ALIASES = 30
const MAX_ROOT_FIELDS = 20
const MAX_DEPTH = 12

/** A field that looks at more than its own row counts as so many. */
const weights: Readonly<Record<string, number>> = {
  'Endpoint.health': 20, 'Endpoint.sparkline': 20, 'Delivery.next': 20, 'Event.explanation': 50,
  'Query.endpointStats': 500, 'Query.tenantStats': 1_000, 'Query.filterPreview': 1_000, 'Query.recoverPreview': 500, 'Query.replayPreview': 1_000, 'Query.tenants': 2,
}

const tooMuch = (message: string, detail: string, hint: string, nodes?: FieldNode) =>
  new GraphQLError(message, { ...(nodes ? { nodes } : {}), extensions: { code: 'WHCST', detail, hint } })

/** For who asks more at once than can be kept waiting. */
export const busy = () =>
  new GraphQLError('Too many requests of this tenant wait already.', { extensions: { code: 'WHBSY', detail: 'Requests of a tenant take turns, so that others have theirs.', hint: 'Wait for answers before asking more.' } })

const aliasLimit: ValidationRule = (context) => {
  let aliases = 0
  return {
    Field: (field) => {
      if (field.alias !== undefined && field.alias.value !== field.name.value && ++aliases === MAX_ALIASES + 1) {
        context.reportError(tooMuch('The request has too many aliases.', `${MAX_ALIASES} are allowed.`, 'Split it into several requests.', field))
      }
    },
    OperationDefinition: ({ selectionSet }) => {
      if (selectionSet.selections.length > MAX_ROOT_FIELDS) {
        context.reportError(tooMuch('The request has too many root fields.', `${MAX_ROOT_FIELDS} are allowed.`, 'Split it into several requests.'))
      }
    },
  }
}

const depth = depthLimit({
  maxDepth: MAX_DEPTH,
  maxListDepth: 5,
  maxIntrospectionDepth: 16,
  maxIntrospectionListDepth: 4,
  maxDepthByFieldCoordinates: { '__Type.ofType': 9 },
  revealDetails: true,
})

/** The rule of the library, its errors with a code of ours. */
const depthRule: ValidationRule = (context) =>
  depth(
    Object.create(context, {
      reportError: { value: ({ message }: GraphQLError) => context.reportError(tooMuch(message, `A depth of ${MAX_DEPTH} is allowed, and 5 lists within one another.`, 'Ask for what lies deeper in a request of its own.')) },
    }) as typeof context,
  )

/** Rules beside those of the specification. */
export const limitRules = ({ introspection }: { readonly introspection: boolean }): ValidationRule[] => [
  depthRule,
  aliasLimit,
  ...(introspection ? [] : [NoSchemaIntrospectionCustomRule]),
]

type Walk = {
  readonly variables: Readonly<Record<string, unknown>>
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>
  readonly maxRows: number
  rows: number
}

/** What `first` comes to; a page where nothing is said. */
const pageOf = (field: FieldNode, { variables }: Walk): number => {
  const value = field.arguments?.find(({ name }) => name.value === 'first')?.value
  if (value === undefined || value.kind === Kind.NULL) return PAGE
  const given = value.kind === Kind.VARIABLE ? variables[value.name.value] : value.kind === Kind.INT ? Number(value.value) : undefined
  const first = typeof given === 'number' ? given : PAGE
  if (first < 0) throw new GraphQLError(`A page cannot have ${first} rows.`, { nodes: field, extensions: { code: 'WHVAL', field: 'first', hint: `Ask for 0 to ${MAX_PAGE}.` } })
  if (first > MAX_PAGE) throw tooMuch(`A page has ${first} rows.`, `At most ${MAX_PAGE} are allowed.`, 'Ask for fewer, and go on by the cursor.', field)
  return first
}

const walk = (type: GraphQLObjectType, { selections }: SelectionSetNode, times: number, state: Walk): void => {
  for (const selection of selections) {
    if (selection.kind === Kind.FRAGMENT_SPREAD) {
      const fragment = state.fragments.get(selection.name.value)
      if (fragment) walk(type, fragment.selectionSet, times, state)
    } else if (selection.kind === Kind.INLINE_FRAGMENT) walk(type, selection.selectionSet, times, state)
    else {
      const weight = weights[`${type.name}.${selection.name.value}`]
      const definition = type.getFields()[selection.name.value]
      const inner = definition && getNamedType(definition.type)
      const isOneRow = isObjectType(inner) && !inner.name.endsWith('Edge') && inner.name !== 'PageInfo'
      const count = isObjectType(inner) && inner.name.endsWith('Connection') ? times * pageOf(selection, state) : times
      state.rows += count * (weight ?? (isOneRow ? 1 : 0))
      if (state.rows > state.maxRows) {
        throw tooMuch(`The request could come to more than ${state.maxRows} rows.`, 'Every list counts with its page size, multiplied by the list that it stands in.', 'Ask for smaller pages with first, or for less at once.', selection)
      }
      if (isObjectType(inner) && selection.selectionSet) walk(inner, selection.selectionSet, count, state) // of __schema the depth limit takes care
    }
  }
}

const defaultsOf = ({ variableDefinitions = [] }: OperationDefinitionNode): Record<string, unknown> =>
  Object.fromEntries(variableDefinitions.flatMap(({ variable, defaultValue }) => (defaultValue?.kind === Kind.INT ? [[variable.name.value, Number(defaultValue.value)]] : [])))

/** What a request would cost too much, or nothing. Asked when the variables are known, before anything is read. */
export const costProblem = (schema: GraphQLSchema, document: DocumentNode, variables: Readonly<Record<string, unknown>>, maxRows = MAX_ROWS): GraphQLError | undefined => {
  const fragments = new Map(document.definitions.flatMap((node) => (node.kind === Kind.FRAGMENT_DEFINITION ? [[node.name.value, node] as const] : [])))
  try {
    for (const node of document.definitions) {
      if (node.kind !== Kind.OPERATION_DEFINITION) continue
      const root = schema.getRootType(node.operation)
      if (root) walk(root, node.selectionSet, 1, { variables: { ...defaultsOf(node), ...variables }, fragments, maxRows, rows: 0 })
    }
    return undefined
  } catch (error) {
    if (error instanceof GraphQLError) return error
    throw error
  }
}
