/** What is or was in trouble, what each means and what to do about it. */
import { useCallback, useMemo } from 'react'
import { useLocation, useRoute } from 'wouter'
import { useTexts } from '../../i18n/texts.tsx'
import { Segments } from '../../parts/filter-bar.tsx'
import { BellIcon } from '../../parts/icons.tsx'
import { ListOrEmpty } from '../../parts/list-or-empty.tsx'
import { PageHead } from '../../parts/page-head.tsx'
import { type Column, RowList } from '../../parts/row-list.tsx'
import { Split } from '../../parts/split.tsx'
import { RelativeTime } from '../../parts/time.tsx'
import { useFilters } from '../../parts/use-filters.ts'
import { useKeyset } from '../../parts/use-keyset.ts'
import { useLooking } from '../../parts/use-looking.ts'
import { AlertState } from './alert-state.tsx'
import { type AlertRow, Alerts } from './alerts.graphql'
import { AlertDetail } from './detail.tsx'

const filterNames = ['state', 'kind'] as const
/** Alerts are judged once a minute. */
const LOOK_MS = 15_000

export const AlertsPage = () => {
  const { alerts: texts, common } = useTexts()
  const [, go] = useLocation()
  const [, params] = useRoute('/:id')
  const { filters, search, setFilters } = useFilters(filterNames)
  const isAll = filters.state === 'all'
  const list = useKeyset(Alerts, { filter: { ...(isAll ? {} : { resolvedAt: { isNull: filters.state !== 'past' } }), ...(filters.kind ? { kind: { equalTo: filters.kind } } : {}) } })
  const close = useCallback(() => go(`/${search}`), [go, search])
  useLooking(() => list.refresh(false), LOOK_MS)

  const columns = useMemo((): readonly Column<AlertRow>[] => [
    { name: 'kind', label: texts.columns.kind, cell: ({ kind }, link) => link(texts.kinds[kind]?.name ?? kind) },
    { name: 'summary', label: texts.columns.summary, width: '50%', hide: 'phone', kind: 'quiet', cell: ({ summary }) => <span title={summary} lang="en">{summary}</span> },
    { name: 'state', label: texts.columns.state, width: '8.5rem', cell: (row) => <AlertState of={row} /> },
    { name: 'at', label: texts.columns.fired, kind: 'time', cell: ({ firedAt }) => <RelativeTime at={firedAt} isShort /> },
  ], [texts])

  return (
    <Split detail={params && <AlertDetail key={params.id} id={params.id} onClose={close} onChange={list.patch} />}>
      <PageHead title={texts.title} lead={texts.lead} />
      <Segments label={texts.columns.state} value={filters.state} onChange={(state) => setFilters({ ...filters, state: state ?? '' })} names={[[undefined, texts.open], ['past', texts.over], ['all', common.all]]} />
      <ListOrEmpty list={list} icon={BellIcon} empty={filters.state ? texts.emptyPast : texts.empty} onClear={filters.kind ? () => setFilters({}) : undefined}>
        <RowList list={list} columns={columns} openId={params?.id} search={search} label={texts.title} />
      </ListOrEmpty>
    </Split>
  )
}
