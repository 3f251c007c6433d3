/** When the attempts of a delivery come, one after the other, as a line to read. */
import { useTexts } from '../../i18n/texts.tsx'
import { sayDuration } from '../../parts/duration.ts'
import css from './timeline.module.css'

/** More would be a list, not a picture. */
const MOST = 12

/**
 * @param attempts in all, the first included
 * @param waits seconds between them; the last one repeats
 */
export const attemptTimes = (attempts: number, waits: readonly number[]): number[] => {
  const times = [0]
  while (times.length < attempts && waits.length > 0) times.push(times.at(-1)! + (waits[times.length - 1] ?? waits.at(-1)!))
  return times
}

export const Timeline = ({ attempts, waits }: { readonly attempts: number; readonly waits: readonly number[] }) => {
  const { timeline } = useTexts().endpoints
  const times = attemptTimes(attempts, waits)
  const shown = times.length > MOST ? [...times.slice(0, MOST - 1), times.at(-1)!] : times
  return (
    <div>
      <ol className={css['line']} aria-label={timeline.label}>
        {shown.map((seconds, index) => (
          <li key={seconds} className={css['step']}>
            {times.length > MOST && index === MOST - 1 && <span aria-hidden="true">…</span>}
            <span className={css['dot']} aria-hidden="true" />
            {index === 0 ? timeline.first : timeline.after(sayDuration(seconds))}
          </li>
        ))}
      </ol>
      <p className={css['end']}>{timeline.end(times.length, sayDuration(times.at(-1)!))}</p>
    </div>
  )
}
