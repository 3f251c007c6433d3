/** The choice of a span of time, back from now or from … to …, as lists are filtered by it. */
import { Select, TextInput } from '@mantine/core'
import { useTexts } from '../i18n/texts.tsx'

/** Seconds back from now. */
export const times = { hour: 3_600, day: 86_400, week: 7 * 86_400, month: 30 * 86_400 } as const

/** `time` is a name of `times`, or `custom`: then `from` and `to` are as `datetime-local` inputs have them, in the reader's zone. */
export type TimeFilters = { readonly time?: string; readonly from?: string; readonly to?: string }

export const timeNames = ['time', 'from', 'to'] as const

const isoOf = (local: string | undefined): string | undefined => {
  const at = local ? new Date(local) : undefined
  return at && !Number.isNaN(at.getTime()) ? at.toISOString() : undefined
}

/** The same as the API is asked. */
export const windowOf = ({ time, from, to }: TimeFilters, nowMs: number): { readonly since?: string | undefined; readonly until?: string | undefined } => {
  if (time === 'custom') return { since: isoOf(from), until: isoOf(to) }
  const seconds = time ? (times as Record<string, number>)[time] : undefined
  return seconds ? { since: new Date(nowMs - seconds * 1_000).toISOString() } : {}
}

type Props = { readonly value: TimeFilters; readonly onChange: (value: { readonly [Name in keyof TimeFilters]-?: string }) => void; readonly className?: string | undefined }

export const TimeChoice = ({ value: { time = '', from = '', to = '' }, onChange, className }: Props) => {
  const { span } = useTexts().common
  const data = [...Object.keys(times), 'custom'].map((name) => ({ value: name, label: span.times[name as keyof typeof span.times] }))
  return (
    <>
      <Select size="sm" className={className ?? ''} placeholder={span.any} aria-label={span.label} value={time || null} clearable data={data} onChange={(chosen) => onChange({ time: chosen ?? '', from: '', to: '' })} />
      {time === 'custom' && (
        <>
          <TextInput size="sm" type="datetime-local" aria-label={span.from} title={span.from} value={from} onChange={(event) => onChange({ time, from: event.currentTarget.value, to })} />
          <TextInput size="sm" type="datetime-local" aria-label={span.to} title={span.to} value={to} onChange={(event) => onChange({ time, from, to: event.currentTarget.value })} />
        </>
      )}
    </>
  )
}
