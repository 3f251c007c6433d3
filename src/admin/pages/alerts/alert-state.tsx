/** How an alert stands: open, looked after, or over. */
import { useTexts } from '../../i18n/texts.tsx'
import { Pill } from '../../parts/status.tsx'

type Alert = { readonly resolvedAt: string | null; readonly acknowledgedAt: string | null }

/** Of what one says about an alert. */
export const toneOf = ({ resolvedAt, acknowledgedAt }: Alert): 'good' | 'wait' | 'bad' => (resolvedAt !== null ? 'good' : acknowledgedAt !== null ? 'wait' : 'bad')

export const AlertState = ({ of }: { readonly of: Alert }) => {
  const { alerts: texts } = useTexts()
  return <Pill tone={toneOf(of)}>{of.resolvedAt !== null ? texts.over : of.acknowledgedAt !== null ? texts.lookedAfter : texts.open}</Pill>
}
