/** The deliveries: a live list, and beside it the one that is open. */
import { Button, Switch as Toggle } from '@mantine/core'
import { useCallback, useMemo, useRef, useState } from 'react'
import { useQuery } from 'urql'
import { useLocation, useRoute } from 'wouter'
import { useTexts } from '../../i18n/texts.tsx'
import { InboxIcon } from '../../parts/icons.tsx'
import { ListOrEmpty } from '../../parts/list-or-empty.tsx'
import { PageHead } from '../../parts/page-head.tsx'
import { Split } from '../../parts/split.tsx'
import { useFilters } from '../../parts/use-filters.ts'
import { useKeyset } from '../../parts/use-keyset.ts'
import { useTenantFilter } from '../../session/me.ts'
import { Deliveries, DeliveryChoices } from './deliveries.graphql.ts'
import { Bulk } from './bulk.tsx'
import { DeliveryDetail } from './detail.tsx'
import { DeliveryFilterBar } from './filter-bar.tsx'
import { filterNames, toApi } from './filters.ts'
import { DeliveryList } from './list.tsx'
import { useLive } from './use-live.ts'
import css from './page.module.css'

/** Scrolled further than this, somebody reads: new rows wait. */
const READING_PX = 120

export const DeliveriesPage = () => {
  const { deliveries, shell } = useTexts()
  const [, go] = useLocation()
  const [, params] = useRoute('/:id')
  const openId = params?.id
  const { filters, search, setFilters } = useFilters(filterNames)
  const tenantFilter = useTenantFilter()
  // A time that is relative to now is fixed when it is chosen, so that the pages of a list fit together.
  const filter = useMemo(() => ({ ...toApi(filters, Date.now()), ...tenantFilter }), [filters, tenantFilter.tenantId?.equalTo])
  const list = useKeyset(Deliveries, { filter })
  const [{ data: choices }] = useQuery({ query: DeliveryChoices, variables: { endpoints: tenantFilter } })
  const [isLive, setLive] = useState(true)
  const pane = useRef<HTMLDivElement>(null)

  const isHeld = useCallback(() => window.scrollY > READING_PX || (pane.current?.scrollTop ?? 0) > READING_PX, [])
  useLive(list, isLive, isHeld)

  const close = useCallback(() => go(search), [go, search])
  const release = () => {
    list.release()
    window.scrollTo({ top: 0 })
    pane.current?.scrollTo({ top: 0 })
  }

  return (
    <Split pane={pane} detail={openId !== undefined && <DeliveryDetail key={openId} id={openId} onClose={close} onChange={list.patch} />}>
      <PageHead title={deliveries.title} lead={deliveries.lead}>
        <Bulk endpoints={choices?.endpoints?.nodes ?? []} endpointId={filters.endpoint} onDone={list.reload} />
        <Toggle size="sm" checked={isLive} onChange={(event) => setLive(event.currentTarget.checked)} label={isLive ? shell.live.on : shell.live.off} title={isLive ? shell.live.turnOff : shell.live.turnOn} />
      </PageHead>
      <DeliveryFilterBar filters={filters} onChange={setFilters} choices={choices} />
      <ListOrEmpty list={list} icon={InboxIcon} empty={deliveries.empty} onClear={Object.keys(filters).length > 0 ? () => setFilters({}) : undefined}>
        {list.held.length > 0 && <Button className={css['fresh']} size="xs" radius="xl" onClick={release}>{deliveries.fresh(list.held.length)}</Button>}
        <DeliveryList list={list} openId={openId} search={search} />
      </ListOrEmpty>
    </Split>
  )
}
