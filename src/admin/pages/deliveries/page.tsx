/** The deliveries: a live list, and beside it the one that is open. */
import { useCallback, useMemo } from 'react'
import { useQuery } from 'urql'
import { useLocation, useRoute } from 'wouter'
import { useTexts } from '../../i18n/texts.tsx'
import { InboxIcon } from '../../parts/icons.tsx'
import { ListOrEmpty } from '../../parts/list-or-empty.tsx'
import { Fresh, LiveSwitch } from '../../parts/live-switch.tsx'
import { PageHead } from '../../parts/page-head.tsx'
import { Split } from '../../parts/split.tsx'
import { useFilters } from '../../parts/use-filters.ts'
import { useKeyset } from '../../parts/use-keyset.ts'
import { source, useLiveList } from '../../parts/use-live-list.ts'
import { useMe, useTenantFilter } from '../../session/me.ts'
import { Deliveries, DeliveryChoices, TenantDeliveries } from './deliveries.graphql'
import { Bulk } from './bulk.tsx'
import { DeliveryDetail } from './detail.tsx'
import { DeliveryFilterBar } from './filter-bar.tsx'
import { filterNames, toApi } from './filters.ts'
import { DeliveryList } from './list.tsx'

export const DeliveriesPage = () => {
  const { deliveries } = useTexts()
  const [, go] = useLocation()
  const [, params] = useRoute('/:id')
  const openId = params?.id
  const { filters, search, setFilters } = useFilters(filterNames)
  const tenantFilter = useTenantFilter()
  // A time that is relative to now is fixed when it is chosen, so that the pages of a list fit together.
  const filter = useMemo(() => ({ ...toApi(filters, Date.now()), ...tenantFilter }), [filters, tenantFilter.tenantId?.equalTo])
  const list = useKeyset(Deliveries, { filter })
  const [{ data: choices }] = useQuery({ query: DeliveryChoices })
  const { role, tenant } = useMe()
  const { pane, isLive, setLive, release } = useLiveList(list, [
    source(TenantDeliveries, role === 'operator' ? { tenantId: tenant } : {}, ({ deliveryUpdated }) => { if (deliveryUpdated) list.patch(deliveryUpdated) }),
  ])
  const close = useCallback(() => go(search), [go, search])

  return (
    <Split pane={pane} detail={openId !== undefined && <DeliveryDetail key={openId} id={openId} onClose={close} onChange={list.patch} />}>
      <PageHead title={deliveries.title} lead={deliveries.lead}>
        <Bulk endpointId={filters.endpoint} onDone={list.reload} />
        <LiveSwitch isLive={isLive} onChange={setLive} />
      </PageHead>
      <DeliveryFilterBar filters={filters} onChange={setFilters} choices={choices} />
      <ListOrEmpty list={list} icon={InboxIcon} empty={deliveries.empty} onClear={Object.keys(filters).length > 0 ? () => setFilters({}) : undefined}>
        {list.held.length > 0 && <Fresh words={deliveries.fresh(list.held.length, list.gap !== undefined)} onShow={release} />}
        <DeliveryList list={list} openId={openId} search={search} />
      </ListOrEmpty>
    </Split>
  )
}
