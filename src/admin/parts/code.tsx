/** Text of machines: JSON with colours, or as it came. It scrolls within itself and can be copied. */
import { memo, type ReactNode } from 'react'
import { CopyButton } from './copy.tsx'
import css from './code.module.css'

const TOKEN = /("(?:[^"\\]|\\.)*")(\s*:)?|(-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)|\b(true|false|null)\b/g

/** Beyond it colours cost more than they help. */
const MOST_COLOURED = 100_000

const coloured = (json: string): ReactNode => {
  if (json.length > MOST_COLOURED) return json
  const parts: ReactNode[] = []
  let at = 0
  for (const match of json.matchAll(TOKEN)) {
    const [whole, string, colon, number] = match
    parts.push(json.slice(at, match.index))
    const kind = string === undefined ? (number === undefined ? 'word' : 'number') : colon === undefined ? 'string' : 'key'
    parts.push(<span key={match.index} className={css[kind]}>{string ?? whole}</span>, colon)
    at = match.index + whole.length
  }
  return [...parts, json.slice(at)]
}

/**
 * JSON with its lines broken, numbers and keys as they were written: only white space is added.
 * @returns the text itself where it is not JSON
 */
export const prettyJson = (text: string): string => {
  try {
    JSON.parse(text)
  } catch {
    return text
  }
  let depth = 0
  const line = () => `\n${'  '.repeat(depth)}`
  return text.replaceAll(/"(?:[^"\\]|\\.)*"|\s+|[[{](\s*[\]}])?|[\]},:]/g, (token, closing?: string) => {
    if (/^\s/.test(token)) return ''
    if (closing !== undefined) return token[0]! + token.at(-1)!
    if (token === '{' || token === '[') { depth += 1; return token + line() }
    if (token === '}' || token === ']') { depth -= 1; return line() + token }
    if (token === ',') return token + line()
    return token === ':' ? ': ' : token
  })
}

export const Code = memo(({ text, label, isJson = false }: { readonly text: string; readonly label: string; readonly isJson?: boolean }) => (
  <div className={css['box']}>
    {/* Reached by the keyboard, because it scrolls. */}
    {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
    <pre className={css['text']} tabIndex={0} aria-label={label} role="region">
      {isJson ? coloured(text) : text}
    </pre>
    <span className={css['copy']}>
      <CopyButton text={text} />
    </span>
  </div>
))
