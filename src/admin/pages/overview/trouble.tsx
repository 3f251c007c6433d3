/** Alerts that are open, for those who may see them. */
import { useQuery } from 'urql'
import { Link } from 'wouter'
import { useTexts } from '../../i18n/texts.tsx'
import { BellIcon } from '../../parts/icons.tsx'
import { toPage } from '../../parts/page-address.ts'
import { LOOK_MS } from '../../parts/ranges.ts'
import { RelativeTime } from '../../parts/time.tsx'
import { useLooking } from '../../parts/use-looking.ts'
import { useMay } from '../../session/me.ts'
import { toneOf } from '../alerts/alert-state.tsx'
import { OpenAlerts } from './overview.graphql'
import css from './trouble.module.css'

export const Trouble = () => {
  const { alerts: { kinds, by } } = useTexts()
  const may = useMay()
  const isShown = may('updateSettings')
  const [{ data }, ask] = useQuery({ query: OpenAlerts, pause: !isShown, requestPolicy: 'cache-and-network' })
  useLooking(() => ask({ requestPolicy: 'network-only' }), LOOK_MS, isShown)

  const open = data?.alerts?.nodes ?? []
  if (open.length === 0) return null
  return (
    <ul className={css['alerts']}>
      {open.map(({ id, kind, summary, firedAt, ...alert }) => (
        <li key={id} data-tone={toneOf(alert)}>
          <BellIcon size={18} />
          <Link href={toPage(`/alerts/${id}`)}>{kinds[kind]?.name ?? kind}</Link>
          <span className={css['summary']} lang="en">{summary}</span>
          {alert.acknowledgedBy && <span className="dimmed">{by(alert.acknowledgedBy)}</span>}
          <span className="dimmed"><RelativeTime at={firedAt} isShort /></span>
        </li>
      ))}
    </ul>
  )
}
