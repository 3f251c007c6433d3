/** The page's `.graphql` files as the texts that are sent: for the build, and for the test that types them. */
import { type FragmentDefinitionNode, Kind, type OperationDefinitionNode, parse, print, visit } from 'graphql'

export type DocumentFile = { readonly path: string; readonly text: string }
export type Operation = { readonly name: string; readonly text: string }

type Fragments = ReadonlyMap<string, FragmentDefinitionNode>

const fragmentsIn = (node: OperationDefinitionNode | FragmentDefinitionNode, fragments: Fragments): string[] => {
  const names = new Set<string>()
  visit(node, { FragmentSpread: ({ name }) => void names.add(name.value) })
  return [...names].flatMap((name) => [name, ...fragmentsIn(fragments.get(name)!, fragments)])
}

/** @returns the operations of each file by its path; one is followed by the fragments that it stands on, whichever file holds them */
export const operationsOf = (files: readonly DocumentFile[]): ReadonlyMap<string, readonly Operation[]> => {
  const parsed = files.map(({ path, text }) => ({ path, definitions: parse(text).definitions }))
  const fragments: Fragments = new Map(
    parsed.flatMap(({ definitions }) => definitions).flatMap((node) => (node.kind === Kind.FRAGMENT_DEFINITION ? [[node.name.value, node] as const] : [])),
  )
  const textOf = (node: OperationDefinitionNode) =>
    [node, ...[...new Set(fragmentsIn(node, fragments))].map((name) => fragments.get(name)!)].map((each) => print(each)).join('\n')
  return new Map(
    parsed.map(({ path, definitions }) => [
      path,
      definitions.flatMap((node) => (node.kind === Kind.OPERATION_DEFINITION && node.name ? [{ name: node.name.value, text: textOf(node) }] : [])),
    ]),
  )
}
