/** Files of operations: JSON objects of ids and documents, as the usual tools write them. */
import { readFileSync } from 'node:fs'
import { parse } from 'graphql'
import { z } from 'zod'
import { RowhookError } from '../core/errors.ts'
import type { KnownOperations } from '../graphql/known-operations.ts'

const format = z.record(z.string().min(1), z.string().min(1))

const unusable = (path: string, detail: string, cause?: unknown) =>
  new RowhookError({ code: 'WHOPF', message: `The operations of ${path} cannot be used.`, detail, hint: 'Write the file anew: an object of ids and GraphQL documents (docs/api.md).', cause })

const readOne = (path: string): [id: string, document: string][] => {
  let content: unknown
  try {
    content = JSON.parse(readFileSync(path, 'utf8'))
  } catch (error) {
    throw unusable(path, `${(error as Error).message}.`, error)
  }
  const { data, success } = format.safeParse(content)
  if (!success) throw unusable(path, 'It is not an object of ids and documents.')
  for (const [id, document] of Object.entries(data)) {
    try {
      parse(document)
    } catch (error) {
      throw unusable(path, `The document of ${JSON.stringify(id)} is not GraphQL: ${(error as Error).message}`, error)
    }
  }
  return Object.entries(data)
}

/**
 * All operations of the files.
 * @throws RowhookError WHOPF
 */
export const readOperations = (paths: readonly string[]): KnownOperations => {
  const byId = new Map(paths.flatMap(readOne))
  return { byId, texts: new Set(byId.values()) }
}
