/** Alerts that are open, for those who may see them. */
import { useQuery } from 'urql'
import { Link } from 'wouter'
import { useTexts } from '../../i18n/texts.tsx'
import { BellIcon } from '../../parts/icons.tsx'
import { toPage } from '../../parts/page-address.ts'
import { RelativeTime } from '../../parts/time.tsx'
import { useMay } from '../../session/me.ts'
import { OpenAlerts } from './overview.graphql'
import css from './trouble.module.css'

export const Trouble = () => {
  const { alerts: { kinds } } = useTexts()
  const may = useMay()
  const [{ data }] = useQuery({ query: OpenAlerts, pause: !may('updateSettings'), requestPolicy: 'cache-and-network' })
  const open = data?.alerts?.nodes ?? []
  if (open.length === 0) return null
  return (
    <ul className={css['alerts']}>
      {open.map(({ id, kind, summary, firedAt }) => (
        <li key={id}>
          <BellIcon size={18} />
          <Link href={toPage(`/alerts/${id}`)}>{kinds[kind]?.name ?? kind}</Link>
          <span className={css['summary']}>{summary}</span>
          <span className="dimmed"><RelativeTime at={firedAt} isShort /></span>
        </li>
      ))}
    </ul>
  )
}
