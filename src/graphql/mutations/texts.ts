/** Texts that PostgreSQL cannot keep, refused with the name of the input: its own error would tell a byte sequence, and not whose. */
import { SafeError } from 'postgraphile/grafast'
import type { Args } from './act.ts'

/** Data of events may hold them: `json` keeps an escape as it is written. */
const UNCHECKED: ReadonlySet<string> = new Set(['data', 'dataText'])
/** Their fields are inputs of their own. */
const INPUTS: ReadonlySet<string> = new Set(['endpoint', 'changes', 'eventType'])

const isStorable = (value: unknown): boolean => {
  if (typeof value === 'string') return value.isWellFormed() && !value.includes('\0')
  if (typeof value !== 'object' || value === null) return true
  return Object.entries(value).every(([name, inner]) => isStorable(name) && isStorable(inner))
}

/** @throws SafeError WHVAL */
export const checkTexts = (args: Args): void => {
  for (const [name, value] of Object.entries(args)) {
    if (INPUTS.has(name) && typeof value === 'object' && value !== null) checkTexts(value as Args)
    else if (!UNCHECKED.has(name) && !isStorable(value)) {
      throw new SafeError(`The value of ${name} holds a character that cannot be kept.`, {
        code: 'WHVAL', detail: 'U+0000 and halves of surrogate pairs are no characters of a text.', hint: 'Leave them out.', field: name,
      })
    }
  }
}
