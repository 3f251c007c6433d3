/** What is wrong with an endpoint URL, asked while somebody types it. */
import { parse } from 'graphql'
import { lambda, type FieldArgs, type Step } from 'postgraphile/grafast'
import { extendSchema } from 'postgraphile/utils'
import type { AddressPolicy } from '../core/address.ts'
import { endpointUrlProblems } from '../core/endpoint-url.ts'

const sdl = `
extend type Query {
  "What saving an endpoint with this URL would say no to, in the same words. Empty: nothing. No name is looked up and nothing is sent."
  urlProblems(url: String!): [UrlProblem!]!
}
"Why a URL cannot be an endpoint."
type UrlProblem {
  "WHURL, WHADR or WHPRT, see docs/errors.md."
  code: String!
  "What is wrong."
  message: String!
  "Why that is a problem."
  detail: String!
  "What to do."
  hint: String!
}
`

export const urlProblemsPlugin = (policy: AddressPolicy): GraphileConfig.Plugin =>
  extendSchema(
    {
      typeDefs: parse(sdl),
      objects: {
        Query: { plans: { urlProblems: (_parent: Step, args: FieldArgs) => lambda(args.getRaw('url'), (url) => endpointUrlProblems(url as string, policy)) } },
      },
    },
    'RowhookUrlProblemsPlugin',
  )
