/** From the admin page's .graphql files to their declarations: each operation with the types of its variables and its answer. */
import {
  type FieldNode, type FragmentDefinitionNode, getNamedType, type GraphQLInputType, type GraphQLObjectType, type GraphQLOutputType, type GraphQLSchema,
  isEnumType, isInputObjectType, isListType, isNonNullType, isObjectType, Kind, type OperationDefinitionNode, parse, type SelectionSetNode, typeFromAST, validate,
} from 'graphql'
import { dirname, relative } from 'node:path/posix'
import type { SourceFile } from '../../support/source.ts'

const scalars: Readonly<Record<string, string>> = { Int: 'number', Float: 'number', Boolean: 'boolean', JSON: 'unknown' }

const API = 'src/admin/api'
const HEADER = '// Written by test/admin/documents.test.ts: UPDATE_DOCUMENTS=1 node --test test/admin/documents.test.ts\n'

/** A type or nothing; `unknown` has both in it already. */
const orNothing = (type: string, nothing: 'null' | 'undefined'): string => (type === 'unknown' ? type : `${type} | ${nothing}`)

const inputType = (type: GraphQLInputType, used: Set<string>): string => {
  if (isNonNullType(type)) return inputType(type.ofType, used).replace(/ \| null$/, '')
  if (isListType(type)) return `readonly (${inputType(type.ofType, used)})[] | null`
  if (isEnumType(type)) return `${type.getValues().map(({ name }) => `'${name}'`).join(' | ')} | null`
  if (isInputObjectType(type)) used.add(type.name)
  return orNothing(isInputObjectType(type) ? type.name : (scalars[type.name] ?? 'string'), 'null')
}

type Context = {
  readonly schema: GraphQLSchema
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>
  /** names of the fragments that a file's types stand on */
  readonly spread: Set<string>
}

const outputType = (type: GraphQLOutputType, field: FieldNode, context: Context): string => {
  if (isNonNullType(type)) return outputType(type.ofType, field, context).replace(/ \| null$/, '')
  if (isListType(type)) {
    // The lists of connections hold what the reader may see, and no gaps.
    const isOfRows = isObjectType(getNamedType(type))
    const each = outputType(type.ofType, field, context)
    return `readonly (${isOfRows ? each.replace(/ \| null$/, '') : each})[] | null`
  }
  if (isObjectType(type)) return `${selectionType(type, field.selectionSet!, context)} | null`
  return orNothing(scalars[getNamedType(type).name] ?? 'string', 'null')
}

const block = (fields: readonly string[]): string => `{\n${fields.join('\n').replaceAll(/^/gm, '  ')}\n}`

/** What a selection gives: its fragments by their names, and the fields beside them. */
const selectionType = (type: GraphQLObjectType, { selections }: SelectionSetNode, context: Context): string => {
  const spreads = selections.filter((each) => each.kind === Kind.FRAGMENT_SPREAD).map(({ name }) => name.value)
  for (const name of spreads) context.spread.add(name)
  const fields = selections.filter((each) => each.kind === Kind.FIELD).map((field) => {
    const key = field.alias?.value ?? field.name.value
    return field.name.value === '__typename' ? `readonly ${key}: '${type.name}'` : `readonly ${key}: ${outputType(type.getFields()[field.name.value]!.type, field, context)}`
  })
  if (spreads.length + fields.length < selections.length) throw new Error('Inline fragments are not needed: the schema has no unions.')
  return [...spreads, ...(fields.length > 0 ? [block(fields)] : [])].join(' & ')
}

const rootOf = (schema: GraphQLSchema, node: OperationDefinitionNode) =>
  ({ query: schema.getQueryType(), mutation: schema.getMutationType(), subscription: schema.getSubscriptionType() })[node.operation]!

