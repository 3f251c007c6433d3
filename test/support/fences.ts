/** The fenced blocks of a page of documentation. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { packageRoot } from '../../src/config/package.ts'

/** A block: its language as written after the fence, its text, and the line on which it begins. */
export type Fence = { readonly language: string; readonly text: string; readonly line: number }

/** Languages whose blocks somebody will copy and run. */
export const runnable: readonly string[] = ['sh', 'sql', 'js', 'ts']

/** Every block of a page, in order. @param page path from the repository's root */
export const fencesOf = (page: string): Fence[] => {
  const text = readFileSync(join(packageRoot, page), 'utf8')
  return [...text.matchAll(/^ *```(\w*)\n(.*?)^ *```$/gms)].map((match) => ({
    language: match[1]!,
    text: match[2]!,
    line: text.slice(0, match.index).split('\n').length,
  }))
}
