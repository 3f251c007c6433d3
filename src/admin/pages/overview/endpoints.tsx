/** The endpoints, those that need somebody first. */
import { useMemo } from 'react'
import { useQuery } from 'urql'
import { Link } from 'wouter'
import { useTexts } from '../../i18n/texts.tsx'
import { toPage } from '../../parts/page-address.ts'
import { LOOK_MS } from '../../parts/ranges.ts'
import { RelativeTime } from '../../parts/time.tsx'
import { useLooking } from '../../parts/use-looking.ts'
import { useTenantFilter } from '../../session/me.ts'
import { HealthPill, nameOf } from '../endpoints/health.tsx'
import { Spark } from '../endpoints/spark.tsx'
import { OverviewEndpoints } from './overview.graphql'
import panel from './page.module.css'
import css from './endpoints.module.css'

/** @param count how many there are; those that are not shown are a click away */
export const FirstEndpoints = ({ count }: { readonly count: number }) => {
  const { overview: texts, endpoints: { waiting } } = useTexts()
  const tenantFilter = useTenantFilter()
  const filter = useMemo(() => ({ deletedAt: { isNull: true }, ...tenantFilter }), [tenantFilter.tenantId?.equalTo])
  const [{ data }, ask] = useQuery({ query: OverviewEndpoints, variables: { filter }, requestPolicy: 'cache-and-network' })
  const rows = data?.endpoints?.nodes ?? []
  useLooking(() => ask({ requestPolicy: 'network-only' }), LOOK_MS)
  if (rows.length === 0) return null
  return (
    <section className={panel['panel']} aria-label={texts.endpoints}>
      <div className={css['head']}>
        <h2>{texts.endpoints}</h2>
        <Link href={toPage('/endpoints')}>{texts.allEndpoints(count)}</Link>
      </div>
      <ul className={css['rows']}>
        {rows.map((row) => (
          <li key={row.id}>
            <span className={css['state']}><HealthPill of={row} /></span>
            <Link className={css['name']} href={toPage(`/endpoints/${row.id}`)} title={row.url}>{nameOf(row)}</Link>
            <span className={css['spark']}><Spark buckets={row.sparkline} /></span>
            <span className={css['why']}>
              {row.health?.failingSince && <span>{texts.failingSince} <RelativeTime at={row.health.failingSince} isShort /></span>}
              {(row.health?.deadLetters ?? 0) > 0 && <Link href={toPage('/deliveries', { endpoint: row.id, status: 'failed' })}>{texts.letters(waiting(row.health?.deadLetters ?? 0))}</Link>}
              {(row.health?.backlog ?? 0) > 0 && <Link href={toPage('/deliveries', { endpoint: row.id, status: 'open' })}>{texts.wait(waiting(row.health?.backlog ?? 0))}</Link>}
            </span>
          </li>
        ))}
      </ul>
    </section>
  )
}
