/** Lengths of time as people write them, the same in every language: `1h30m`, `90s`. */

/** What an interval of the API holds, units of it or null. */
type Interval = { readonly [unit in 'months' | 'days' | 'hours' | 'minutes' | 'seconds']: number | null }

const UNITS = { d: 86_400, h: 3_600, m: 60, s: 1 } as const
type Unit = keyof typeof UNITS
const names: Readonly<Record<Unit, string>> = { d: 'd', h: 'h', m: 'min', s: 's' }

export const secondsOf = ({ months, days, hours, minutes, seconds }: Interval): number =>
  (months ?? 0) * 30 * UNITS.d + (days ?? 0) * UNITS.d + (hours ?? 0) * UNITS.h + (minutes ?? 0) * UNITS.m + (seconds ?? 0)

const parts = (seconds: number): [number, Unit][] => {
  let left = Math.round(seconds)
  return (Object.keys(UNITS) as Unit[]).flatMap((unit): [number, Unit][] => {
    const of = Math.floor(left / UNITS[unit])
    left -= of * UNITS[unit]
    return of > 0 ? [[of, unit]] : []
  })
}

/** For reading: `1 h 21 min`. */
export const sayDuration = (seconds: number): string => parts(seconds).map(([of, unit]) => `${of} ${names[unit]}`).join(' ') || '0 s'

/** For writing: `1h21m`; `parseDuration` reads it. */
export const writeDuration = (seconds: number): string => parts(seconds).map(([of, unit]) => `${of}${unit}`).join('') || '0s'

/** @returns seconds; nothing where it is none: `5 min`, `1h30m`, `90s`, `2 days` */
export const parseDuration = (text: string): number | undefined => {
  const trimmed = text.trim().toLowerCase()
  if (!/^(\d+\s*[a-zé]+\s*)+$/.test(trimmed)) return undefined
  let seconds = 0
  for (const [, of, word] of trimmed.matchAll(/(\d+)\s*([a-zé]+)/g)) {
    const unit = /^(d|h|m|s)$|^(d|h|m|s)(?:ays?|ías?|ias?|ours?|oras?|r|rs|in|ins|inutes?|inutos?|ec|ecs|eg|egs|econds?|egundos?)$/.exec(word!)
    if (!unit) return undefined
    seconds += Number(of) * UNITS[(unit[1] ?? unit[2]) as Unit]
  }
  return seconds
}
