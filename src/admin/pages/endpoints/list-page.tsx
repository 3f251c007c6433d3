/** All endpoints, those that need somebody first. */
import { Button } from '@mantine/core'
import { useMemo } from 'react'
import { Link, useLocation } from 'wouter'
import type { EndpointFilter } from '../../api/inputs.ts'
import { useTexts } from '../../i18n/texts.tsx'
import { FilterBar, SearchBox, Segments } from '../../parts/filter-bar.tsx'
import { EndpointIcon, PlusIcon } from '../../parts/icons.tsx'
import { ListOrEmpty } from '../../parts/list-or-empty.tsx'
import { PageHead } from '../../parts/page-head.tsx'
import { Beside, type Column, RowList } from '../../parts/row-list.tsx'
import { Split } from '../../parts/split.tsx'
import { RelativeTime } from '../../parts/time.tsx'
import { type Filters, useFilters } from '../../parts/use-filters.ts'
import { useKeyset } from '../../parts/use-keyset.ts'
import { useLooking } from '../../parts/use-looking.ts'
import { useMay, useMe, useTenantFilter } from '../../session/me.ts'
import { useKeys } from '../../shell/keys.tsx'
import { type EndpointRow, Endpoints } from './endpoints.graphql'
import { HealthPill, nameOf } from './health.tsx'
import { Spark, sumOf } from './spark.tsx'
import css from './list-page.module.css'

/** The list is read again this often while somebody looks. */
const LOOK_MS = 15_000

const names = ['search', 'state'] as const
const states = ['active', 'paused', 'disabled'] as const

const toApi = ({ search, state }: Filters<(typeof names)[number]>): EndpointFilter => ({
  deletedAt: { isNull: true },
  ...(search ? { or: [{ name: { includesInsensitive: search } }, { url: { includesInsensitive: search } }] } : {}),
  ...(state === 'active' ? { isActive: { equalTo: true }, pausedAt: { isNull: true } } : {}),
  ...(state === 'paused' ? { isActive: { equalTo: true }, pausedAt: { isNull: false } } : {}),
  ...(state === 'disabled' ? { isActive: { equalTo: false } } : {}),
})

const Events = ({ row: { events, filter } }: { readonly row: EndpointRow }) => {
  const { endpoints } = useTexts()
  const [first, ...more] = events.includes('*') ? [endpoints.allEvents] : events
  return (
    <span className={css['events']} title={events.join(', ')}>
      <span className={events.includes('*') ? undefined : css['mono']}>{first}</span>
      {more.length > 0 && <span className={css['chip']}>{endpoints.moreEvents(more.length)}</span>}
      {filter !== null && <span className={css['chip']} title={filter}>{endpoints.filtered}</span>}
    </span>
  )
}

const Success = ({ row: { sparkline } }: { readonly row: EndpointRow }) => {
  const { endpoints } = useTexts()
  const succeeded = sumOf(sparkline, 'succeeded')
  const failed = sumOf(sparkline, 'failed')
  if (succeeded + failed === 0) return <span className="dimmed">–</span>
  const share = succeeded / (succeeded + failed)
  return <span className={css['share']} data-tone={share >= 0.99 ? 'good' : share >= 0.9 ? 'wait' : 'bad'}>{endpoints.percent(share)}</span>
}

const Waiting = ({ row: { health } }: { readonly row: EndpointRow }) => {
  const { endpoints } = useTexts()
  if (!health?.backlog) return <span className="dimmed">–</span>
  return <span title={health.rateUsedUntil ? endpoints.rateLimited : undefined}>{endpoints.waiting(health.backlog)}{health.rateUsedUntil && <span className={css['chip']}>{endpoints.rateLimited}</span>}</span>
}

const useColumns = (): readonly Column<EndpointRow>[] => {
  const { endpoints: { columns }, common } = useTexts()
  const isOfAll = useMe().tenant === undefined
  return useMemo(
    () => [
      { name: 'state', label: columns.state, width: '10.5rem', cell: (row) => <HealthPill of={row} /> },
      { name: 'endpoint', label: columns.endpoint, cell: (row, link) => <>{link(nameOf(row))}{isOfAll && <Beside>{row.tenantId}</Beside>}{row.name && <span className={css['url']} title={row.url}>{row.url}</span>}</> },
      { name: 'events', label: columns.events, width: '12rem', hide: 'narrow', cell: (row) => <Events row={row} /> },
      { name: 'activity', label: columns.activity, width: '10rem', hide: 'phone', cell: (row) => <Spark buckets={row.sparkline} /> },
      { name: 'success', label: columns.success, width: '5.5rem', hide: 'phone', cell: (row) => <Success row={row} /> },
      { name: 'waiting', label: columns.waiting, width: '5.5rem', hide: 'phone', cell: (row) => <Waiting row={row} /> },
      { name: 'last', label: columns.last, hide: 'phone', kind: 'time', cell: ({ figures }) => (figures?.lastDeliveryAt ? <RelativeTime at={figures.lastDeliveryAt} isShort /> : common.never) },
    ],
    [columns, common, isOfAll],
  )
}

export const EndpointsList = () => {
  const { endpoints } = useTexts()
  const may = useMay()
  const [, go] = useLocation()
  const { filters, search, setFilters } = useFilters(names)
  const tenantFilter = useTenantFilter()
  const filter = useMemo(() => ({ ...toApi(filters), ...tenantFilter }), [filters, tenantFilter.tenantId?.equalTo])
  const list = useKeyset(Endpoints, { filter }, true)
  const columns = useColumns()
  const mayCreate = may('createEndpoint')
  useKeys(mayCreate ? [{ keys: 'c', text: endpoints.create, run: () => go('/new') }] : [])

  useLooking(() => list.refresh(false), LOOK_MS)

  const isFiltered = Object.keys(filters).length > 0
  const create = mayCreate && <Button component={Link} href="/new" size="sm" leftSection={<PlusIcon size={16} />}>{endpoints.create}</Button>
  return (
    <Split>
      <PageHead title={endpoints.title} lead={endpoints.lead}>{create}</PageHead>
      <FilterBar
        isChosen={false} onClear={isFiltered ? () => setFilters({}) : undefined}
        search={<SearchBox value={filters.search} label={endpoints.search} onSearch={(text) => setFilters({ ...filters, search: text })} />}
        segments={
          <Segments
            label={endpoints.states.label} value={filters.state} onChange={(state) => setFilters({ ...filters, state: state ?? '' })}
            names={[[undefined, endpoints.states.all], ...states.map((name): [string, string] => [name, endpoints.states[name]])]}
          />
        }
      />
      <ListOrEmpty list={list} icon={EndpointIcon} empty={mayCreate ? endpoints.empty : { ...endpoints.empty, text: `${endpoints.empty.text} ${endpoints.emptyViewer}` }} next={create} onClear={isFiltered ? () => setFilters({}) : undefined}>
        <RowList list={list} columns={columns} openId={undefined} search={search} label={endpoints.title} />
      </ListOrEmpty>
    </Split>
  )
}
