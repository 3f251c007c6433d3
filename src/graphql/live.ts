/** Changes for those who watch, found by looking while somebody does: what nobody watches costs nothing, and writers never pay. */
import type { LiveDelivery, LiveEvent, LiveTenantDelivery } from '../database/live.ts'

export type LiveDeps = {
  readonly deliveries: (endpointIds: readonly string[]) => Promise<readonly LiveDelivery[]>
  readonly deliveriesOf: (tenantIds: readonly string[], everybody: boolean) => Promise<readonly LiveTenantDelivery[]>
  readonly events: (tenantIds: readonly string[], seconds: number, everybody: boolean) => Promise<readonly LiveEvent[]>
  readonly onError: (error: unknown) => void
}

/**
 * What is watched: the deliveries of an endpoint or of a tenant, or a tenant's events. `tenantId` undefined: the operator, whose tenant is not checked;
 * of events, and of deliveries without an endpoint, those of all tenants.
 */
export type Topic =
  | { readonly kind: 'deliveries'; readonly endpointId?: string | undefined; readonly tenantId: string | undefined }
  | { readonly kind: 'events'; readonly tenantId: string | undefined }

export type Live = {
  /** ids of what is new or has changed, as it is found; ends with `stop` */
  readonly subscribe: (topic: string | number) => AsyncIterableIterator<string>
  readonly stop: () => void
}

/** How soon a change is seen, where looking takes no longer than a tenth of that. */
const LOOK_MS = 250
/** Looking takes a tenth of the time at most: whoever watches much sees it later. */
const IDLE_SHARE = 9
/** A transaction that commits later than this after its event was written is not seen as new. */
const LATE_SECONDS = 30
/** Ids for one watcher and look; of a bulk load only the newest are shown. */
const AT_ONCE = 25
/** Ids for all watchers and look, since each is read for its watcher: 200 a second. Who gets none this time is first the next. */
const AT_ONCE_IN_ALL = 50
const QUEUE = 100
const MAX_WATCHERS = 1_000
/** Of one tenant, so that there is room for others. */
const MAX_OF_TENANT = 200

type Watcher = { readonly topic: Topic; readonly push: (id: string) => void; readonly end: () => void; known: ReadonlyMap<string, string> | undefined }

const isOpen = (state: string) => state.startsWith('pending') || state.startsWith('retrying')

/** What differs from what was known, oldest first; at the first look nothing does. */
const changed = (known: Watcher['known'], found: ReadonlyMap<string, string>): string[] => {
  if (known === undefined) return []
  const ids = [...found].filter(([id, state]) => known.get(id) !== state).map(([id]) => id)
  const ended = [...known].filter(([id, state]) => isOpen(state) && !found.has(id)).map(([id]) => id)
  return [...ids, ...ended].toSorted((one, other) => (one < other ? -1 : 1))
}

