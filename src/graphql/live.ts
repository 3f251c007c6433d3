/** Changes for those who watch, found by looking while somebody does: what nobody watches costs nothing, and writers never pay. */
import type { LiveDelivery, LiveEvent } from '../database/live.ts'

export type LiveDeps = {
  readonly deliveries: (endpointIds: readonly string[]) => Promise<readonly LiveDelivery[]>
  readonly events: (tenantIds: readonly string[], seconds: number) => Promise<readonly LiveEvent[]>
  readonly onError: (error: unknown) => void
}

/** What is watched: an endpoint's deliveries or a tenant's events. `tenantId` undefined: the operator, whose tenant is not checked. */
export type Topic = { readonly kind: 'deliveries'; readonly endpointId: string; readonly tenantId: string | undefined } | { readonly kind: 'events'; readonly tenantId: string }

export type Live = {
  /** ids of what is new or has changed, as it is found; ends with `stop` */
  readonly subscribe: (topic: string | number) => AsyncIterableIterator<string>
  readonly stop: () => void
}

/** How soon a change is seen. */
const LOOK_MS = 250
/** A transaction that commits later than this after its event was written is not seen as new. */
const LATE_SECONDS = 30
/** Ids for one watcher and look; of a bulk load only the newest are shown. */
const AT_ONCE = 25
const QUEUE = 100
const MAX_WATCHERS = 1_000

type Watcher = { readonly topic: Topic; readonly push: (id: string) => void; readonly end: () => void; known: ReadonlyMap<string, string> | undefined }

const isOpen = (state: string) => state.startsWith('pending') || state.startsWith('retrying')

/** What differs from what was known; at the first look nothing does. */
const changed = (known: Watcher['known'], found: ReadonlyMap<string, string>): string[] => {
  if (known === undefined) return []
  const ids = [...found].filter(([id, state]) => known.get(id) !== state).map(([id]) => id)
  const ended = [...known].filter(([id, state]) => isOpen(state) && !found.has(id)).map(([id]) => id)
  return [...ids, ...ended].toSorted((one, other) => (one < other ? -1 : 1)).slice(-AT_ONCE)
}

export const createLive = (deps: LiveDeps): Live => {
  const watchers = new Set<Watcher>()
  let timer: NodeJS.Timeout | undefined
  let isLooking = false

  const show = (watcher: Watcher, found: ReadonlyMap<string, string>) => {
    for (const id of changed(watcher.known, found)) watcher.push(id)
    watcher.known = found
  }

  const look = async (): Promise<void> => {
    const endpoints = new Set<string>()
    const tenants = new Set<string>()
    for (const { topic } of watchers) {
      if (topic.kind === 'deliveries') endpoints.add(topic.endpointId)
      else tenants.add(topic.tenantId)
    }
    const [deliveries, events] = await Promise.all([endpoints.size > 0 ? deps.deliveries([...endpoints]) : [], tenants.size > 0 ? deps.events([...tenants], LATE_SECONDS) : []])
    for (const watcher of watchers) {
      const { topic } = watcher
      if (topic.kind === 'deliveries') {
        const own = deliveries.filter(({ endpointId, tenantId }) => endpointId === topic.endpointId && (topic.tenantId === undefined || tenantId === topic.tenantId))
        show(watcher, new Map(own.map(({ id, state }) => [id, state])))
      } else {
        const own = new Map(events.filter(({ tenantId }) => tenantId === topic.tenantId).map(({ id }) => [id, '']))
        show(watcher, own)
      }
    }
  }

  const tick = () => {
    if (isLooking) return
    isLooking = true
    look().catch(deps.onError).finally(() => (isLooking = false))
  }

  const leave = (watcher: Watcher) => {
    watchers.delete(watcher)
    if (watchers.size > 0) return
    clearInterval(timer)
    timer = undefined
  }

  const subscribe = (text: string | number): AsyncIterableIterator<string> => {
    const queue: string[] = []
    let isEnded = watchers.size >= MAX_WATCHERS
    let wake: (() => void) | undefined
    const watcher: Watcher = {
      topic: JSON.parse(String(text)) as Topic,
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
    timer ??= setInterval(tick, LOOK_MS)
    tick()
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
      clearInterval(timer)
    },
  }
}
