/** The keys of machines: which there are, a new one, an end to one. */
import { useCallback, useMemo } from 'react'
import { useLocation, useRoute } from 'wouter'
import { useTexts } from '../../i18n/texts.tsx'
import { Segments } from '../../parts/filter-bar.tsx'
import { KeyIcon } from '../../parts/icons.tsx'
import { ListOrEmpty } from '../../parts/list-or-empty.tsx'
import { PageHead } from '../../parts/page-head.tsx'
import { Beside, type Column, RowList } from '../../parts/row-list.tsx'
import { Split } from '../../parts/split.tsx'
import { RelativeTime } from '../../parts/time.tsx'
import { useFilters } from '../../parts/use-filters.ts'
import { useKeyset } from '../../parts/use-keyset.ts'
import { useMay, useMe, useTenantFilter } from '../../session/me.ts'
import { type ApiKeyRow, ApiKeys } from './api-keys.graphql'
import { ApiKeyDetail } from './detail.tsx'
import { KeyState } from './key-state.tsx'
import { MakeKey } from './make-key.tsx'

const filterNames = ['state'] as const

export const ApiKeysPage = () => {
  const { apiKeys: texts, common } = useTexts()
  const [, go] = useLocation()
  const [, params] = useRoute('/:id')
  const { filters, search, setFilters } = useFilters(filterNames)
  const may = useMay()
  const { tenant } = useMe()
  const tenantFilter = useTenantFilter()
  const isAll = filters.state === 'all'
  const list = useKeyset(ApiKeys, { filter: { ...(isAll ? {} : { revokedAt: { isNull: true } }), ...tenantFilter } })
  const close = useCallback(() => go(`/${search}`), [go, search])
  const isOfAll = tenant === undefined

  const columns = useMemo((): readonly Column<ApiKeyRow>[] => [
    { name: 'name', label: texts.columns.name, cell: ({ name, tenantId }, link) => <>{link(name)}{isOfAll && <Beside>{tenantId}</Beside>}</> },
    { name: 'role', label: texts.columns.role, width: '7rem', hide: 'phone', cell: ({ role }) => texts.roleNames[role] ?? role },
    { name: 'state', label: texts.columns.state, width: '8rem', cell: (row) => <KeyState of={row} /> },
    { name: 'ends', label: texts.columns.ends, width: '8rem', hide: 'phone', kind: 'quiet', cell: ({ expiresAt }) => (expiresAt ? <RelativeTime at={expiresAt} isShort /> : common.never) },
    { name: 'by', label: texts.columns.by, width: '16%', hide: 'narrow', kind: 'quiet', cell: ({ createdBy }) => createdBy },
    { name: 'made', label: texts.columns.made, kind: 'time', cell: ({ createdAt }) => <RelativeTime at={createdAt} isShort /> },
  ], [texts, common, isOfAll])

  const make = may('createApiKey') && <MakeKey onMade={list.reload} />
  return (
    <Split detail={params && <ApiKeyDetail key={params.id} id={params.id} onClose={close} onChange={list.patch} />}>
      <PageHead title={texts.title} lead={texts.lead}>{make}</PageHead>
      <Segments label={texts.columns.state} value={filters.state} onChange={(state) => setFilters({ state: state ?? '' })} names={[[undefined, texts.states.valid], ['all', common.all]]} />
      <ListOrEmpty list={list} icon={KeyIcon} empty={texts.empty} onClear={undefined}>
        <RowList list={list} columns={columns} openId={params?.id} search={search} label={texts.title} />
      </ListOrEmpty>
    </Split>
  )
}
