/** What an endpoint with these events and this filter would have got, counted over the newest events. */
import { useTexts } from '../../../i18n/texts.tsx'
import { Code, prettyJson } from '../../../parts/code.tsx'
import { useRelativeSayer } from '../../../parts/time.tsx'
import type { Preview } from './use-judged.ts'
import css from './form.module.css'

export const PreviewPanel = ({ preview, isAsking }: { readonly preview: Preview | undefined; readonly isAsking: boolean }) => {
  const { filter } = useTexts().endpointForm
  const say = useRelativeSayer()
  return (
    <section className={css['preview']} aria-label={filter.preview}>
      <h2>{filter.preview}</h2>
      <p role="status" data-asking={isAsking || undefined}>
        {preview ? (preview.looked === 0 || preview.since === null ? filter.none : filter.count(preview.matched, preview.asked, preview.looked, say(preview.since))) : isAsking ? filter.counting : '–'}
      </p>
      {preview && preview.looked > 0 && (
        <div className={css['share']} aria-hidden="true">
          <span style={{ width: `${(preview.matched / preview.looked) * 100}%` }} />
        </div>
      )}
      {preview?.latest?.body && (
        <details>
          <summary>{filter.latest}: <code>{preview.latest.type}</code></summary>
          <Code text={prettyJson(preview.latest.body)} isJson label={filter.latest} />
        </details>
      )}
    </section>
  )
}
