/** Event type names (`sale.created`) and the patterns by which endpoints subscribe (`sale.created`, `sale.*`, `*`). */
import type { RowhookErrorFields } from './errors.ts'

const NAME = /^[a-z0-9_]+(\.[a-z0-9_]+)+$/
const PATTERN = /^(\*|[a-z0-9_]+(\.[a-z0-9_]+)*\.\*|[a-z0-9_]+(\.[a-z0-9_]+)+)$/

export const isEventType = (name: string): boolean => NAME.test(name)
export const isEventPattern = (pattern: string): boolean => PATTERN.test(pattern)

/** Whether a pattern takes in an event type: `*` all, `sale.*` everything below `sale.` at any depth, else that name alone. */
export const matches = (pattern: string, type: string): boolean =>
  pattern === '*' || pattern === type || (pattern.endsWith('.*') && type.startsWith(pattern.slice(0, -1)))

// Edits (insert, delete, replace, swap of neighbours) between two short texts.
const distance = (a: string, b: string): number => {
  let beforeLast: number[] = []
  let last = Array.from({ length: b.length + 1 }, (_, column) => column)
  for (let row = 1; row <= a.length; row++) {
    const line = [row]
    for (let column = 1; column <= b.length; column++) {
      const same = a[row - 1] === b[column - 1]
      let edits = Math.min((last[column] ?? 0) + 1, (line[column - 1] ?? 0) + 1, (last[column - 1] ?? 0) + (same ? 0 : 1))
      if (row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1]) {
        edits = Math.min(edits, (beforeLast[column - 2] ?? 0) + 1)
      }
      line.push(edits)
    }
    beforeLast = last
    last = line
  }
  return last[b.length] ?? 0
}

/** The known names that somebody may have meant, nearest first; empty when nothing is near. */
export const nearNames = (name: string, known: readonly string[], limit = 3): string[] => {
  const text = name.slice(0, 100).toLowerCase()
  const rated = known.map((each) => ({ each, edits: text !== '' && each.startsWith(text) ? 0 : distance(text, each) }))
  // As near as the nearest, give or take one: what is much further off was not meant.
  const least = Math.min(...rated.map(({ edits }) => edits))
  return rated
    .filter(({ each, edits }) => edits <= Math.min(least + 1, Math.max(2, Math.floor(each.length / 3))))
    .toSorted((a, b) => a.edits - b.edits || (a.each < b.each ? -1 : 1))
    .slice(0, limit)
    .map(({ each }) => each)
}

const RULE = 'Lower-case letters, digits and underscores in parts joined by dots, such as sale.created.'

/** Why a text is not an event type name, or `undefined` when it is one. Code WHEVT. */
export const eventTypeProblem = (name: string): RowhookErrorFields | undefined =>
  isEventType(name)
    ? undefined
    : { code: 'WHEVT', message: `Event type ${JSON.stringify(name)} is not a valid name.`, detail: RULE, hint: 'Write it as resource.action.' }

/**
 * All problems of an endpoint's list of patterns: none given, misspelled ones, and ones that take in no known type.
 * @param known names of the registered event types
 */
export const eventPatternProblems = (patterns: readonly string[], known: readonly string[]): RowhookErrorFields[] => {
  if (patterns.length === 0) {
    return [{ code: 'WHEVT', message: 'The endpoint subscribes to no event.', detail: 'Its list of events is empty.', hint: 'Name event types, sale.* or *.' }]
  }
  return patterns.flatMap((pattern): RowhookErrorFields[] => {
    const message = `Event pattern ${JSON.stringify(pattern)} `
    if (!isEventPattern(pattern)) {
      return [{ code: 'WHEVT', message: `${message}is not valid.`, detail: `${RULE} A pattern is a name, a prefix and .*, or * alone.`, hint: nearHint(pattern, known) }]
    }
    if (pattern === '*' || known.some((type) => matches(pattern, type))) return []
    return [{ code: 'WHEVT', message: `${message}matches no event type.`, detail: 'No registered event type has that name or prefix.', hint: nearHint(pattern, known) }]
  })
}

const nearHint = (pattern: string, known: readonly string[]): string => {
  const candidates = pattern.endsWith('*') ? [...new Set(known.map((type) => type.replace(/\.[^.]*$/, '.*')))] : known
  const near = nearNames(pattern, candidates)
  return near.length > 0 ? `Did you mean ${near.join(' or ')}?` : 'See webhooks.event_types for the names there are.'
}
