/** Keeps the list fresh while somebody looks: what happens is told by the server, and the head of the list is read again. */
import { useEffect, useRef } from 'react'
import { useClient } from 'urql'
import type { Keyset } from '../../parts/use-keyset.ts'
import { useMe } from '../../session/me.ts'
import { type DeliveryRow, EndpointDeliveries, TenantEvents } from './deliveries.graphql.ts'

/** Endpoints watched at once: those of the rows that are still open come first. */
const MOST_ENDPOINTS = 12
/** The head is read this often at most. */
const PACE_MS = 700
/** Where nothing tells (the operator who looks at all tenants), somebody has to look. */
const LOOK_MS = 4_000

const isOpen = ({ status }: DeliveryRow) => status === 'pending' || status === 'retrying'

/** @param isHeld asked at each change whether new rows have to wait */
export const useLive = (list: Keyset<DeliveryRow>, isOn: boolean, isHeld: () => boolean): void => {
  const client = useClient()
  const { tenant, role } = useMe()
  const latest = useRef({ list, isHeld })
  latest.current = { list, isHeld }
  const soon = useRef<ReturnType<typeof setTimeout> | undefined>(undefined)

  const refreshSoon = () => {
    soon.current ??= setTimeout(() => {
      soon.current = undefined
      latest.current.list.refresh(latest.current.isHeld())
    }, PACE_MS)
  }
  useEffect(() => () => clearTimeout(soon.current), [])

  useEffect(() => {
    if (!isOn) return undefined
    refreshSoon()
    if (tenant === undefined) {
      const timer = setInterval(() => document.visibilityState === 'visible' && refreshSoon(), LOOK_MS)
      return () => clearInterval(timer)
    }
    const watching = client.subscription(TenantEvents, role === 'operator' ? { tenantId: tenant } : {}).subscribe(refreshSoon)
    return () => watching.unsubscribe()
  }, [client, isOn, role, tenant])

  const rows = list.rows.slice(0, 100).toSorted((a, b) => Number(isOpen(b)) - Number(isOpen(a)))
  const watched = [...new Set(rows.map(({ endpointId }) => endpointId))].slice(0, MOST_ENDPOINTS).sort().join()
  useEffect(() => {
    if (!isOn || watched === '') return undefined
    const ends = watched.split(',').map((endpointId) =>
      client.subscription(EndpointDeliveries, { endpointId }).subscribe(({ data }) => {
        if (data?.deliveryUpdated) latest.current.list.patch(data.deliveryUpdated)
        refreshSoon()
      }),
    )
    return () => ends.forEach((end) => end.unsubscribe())
  }, [client, isOn, watched])
}
