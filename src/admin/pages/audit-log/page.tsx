/** Who changed what, latest first, and whether the log is what was written. */
import { Select } from '@mantine/core'
import { useCallback, useMemo } from 'react'
import { useLocation, useRoute } from 'wouter'
import { useTexts } from '../../i18n/texts.tsx'
import { choiceClass, FilterBar, SearchBox } from '../../parts/filter-bar.tsx'
import { ShieldIcon } from '../../parts/icons.tsx'
import { ListOrEmpty } from '../../parts/list-or-empty.tsx'
import { PageHead } from '../../parts/page-head.tsx'
import { Beside, type Column, RowList } from '../../parts/row-list.tsx'
import { Split } from '../../parts/split.tsx'
import { TimeChoice, timeNames, windowOf } from '../../parts/time-choice.tsx'
import { RelativeTime } from '../../parts/time.tsx'
import { type Filters, useFilters } from '../../parts/use-filters.ts'
import { useKeyset } from '../../parts/use-keyset.ts'
import type { AuditEntryFilter } from '../../api/inputs.ts'
import { useTenantFilter } from '../../session/me.ts'
import { AuditLog, type AuditRow } from './audit-log.graphql'
import { AuditDetail } from './detail.tsx'
import { Verification } from './verification.tsx'

const filterNames = ['action', 'actor', 'id', ...timeNames] as const
type AuditFilters = Filters<(typeof filterNames)[number]>

const toApi = (filters: AuditFilters, nowMs: number): AuditEntryFilter => {
  const { since, until } = windowOf(filters, nowMs)
  return {
    ...(filters.action ? { action: { equalTo: filters.action } } : {}),
    ...(filters.actor ? { actor: { equalTo: filters.actor } } : {}),
    ...(filters.id ? { subjectId: { equalTo: filters.id } } : {}),
    ...(since || until ? { at: { greaterThanOrEqualTo: since, lessThan: until } } : {}),
  }
}

export const AuditLogPage = () => {
  const { auditLog: texts } = useTexts()
  const [, go] = useLocation()
  const [, params] = useRoute('/:id')
  const { filters, search, setFilters } = useFilters(filterNames)
  const tenantFilter = useTenantFilter()
  const filter = useMemo(() => ({ ...toApi(filters, Date.now()), ...tenantFilter }), [filters, tenantFilter.tenantId?.equalTo])
  const list = useKeyset(AuditLog, { filter })
  const close = useCallback(() => go(`/${search}`), [go, search])
  const onClear = Object.keys(filters).length > 0 ? () => setFilters({}) : undefined

  const columns = useMemo((): readonly Column<AuditRow>[] => [
    { name: 'action', label: texts.columns.action, cell: ({ action, subjectId, subject }, link) => <>{link(texts.actions[action] ?? action)}{subjectId && <Beside title={`${subject} ${subjectId}`}>{subjectId}</Beside>}</> },
    { name: 'actor', label: texts.columns.actor, width: '22%', cell: ({ actor }) => <span title={actor}>{actor}</span> },
    { name: 'tenant', label: texts.columns.tenant, width: '8rem', hide: 'narrow', kind: 'quiet', cell: ({ tenantId }) => tenantId ?? texts.everybody },
    { name: 'origin', label: texts.columns.origin, width: '7rem', hide: 'narrow', kind: 'quiet', cell: ({ origin }) => origin ?? 'SQL' },
    { name: 'at', label: texts.columns.at, kind: 'time', cell: ({ at }) => <RelativeTime at={at} isShort /> },
  ], [texts])

  const actions = Object.entries(texts.actions).map(([value, label]) => ({ value, label }))
  return (
    <Split detail={params && <AuditDetail key={params.id} id={params.id} onClose={close} />}>
      <PageHead title={texts.title} lead={texts.lead} />
      <Verification />
      <FilterBar search={<SearchBox value={filters.id} label={texts.search} onSearch={(id) => setFilters({ ...filters, id })} />} isChosen={Boolean(filters.action || filters.actor || filters.time)} onClear={onClear}>
        <Select size="sm" className={choiceClass ?? ''} placeholder={texts.anyAction} aria-label={texts.columns.action} data={actions} value={filters.action ?? null} onChange={(action) => setFilters({ ...filters, action: action ?? '' })} searchable clearable />
        <Select
          size="sm" className={choiceClass ?? ''} placeholder={texts.anyActor} aria-label={texts.columns.actor} value={filters.actor ?? null} onChange={(actor) => setFilters({ ...filters, actor: actor ?? '' })} searchable clearable
          data={[...new Set([...(filters.actor ? [filters.actor] : []), ...list.rows.map(({ actor }) => actor)])].toSorted()}
        />
        <TimeChoice value={filters} onChange={(span) => setFilters({ ...filters, ...span })} className={choiceClass} />
      </FilterBar>
      <ListOrEmpty list={list} icon={ShieldIcon} empty={texts.empty} onClear={onClear}>
        <RowList list={list} columns={columns} openId={params?.id} search={search} label={texts.title} />
      </ListOrEmpty>
    </Split>
  )
}
