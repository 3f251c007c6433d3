/** The chart as a table: for screen readers, for copying, for those who like numbers. */
import { useMemo } from 'react'
import { useSpeech } from '../../i18n/texts.tsx'
import type { Bucket } from './chart.tsx'
import css from './stats.module.css'

export const Table = ({ buckets }: { readonly buckets: readonly Bucket[] }) => {
  const { texts: { endpoints: { stats, number }, deliveries: { milliseconds } }, language } = useSpeech()
  const format = useMemo(() => new Intl.DateTimeFormat(language, { dateStyle: 'short', timeStyle: 'short' }), [language])
  const some = buckets.filter(({ deliveries }) => deliveries > 0)
  return (
    <details className={css['table']}>
      <summary>{stats.table}</summary>
      {some.length === 0 && <p className="dimmed">{stats.none}</p>}
      {some.length > 0 && (
        <table>
          <thead>
            <tr>
              {[stats.from, stats.delivered, stats.failed, stats.open, stats.retried, stats.p50, stats.p95].map((name) => <th key={name} scope="col">{name}</th>)}
            </tr>
          </thead>
          <tbody>
            {some.map(({ at, succeeded, failed, open, retried, p50Ms, p95Ms }) => (
              <tr key={at}>
                <th scope="row">{format.format(new Date(at))}</th>
                <td>{number(succeeded)}</td>
                <td>{number(failed)}</td>
                <td>{number(open)}</td>
                <td>{number(retried)}</td>
                <td>{p50Ms === null ? '–' : milliseconds(p50Ms)}</td>
                <td>{p95Ms === null ? '–' : milliseconds(p95Ms)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </details>
  )
}
