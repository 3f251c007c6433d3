/** A GraphQL operation as text that knows its types. The files beside the .graphql documents are made of them. */
import type { TypedDocumentNode } from 'urql'

/** urql takes text as it takes parsed documents; only its types ask for more. */
export const operation = <Result, Variables>(text: string): TypedDocumentNode<Result, Variables> => text as unknown as TypedDocumentNode<Result, Variables>
