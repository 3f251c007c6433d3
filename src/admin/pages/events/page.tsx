/** The events: what happened, live, whether anybody asked for it or not; beside it the one that is open. */
import { Select } from '@mantine/core'
import { useCallback, useMemo } from 'react'
import { useQuery } from 'urql'
import { useLocation, useRoute } from 'wouter'
import type { EventFilter } from '../../api/inputs.ts'
import { useTexts } from '../../i18n/texts.tsx'
import { choiceClass, FilterBar, SearchBox, Segments } from '../../parts/filter-bar.tsx'
import { BoltIcon } from '../../parts/icons.tsx'
import { ListOrEmpty } from '../../parts/list-or-empty.tsx'
import { Fresh, LiveSwitch } from '../../parts/live-switch.tsx'
import { PageHead } from '../../parts/page-head.tsx'
import { Beside, type Column, RowList } from '../../parts/row-list.tsx'
import { Split } from '../../parts/split.tsx'
import { TimeChoice, timeNames, windowOf } from '../../parts/time-choice.tsx'
import { RelativeTime } from '../../parts/time.tsx'
import { type Filters, useFilters } from '../../parts/use-filters.ts'
import { useKeyset } from '../../parts/use-keyset.ts'
import { source, useLiveList } from '../../parts/use-live-list.ts'
import { useMay, useMe, useTenantFilter } from '../../session/me.ts'
import { EventDetail } from './detail.tsx'
import { Emit } from './emit.tsx'
import { type EventRow, Events, EventsDelivered, EventTypeNames, TenantEvents } from './events.graphql'
import { Outcome } from './outcome.tsx'

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i
const filterNames = ['type', 'resource', 'asked', ...timeNames] as const

const toApi = (filters: Filters<(typeof filterNames)[number]>, nowMs: number): EventFilter => ({
  ...(filters.type ? { type: filters.type.endsWith('.*') ? { startsWith: filters.type.slice(0, -1) } : { equalTo: filters.type } } : {}),
  ...(filters.resource ? { resourceId: { equalTo: filters.resource } } : {}),
  ...(filters.asked === 'nobody' ? { matched: false } : {}),
  ...windowOf(filters, nowMs),
})

export const EventsPage = () => {
  const { events: texts, common } = useTexts()
  const [, go] = useLocation()
  const [, params] = useRoute('/:id')
  const { filters, search, setFilters } = useFilters(filterNames)
  const { role, tenant } = useMe()
  const may = useMay()
  const tenantFilter = useTenantFilter()
  const filter = useMemo(() => ({ ...toApi(filters, Date.now()), ...tenantFilter }), [filters, tenantFilter.tenantId?.equalTo])
  const list = useKeyset(Events, { filter })
  const [{ data: choices }] = useQuery({ query: EventTypeNames })
  const isOfAll = tenant === undefined
  const named = role === 'operator' ? { tenantId: tenant } : {}
  const { pane, isLive, setLive, release } = useLiveList(list, [source(EventsDelivered, named), source(TenantEvents, named)])
  // Among many that somebody asked for, the others are looked for within a day unless another time is chosen.
  const askedBy = (asked: string | undefined) => setFilters({ ...filters, asked: asked ?? '', ...(asked && !filters.time ? { time: 'day' } : {}) })
  const close = useCallback(() => go(`/${search}`), [go, search])
  const onClear = Object.keys(filters).length > 0 ? () => setFilters({}) : undefined

  const columns = useMemo((): readonly Column<EventRow>[] => [
    { name: 'type', label: texts.columns.type, cell: ({ type, resourceId }, link) => <>{link(type)}{resourceId && <Beside title={resourceId}>{resourceId}</Beside>}</> },
    ...(isOfAll ? [{ name: 'tenant', label: texts.columns.tenant, width: '16%', hide: 'narrow' as const, kind: 'quiet' as const, cell: ({ tenantId }: EventRow) => tenantId }] : []),
    { name: 'outcome', label: texts.columns.outcome, width: '17rem', hide: 'narrow', cell: ({ deliveries }) => <Outcome deliveries={deliveries.nodes} /> },
    { name: 'at', label: texts.columns.at, kind: 'time', cell: ({ occurredAt }) => occurredAt && <RelativeTime at={occurredAt} isShort /> },
  ], [texts, isOfAll])

  const names = [...new Set([...(choices?.eventTypes?.nodes ?? []).map(({ name }) => name), ...(filters.type ? [filters.type] : [])])]
  return (
    <Split pane={pane} detail={params && <EventDetail key={params.id} id={params.id} onClose={close} />}>
      <PageHead title={texts.title} lead={texts.lead}>
        {may('emitEvent') && <Emit onDone={(id) => go(`/${id}${search}`)} />}
        <LiveSwitch isLive={isLive} onChange={setLive} />
      </PageHead>
      <FilterBar
        search={<SearchBox value={filters.resource} label={texts.search} onSearch={(text) => (UUID.test(text) ? go(`/${text.toLowerCase()}`) : setFilters({ ...filters, resource: text }))} />}
        isChosen={Boolean(filters.type || filters.time)} onClear={onClear}
        segments={<Segments label={texts.columns.outcome} value={filters.asked} onChange={askedBy} names={[[undefined, common.all], ['nobody', texts.nobody]]} />}
      >
        <Select size="sm" className={choiceClass ?? ''} placeholder={texts.anyType} aria-label={texts.columns.type} data={names} value={filters.type ?? null} onChange={(type) => setFilters({ ...filters, type: type ?? '' })} searchable clearable />
        <TimeChoice value={filters} onChange={(span) => setFilters({ ...filters, ...span })} className={choiceClass} />
      </FilterBar>
      <ListOrEmpty list={list} icon={BoltIcon} empty={texts.empty} onClear={onClear}>
        {list.held.length > 0 && <Fresh words={texts.fresh(list.held.length, list.gap !== undefined)} onShow={release} />}
        <RowList list={list} columns={columns} openId={params?.id} search={search} label={texts.title} />
      </ListOrEmpty>
    </Split>
  )
}