export const createLive = (deps: LiveDeps): Live => {
  const watchers = new Set<Watcher>()
  let timer: NodeJS.Timeout | undefined
  let isLooking = false

  /** Gives each watcher its share of what has changed; one that gets nothing keeps what it knew, and so misses nothing. */
  const show = (found: ReadonlyMap<Watcher, ReadonlyMap<string, string>>) => {
    const changes = [...found].map(([watcher, rows]) => ({ watcher, rows, ids: changed(watcher.known, rows) }))
    const share = Math.max(1, Math.min(AT_ONCE, Math.floor(AT_ONCE_IN_ALL / changes.filter(({ ids }) => ids.length > 0).length)))
    let left = AT_ONCE_IN_ALL
    for (const { watcher, rows, ids } of changes) {
      if (ids.length > 0 && left <= 0) continue
      watcher.known = rows
      if (ids.length === 0) continue
      left -= Math.min(ids.length, share)
      for (const id of ids.slice(-share)) watcher.push(id)
      if (watchers.delete(watcher)) watchers.add(watcher) // behind those that waited
    }
  }

  const look = async (): Promise<void> => {
    const present = [...watchers] // who comes meanwhile knows nothing yet, and is not told that all is new
    const topics = present.map(({ topic }) => topic)
    const endpoints = topics.flatMap((topic) => (topic.kind === 'deliveries' && topic.endpointId !== undefined ? [topic.endpointId] : []))
    const wholes = topics.flatMap((topic) => (topic.kind === 'deliveries' && topic.endpointId === undefined ? [topic.tenantId] : []))
    const tenants = topics.flatMap((topic) => (topic.kind === 'events' ? [topic.tenantId] : []))
    const [deliveries, ofTenants, events] = await Promise.all([
      endpoints.length > 0 ? deps.deliveries([...new Set(endpoints)]) : [],
      wholes.length > 0 ? deps.deliveriesOf([...new Set(wholes.filter((tenant) => tenant !== undefined))], wholes.includes(undefined)) : [],
      tenants.length > 0 ? deps.events([...new Set(tenants.filter((tenant) => tenant !== undefined))], LATE_SECONDS, tenants.includes(undefined)) : [],
    ])
    const byEndpoint = Map.groupBy(deliveries, ({ endpointId }) => endpointId)
    const byWhole = Map.groupBy(ofTenants, ({ isOfEverybody, tenantId }) => (isOfEverybody ? undefined : tenantId))
    const byTenant = Map.groupBy(events, ({ isOfEverybody, tenantId }) => (isOfEverybody ? undefined : tenantId))
    const rowsFor = ({ topic }: Watcher): ReadonlyMap<string, string> => {
      if (topic.kind === 'events') return new Map(byTenant.get(topic.tenantId)?.map(({ id }) => [id, '']))
      if (topic.endpointId === undefined) return new Map(byWhole.get(topic.tenantId)?.map(({ id, state }) => [id, state]))
      const rows = byEndpoint.get(topic.endpointId) ?? []
      return new Map(topic.tenantId === undefined || rows[0]?.tenantId === topic.tenantId ? rows.map(({ id, state }) => [id, state]) : [])
    }
    show(new Map(present.filter((watcher) => watchers.has(watcher)).map((watcher) => [watcher, rowsFor(watcher)])))
  }

  const tick = async () => {
    if (isLooking) return
    isLooking = true
    clearTimeout(timer)
    const startedMs = performance.now()
    await look().catch(deps.onError)
    const tookMs = performance.now() - startedMs
    isLooking = false
    if (watchers.size > 0) timer = setTimeout(() => void tick(), Math.max(LOOK_MS - tookMs, IDLE_SHARE * tookMs))
  }

  const leave = (watcher: Watcher) => {
    watchers.delete(watcher)
    if (watchers.size === 0) clearTimeout(timer)
  }

  const subscribe = (text: string | number): AsyncIterableIterator<string> => {
    const queue: string[] = []
    const topic = JSON.parse(String(text)) as Topic
    const ofTenant = [...watchers].filter((each) => each.topic.tenantId === topic.tenantId).length
    let isEnded = watchers.size >= MAX_WATCHERS || ofTenant >= MAX_OF_TENANT
    let wake: (() => void) | undefined
    const watcher: Watcher = {
      topic,
      known: undefined,
      push: (id) => {
        queue.push(id)
        if (queue.length > QUEUE) queue.shift()
        wake?.()
      },
      end: () => {
        isEnded = true
        wake?.()
      },
    }
    if (!isEnded) watchers.add(watcher)
    void tick()
    const finish = (): Promise<IteratorResult<string>> => {
      leave(watcher)
      watcher.end()
      return Promise.resolve({ done: true, value: undefined })
    }
    return {
      [Symbol.asyncIterator]() {
        return this
      },
      next: async () => {
        while (queue.length === 0 && !isEnded) await new Promise<void>((resolve) => (wake = resolve))
        const id = queue.shift()
        return id === undefined || isEnded ? finish() : { done: false, value: id }
      },
      return: finish,
      throw: finish,
    }
  }

  return {
    subscribe,
    stop: () => {
      for (const watcher of watchers) watcher.end()
      watchers.clear()
      clearTimeout(timer)
    },
  }
}
