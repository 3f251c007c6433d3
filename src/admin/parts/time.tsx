/** Times as people say them, exact ones on hover: `3 minutes ago`, `in 12 seconds`. */
import { useMemo, useSyncExternalStore } from 'react'
import { useSpeech } from '../i18n/texts.tsx'

const listeners = new Set<() => void>()
let nowMs = Date.now()
let timer: ReturnType<typeof setInterval> | undefined

const subscribe = (listener: () => void) => {
  listeners.add(listener)
  timer ??= setInterval(() => {
    nowMs = Date.now()
    for (const each of listeners) each()
  }, 1_000)
  return () => {
    listeners.delete(listener)
    if (listeners.size > 0) return
    clearInterval(timer)
    timer = undefined
  }
}

/** Steps from one unit to the next, seconds each. */
const units: readonly (readonly [Intl.RelativeTimeFormatUnit, number, number])[] = [
  ['second', 1, 60], ['minute', 60, 3_600], ['hour', 3_600, 86_400], ['day', 86_400, 30 * 86_400], ['month', 30 * 86_400, 365 * 86_400], ['year', 365 * 86_400, Infinity],
]

const relative = (format: Intl.RelativeTimeFormat, seconds: number): string => {
  const [unit, size] = units.find(([, , until]) => Math.abs(seconds) < until)!
  return format.format(Math.trunc(seconds / size), unit)
}

const useFormat = (style: 'long' | 'narrow' = 'long') => {
  const { language } = useSpeech()
  return useMemo(() => new Intl.RelativeTimeFormat(language, { numeric: 'auto', style }), [language, style])
}

/** The present, a second old at most. */
export const useNowMs = (): number => useSyncExternalStore(subscribe, () => nowMs)

/** Says a time relative to now, and renders again only when what is said changes. */
export const useRelative = (at: string, style?: 'long' | 'narrow'): string => {
  const format = useFormat(style)
  return useSyncExternalStore(subscribe, () => relative(format, (Date.parse(at) - nowMs) / 1_000))
}

/** The same for times that are known only later; renders again each second. */
export const useRelativeSayer = (): ((at: string) => string) => {
  const format = useFormat()
  const now = useNowMs()
  return (at) => relative(format, (Date.parse(at) - now) / 1_000)
}

/** With seconds, milliseconds and the zone. */
export const useExact = (): ((at: string) => string) => {
  const { language } = useSpeech()
  return useMemo(() => {
    const format = new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'long' })
    return (at) => `${format.format(new Date(at))} · ${new Date(at).toISOString()}`
  }, [language])
}

/** `isShort` for lists: `3m ago`. */
export const RelativeTime = ({ at, isShort = false }: { readonly at: string; readonly isShort?: boolean }) => {
  const exact = useExact()
  const said = useRelative(at, isShort ? 'narrow' : 'long')
  return (
    <time dateTime={at} title={exact(at)}>
      {said}
    </time>
  )
}