const operationSource = (node: OperationDefinitionNode, context: Context, used: Set<string>): string => {
  const name = node.name!.value
  const variables = (node.variableDefinitions ?? []).map(({ variable, type, defaultValue }) => {
    const known = typeFromAST(context.schema, type as never) as GraphQLInputType
    const isNeeded = isNonNullType(known) && defaultValue === undefined
    return `readonly ${variable.name.value}${isNeeded ? '' : '?'}: ${isNeeded ? inputType(known, used) : orNothing(inputType(known, used), 'undefined')}`
  })
  return [
    `export type ${name}Variables = ${variables.length > 0 ? `{ ${variables.join('; ')} }` : 'Record<string, never>'}`,
    `export type ${name}Result = ${selectionType(rootOf(context.schema, node), node.selectionSet, context)}`,
    `export declare const ${name}: TypedDocumentNode<${name}Result, ${name}Variables>`,
  ].join('\n')
}

const inputsSource = (schema: GraphQLSchema, names: ReadonlySet<string>): string => {
  const wanted = new Set(names)
  const lines: string[] = []
  for (const name of wanted) {
    const type = schema.getType(name)
    if (!isInputObjectType(type)) continue
    const fields = Object.values(type.getFields()).map((field) => {
      const isNeeded = isNonNullType(field.type) && field.defaultValue === undefined
      return `readonly ${field.name}${isNeeded ? '' : '?'}: ${isNeeded ? inputType(field.type, wanted) : orNothing(inputType(field.type, wanted), 'undefined')}`
    })
    lines.push(`export type ${name} = { ${fields.join('; ')} }`)
  }
  return `${HEADER}/** Inputs of the operations, as the schema has them. */\n\n${lines.toSorted().join('\n')}\n`
}

/**
 * Checks every document against the schema and writes their declarations.
 * @returns paths and texts of the files to be, and what is wrong with the documents
 */
export const typeDocuments = (schema: GraphQLSchema, documents: readonly SourceFile[]): { files: SourceFile[]; faults: string[] } => {
  const parsed = documents.map(({ path, text }) => ({ path, ast: parse(text) }))
  const all = { kind: Kind.DOCUMENT, definitions: parsed.flatMap(({ ast }) => ast.definitions) } as const
  const faults = validate(schema, all).map(({ message }) => message)
  if (faults.length > 0) return { files: [], faults }
  const fragments = new Map(all.definitions.filter((each) => each.kind === Kind.FRAGMENT_DEFINITION).map((each) => [each.name.value, each]))
  const homes = new Map(parsed.flatMap(({ path, ast }) => ast.definitions.filter((each) => each.kind === Kind.FRAGMENT_DEFINITION).map((each) => [each.name.value, path])))
  const used = new Set<string>()
  const files = parsed.map(({ path, ast }) => {
    const named = new Set<string>()
    const context = { schema, fragments, spread: new Set<string>() }
    const parts = ast.definitions.map((node) => {
      if (node.kind === Kind.OPERATION_DEFINITION) return operationSource(node, context, named)
      if (node.kind !== Kind.FRAGMENT_DEFINITION) throw new Error(`${path} holds something else than operations and fragments.`)
      return `export type ${node.name.value} = ${selectionType(schema.getType(node.typeCondition.name.value) as GraphQLObjectType, node.selectionSet, context)}`
    })
    for (const name of named) used.add(name)
    const to = (file: string) => relative(dirname(path), file).replace(/^(?!\.)/, './')
    const isOperating = ast.definitions.some(({ kind }) => kind === Kind.OPERATION_DEFINITION)
    const imports = [
      ...(named.size > 0 ? [`import type { ${[...named].toSorted().join(', ')} } from '${to(`${API}/inputs.ts`)}'`] : []),
      ...(isOperating ? [`import type { TypedDocumentNode } from 'urql'`] : []),
      ...[...context.spread].filter((name) => homes.get(name) !== path).toSorted().map((name) => `import type { ${name} } from '${to(homes.get(name)!)}'`),
    ]
    return { path: path.replace(/\.graphql$/, '.d.graphql.ts'), text: `${HEADER}${imports.join('\n')}\n\n${parts.join('\n\n')}\n` }
  })
  return { files: [...files, { path: `${API}/inputs.ts`, text: inputsSource(schema, used) }], faults }
}
