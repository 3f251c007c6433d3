/** Headers as a list of names and values. */
import { useTexts } from '../../i18n/texts.tsx'
import css from './headers.module.css'

export const Headers = ({ title, headers }: { readonly title: string; readonly headers: Readonly<Record<string, string>> }) => {
  const { detail } = useTexts().deliveries
  const entries = Object.entries(headers)
  return (
    <details className={css['headers']}>
      <summary>{title} ({entries.length})</summary>
      {entries.length === 0 && <p className="dimmed">{detail.noHeaders}</p>}
      <dl>
        {entries.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </details>
  )
}
