/** Tells whether a migration says something else than it did when a database took it. */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'

/** What is run to go up: the heading and what follows it, to the heading of the way down. */
const upPart = (text: string): string => text.replace(/^[^]*?^\s*--[\s-]*up\s+migration.*$/im, '').replace(/^\s*--[\s-]*down\s+migration[^]*$/im, '')

/** Comments that stand on lines of their own, blank lines and indentation: they may be put better without any database being another. */
const withoutComments = (sql: string): string =>
  sql
    .replaceAll(/^\s*\/\*[^]*?\*\/\s*$/gm, '')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('--'))
    .join('\n')

/** SHA-256 of the statements by which a migration goes up, in hex. */
export const checksumOf = (text: string): string => createHash('sha256').update(withoutComments(upPart(text))).digest('hex')

/** The same of a file. */
export const checksumOfFile = (path: string): string => checksumOf(readFileSync(path, 'utf8'))
