/** What a further header may be called and hold, judged while somebody types; the server has the last word. */
import type { Texts } from '../../../i18n/en/index.ts'

export type HeaderRow = { readonly name: string; readonly value: string }

const reserved: ReadonlySet<string> = new Set([
  'content-type', 'user-agent', 'webhook-id', 'webhook-timestamp', 'webhook-signature', 'x-event', 'x-signature',
  'host', 'content-length', 'transfer-encoding', 'connection', 'te', 'trailer', 'upgrade', 'expect', 'keep-alive', 'cookie',
])

/** @returns one for each row, nothing where it is good */
export const headerProblems = (rows: readonly HeaderRow[], problems: Texts['endpointForm']['problems']): (string | undefined)[] => {
  const names = rows.map(({ name }) => name.trim().toLowerCase())
  return rows.map(({ value }, index) => {
    const name = names[index]!
    if (name === '' && value === '') return undefined
    if (!/^[a-z0-9!#$%&'*+.^_`|~-]+$/.test(name) || reserved.has(name) || name.startsWith('proxy-')) return problems.headerName
    if (names.indexOf(name) !== index) return problems.headerTwice
    return /^[\x20-\x7e]*$/.test(value) ? undefined : problems.headerValue
  })
}
