/** Reads the state of every owned endpoint again and again: a disable, a pause or a cancel counts within a second. */
import { isOpen, readAnew, type Lane } from './lane.ts'
import { createProbation } from './probation.ts'
import type { RegistryDeps } from './registry-deps.ts'

export type KeepingFreshDeps = Pick<RegistryDeps, 'clock' | 'store' | 'log'> & {
  readonly lanes: ReadonlyMap<string, Lane>
  /** states have come: what waited for them may start, what is left of a lane may be nothing */
  readonly onFresh: (lanes: readonly Lane[]) => void
  readonly onTrouble: (error: unknown) => void
}

export type KeepingFresh = { readonly stop: () => void }

/** Endpoint states are read again so often; nothing starts on a state that is a second old. */
const REFRESH_MS = 400

export const keepFresh = ({ clock, store, log, lanes, onFresh, onTrouble }: KeepingFreshDeps): KeepingFresh => {
  let timer: NodeJS.Timeout | undefined
  let isStopped = false

  const refresh = async (): Promise<void> => {
    const startedMs = clock.monotonicMs()
    const owned = [...lanes.keys()]
    if (owned.length === 0) return
    const endpoints = new Map((await store.loadEndpoints(owned)).map((endpoint) => [endpoint.id, endpoint]))
    const still = owned.flatMap((id) => lanes.get(id) ?? [])
    for (const lane of still) {
      const loaded = endpoints.get(lane.endpoint.id) ?? { ...lane.endpoint, maySend: false }
      const endpoint = startedMs > lane.disabledMs ? loaded : { ...loaded, maySend: false } // as it was before an answer disabled it
      if (endpoint.crashes > lane.endpoint.crashes && startedMs > lane.trustedMs) lane.probation = createProbation(endpoint) // counted after it was taken
      if (lane.endpoint.maySend && !endpoint.maySend) log.debug({ endpointId: endpoint.id }, 'the endpoint may send no more')
      // Another order or format, or a delivery that was cancelled.
      if (lane.endpoint.version !== endpoint.version || lane.endpoint.recalledAt !== endpoint.recalledAt) readAnew(lane)
      lane.endpoint = endpoint
      lane.refreshedMs = startedMs
      lane.heldUntilMs = Math.max(lane.heldUntilMs, startedMs + (endpoint.heldForMs ?? 0))
      if (!isOpen(lane, startedMs)) lane.queue = []
    }
    onFresh(still)
  }

  const next = (): void => {
    timer = setTimeout(() => {
      refresh()
        .catch(onTrouble)
        .finally(() => {
          if (!isStopped) next()
        })
    }, REFRESH_MS)
  }
  next()

  return {
    stop: () => {
      isStopped = true
      clearTimeout(timer)
    },
  }
}
