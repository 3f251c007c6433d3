/** The pages there are. A new one is a line here, texts under `shell.pages`, and a folder of its own. */
import { type ComponentType, lazy, type LazyExoticComponent } from 'react'
import { BellIcon, BoltIcon, BookIcon, ChartIcon, EndpointIcon, GearIcon, KeyIcon, SendIcon, ShieldIcon } from '../parts/icons.tsx'

export type Page = {
  /** its path, its name in the texts, its `data-page` for tests */
  readonly name: string
  /** `g` and this leads to it */
  readonly key: string
  readonly icon: ComponentType
  /** everything below `/<name>` is the page's own */
  readonly view: LazyExoticComponent<ComponentType>
  /** a mutation that one must be allowed to call for the page to make sense; nothing: everybody sees it */
  readonly needs?: string
}

export const pages: readonly Page[] = [
  { name: 'overview', key: 'o', icon: ChartIcon, view: lazy(async () => ({ default: (await import('../pages/overview/page.tsx')).OverviewPage })) },
  { name: 'deliveries', key: 'd', icon: SendIcon, view: lazy(async () => ({ default: (await import('../pages/deliveries/page.tsx')).DeliveriesPage })) },
  { name: 'endpoints', key: 'e', icon: EndpointIcon, view: lazy(async () => ({ default: (await import('../pages/endpoints/page.tsx')).EndpointsPage })) },
  { name: 'events', key: 'v', icon: BoltIcon, view: lazy(async () => ({ default: (await import('../pages/events/page.tsx')).EventsPage })) },
  { name: 'event-types', key: 't', icon: BookIcon, view: lazy(async () => ({ default: (await import('../pages/event-types/page.tsx')).EventTypesPage })) },
  { name: 'alerts', key: 'a', icon: BellIcon, needs: 'updateSettings', view: lazy(async () => ({ default: (await import('../pages/alerts/page.tsx')).AlertsPage })) },
  { name: 'audit-log', key: 'l', icon: ShieldIcon, needs: 'createApiKey', view: lazy(async () => ({ default: (await import('../pages/audit-log/page.tsx')).AuditLogPage })) },
  { name: 'api-keys', key: 'k', icon: KeyIcon, needs: 'createApiKey', view: lazy(async () => ({ default: (await import('../pages/api-keys/page.tsx')).ApiKeysPage })) },
  { name: 'settings', key: 's', icon: GearIcon, view: lazy(async () => ({ default: (await import('../pages/settings/page.tsx')).SettingsPage })) },
]

/** Where one lands. */
export const firstPage = 'overview'
