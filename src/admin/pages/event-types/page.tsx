/** The catalogue: every type of event that endpoints may ask for, with its schema and an example. */
import { useCallback, useMemo } from 'react'
import { useQuery } from 'urql'
import { useLocation, useRoute } from 'wouter'
import { problemOf } from '../../api/problem.ts'
import { useTexts } from '../../i18n/texts.tsx'
import { FilterBar, SearchBox, Segments } from '../../parts/filter-bar.tsx'
import { BookIcon } from '../../parts/icons.tsx'
import { ListOrEmpty } from '../../parts/list-or-empty.tsx'
import { PageHead } from '../../parts/page-head.tsx'
import { type Column, RowList } from '../../parts/row-list.tsx'
import { Split } from '../../parts/split.tsx'
import { useFilters } from '../../parts/use-filters.ts'
import { EventTypeDetail } from './detail.tsx'
import { EditEventType } from './edit.tsx'
import { Catalogue, type EventTypeRow } from './event-types.graphql'
import { TypeState } from './type-state.tsx'
import { useMayEdit } from './use-may-edit.ts'

const filterNames = ['search', 'state'] as const
type Row = EventTypeRow & { readonly id: string }

const states: Readonly<Record<string, (row: EventTypeRow) => boolean>> = {
  current: ({ enabled, deprecatedAt }) => enabled && deprecatedAt === null,
  deprecated: ({ deprecatedAt }) => deprecatedAt !== null,
  off: ({ enabled }) => !enabled,
}

export const EventTypesPage = () => {
  const { eventTypes: texts, common } = useTexts()
  const [, go] = useLocation()
  const [, params] = useRoute('/:id')
  const { filters, search, setFilters } = useFilters(filterNames)
  const mayEdit = useMayEdit()
  const [{ data, error, fetching }, ask] = useQuery({ query: Catalogue, requestPolicy: 'cache-and-network' })
  const reload = useCallback(() => ask({ requestPolicy: 'network-only' }), [ask])
  const close = useCallback(() => go(`/${search}`), [go, search])
  const all = useMemo(() => (data?.eventTypes?.nodes ?? []).map((row): Row => ({ ...row, id: row.name })), [data])
  const wanted = (filters.search ?? '').toLowerCase()
  const rows = all.filter((row) => `${row.name} ${row.description}`.toLowerCase().includes(wanted) && (states[filters.state ?? '']?.(row) ?? true))
  const openId = params?.id
  const list = { rows, isLoading: fetching && !data, problem: error && problemOf(error), reload }

  const columns = useMemo((): readonly Column<Row>[] => [
    { name: 'name', label: texts.columns.name, width: '38%', cell: ({ name }, link) => <span className="mono">{link(name)}</span> },
    { name: 'description', label: texts.columns.description, hide: 'phone', kind: 'quiet', cell: ({ description }) => <span title={description}>{description}</span> },
    { name: 'schema', label: texts.columns.schema, width: '8rem', hide: 'narrow', kind: 'quiet', cell: ({ jsonSchema }) => (jsonSchema === null ? '–' : texts.hasSchema) },
    { name: 'state', label: texts.columns.state, width: '8.5rem', cell: (row) => <TypeState of={row} /> },
  ], [texts])

  return (
    <Split detail={openId && <EventTypeDetail key={openId} name={openId} row={all.find(({ name }) => name === openId)} isLoading={list.isLoading} onClose={close} onChange={reload} />}>
      <PageHead title={texts.title} lead={texts.lead}>
        {mayEdit && <EditEventType onDone={(row) => { reload(); go(`/${row.name}${search}`) }} />}
      </PageHead>
      <FilterBar
        search={<SearchBox value={filters.search} label={texts.search} onSearch={(text) => setFilters({ ...filters, search: text })} onType={(text) => setFilters({ ...filters, search: text })} />}
        segments={<Segments label={texts.columns.state} value={filters.state} onChange={(state) => setFilters({ ...filters, state: state ?? '' })} names={[[undefined, common.all], ['current', texts.states.current], ['deprecated', texts.states.deprecated], ['off', texts.states.off]]} />}
        isChosen={false} onClear={Object.keys(filters).length > 0 ? () => setFilters({}) : undefined}
      />
      <ListOrEmpty list={list} icon={BookIcon} empty={texts.empty} onClear={Object.keys(filters).length > 0 ? () => setFilters({}) : undefined}>
        <RowList list={list} columns={columns} openId={openId} search={search} label={texts.title} />
      </ListOrEmpty>
    </Split>
  )
}
