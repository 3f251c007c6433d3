/** What became of an event at all of its endpoints, in a few coloured words. */
import { useTexts } from '../../i18n/texts.tsx'
import { Pill, toneOf } from '../../parts/status.tsx'
import css from './outcome.module.css'

/** What needs somebody comes first. */
const order = ['failed', 'expired', 'retrying', 'pending', 'cancelled', 'success']

export const Outcome = ({ deliveries }: { readonly deliveries: readonly { readonly status: string }[] }) => {
  const { events, common } = useTexts()
  if (deliveries.length === 0) return <Pill tone="calm">{events.nobody}</Pill>
  const counts = order.map((status) => [status, deliveries.filter((each) => each.status === status).length] as const).filter(([, count]) => count > 0)
  return (
    <span className={css['pills']}>
      {counts.map(([status, count]) => <Pill key={status} tone={toneOf(status)}>{count === 1 && counts.length === 1 ? common.status[status] ?? status : `${count} ${common.status[status] ?? status}`}</Pill>)}
    </span>
  )
}
