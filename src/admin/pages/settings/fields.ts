/** What can be set, how each is written, and how what is written is read. */
import { parseDuration, secondsOf, writeDuration } from '../../parts/duration.ts'

/** span: a length of time; spans: several; share: 0 to 1, written in per cent. */
export type Kind = 'switch' | 'span' | 'spans' | 'count' | 'share'

export type Field = { readonly name: string; readonly kind: Kind; readonly mayBeEmpty?: boolean }
export type Section = { readonly name: 'switches' | 'retention' | 'retries' | 'limits' | 'circles' | 'circuit' | 'disabling' | 'alerts'; readonly fields: readonly Field[] }

const field = (name: string, kind: Kind, mayBeEmpty = false): Field => ({ name, kind, mayBeEmpty })

export const operatorSections: readonly Section[] = [
  { name: 'switches', fields: [field('sending', 'switch'), field('capture', 'switch')] },
  { name: 'retention', fields: [field('eventRetention', 'span'), field('attemptRetention', 'span'), field('deadLetterTtl', 'span'), field('auditRetention', 'span')] },
  { name: 'retries', fields: [field('retrySchedule', 'spans'), field('retryJitter', 'share')] },
  { name: 'limits', fields: [field('tenantRateLimit', 'count'), field('tenantMaxInFlight', 'count'), field('maxFiltersPerTenant', 'count'), field('maxEventBytes', 'count')] },
  { name: 'circles', fields: [field('circleLimit', 'count', true), field('maxCauseDepth', 'count')] },
  { name: 'circuit', fields: [field('circuitFailures', 'count'), field('circuitFailureRate', 'share'), field('circuitOpenMin', 'span'), field('circuitOpenMax', 'span')] },
  { name: 'disabling', fields: [field('disableAfter', 'span'), field('disableMinFailures', 'count'), field('disableMinSpan', 'span')] },
  {
    name: 'alerts',
    fields: [
      field('alertDeadLetters', 'count'), field('alertDeadLetterAge', 'span'), field('alertRetryRate', 'share'), field('alertErrorRate', 'share'),
      field('alertP95Ms', 'count'), field('alertBacklogAge', 'span'), field('alertAvailability', 'share'), field('alertRepeat', 'span'),
    ],
  },
]

export const tenantSections: readonly Section[] = [
  { name: 'switches', fields: [field('sending', 'switch')] },
  { name: 'limits', fields: [field('rateLimit', 'count', true), field('maxEndpoints', 'count'), field('testsPerMinute', 'count'), field('maxReplay', 'count'), field('maxEventBytes', 'count', true)] },
  { name: 'retries', fields: [field('retrySchedule', 'spans', true)] },
]

type Interval = Parameters<typeof secondsOf>[0]

/** As the API has it → as one types it. */
export const asText = (kind: Kind, value: unknown): string => {
  if (value === null || value === undefined) return ''
  if (kind === 'span') return writeDuration(secondsOf(value as Interval))
  if (kind === 'spans') return (value as readonly Interval[]).map((each) => writeDuration(secondsOf(each))).join(', ')
  // Rounded, because 0.07 × 100 is not 7.
  if (kind === 'share') return String(Math.round(Number(value) * 1e8) / 1e6)
  return typeof value === 'string' ? value : JSON.stringify(value)
}

/** By its parts, so that a week stays seven days rather than 168 hours. */
const intervalOf = (seconds: number) => ({ days: Math.floor(seconds / 86_400), hours: Math.floor((seconds % 86_400) / 3_600), minutes: Math.floor((seconds % 3_600) / 60), seconds: seconds % 60 })

/** As one types it → as the API takes it. @returns nothing where it cannot be read */
export const readText = ({ kind, mayBeEmpty }: Field, text: string): { readonly value: unknown } | undefined => {
  const trimmed = text.trim()
  if (trimmed === '') return mayBeEmpty ? { value: null } : undefined
  if (kind === 'switch') return { value: trimmed === 'true' }
  if (kind === 'count') return /^\d{1,9}$/.test(trimmed) ? { value: Number(trimmed) } : undefined
  if (kind === 'share') return /^\d{1,3}(\.\d{1,6})?$/.test(trimmed) && Number(trimmed) <= 100 ? { value: Math.round(Number(trimmed) * 1e6) / 1e8 } : undefined
  const spans = (kind === 'span' ? [trimmed] : trimmed.split(',')).map(parseDuration)
  const read = spans.flatMap((seconds) => (seconds === undefined ? [] : [intervalOf(seconds)]))
  if (read.length < spans.length) return undefined
  return { value: kind === 'span' ? read[0] : read }
}
