/** The languages that receivers are shown in. */
import { go } from './go.ts'
import { node } from './node.ts'
import { php } from './php.ts'
import { python } from './python.ts'
import { ruby } from './ruby.ts'
import { shell } from './shell.ts'

export const snippets = { node, python, go, ruby, php, shell } as const

export type SnippetName = keyof typeof snippets
