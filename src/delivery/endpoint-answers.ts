/** What an answer means for its endpoint: circuit, hold, disabling. */
import type { Verdict } from '../core/verdict.ts'
import type { Attempted } from './attempt.ts'
import { counted, openForMs } from './circuit.ts'
import type { Lane } from './lane.ts'
import type { RegistryDeps } from './registry-deps.ts'

export type EndpointAnswers = {
  /**
   * Applies what an answer means for the endpoint before its delivery is recorded: no other request may start in between.
   * @returns what must wait for the record: disabling cancels what is open, and this delivery still is; `undefined`: the answer means nothing for it
   */
  readonly apply: (lane: Lane, attempted: Attempted) => Promise<() => Promise<unknown>> | undefined
}

export const createEndpointAnswers = ({ clock, store, log }: Pick<RegistryDeps, 'clock' | 'store' | 'log'>): EndpointAnswers => {
  const tell = async (lane: Lane, before: Lane['circuit'], verdict: Verdict): Promise<() => Promise<unknown>> => {
    const { id, circuitRules } = lane.endpoint
    const work: Promise<unknown>[] = []
    let isOpened = false
    const hold = (forMs: number) => {
      lane.heldUntilMs = Math.max(lane.heldUntilMs, clock.monotonicMs() + forMs)
      lane.queue = []
    }
    if (before.state !== lane.circuit.state) {
      const { state, openings } = lane.circuit
      const pauseMs = state === 'open' ? openForMs(lane.circuit, circuitRules) : 0
      work.push(store.saveCircuit(id, state === 'open' ? 'open' : 'closed', openings, pauseMs))
      log.warn({ endpointId: id, circuit: state, openings }, 'circuit changed')
      if (state === 'open') {
        hold(pauseMs)
        isOpened = openings === 1 // a probe that fails is no news
      }
    }
    if (verdict.holdSeconds !== undefined) {
      hold(verdict.holdSeconds * 1000)
      work.push(store.holdLane(id, verdict.holdSeconds * 1000, 'retry-after'))
    }
    if (verdict.disable !== undefined) {
      lane.endpoint = { ...lane.endpoint, maySend: false }
      lane.disabledMs = Infinity
      lane.queue = []
      log.warn({ endpointId: id, reason: verdict.disable }, 'endpoint disabled')
    }
    await Promise.all(work)
    return async () => {
      if (isOpened) await store.onCircuitOpen(id)
      if (verdict.disable !== undefined) await store.disableEndpoint(id, verdict.disable)
    }
  }

  return {
    apply: (lane, { verdict, isTrouble }) => {
      const before = lane.circuit
      lane.circuit = counted(before, isTrouble, lane.endpoint.circuitRules)
      const isNews = before.state !== lane.circuit.state || verdict.holdSeconds !== undefined || verdict.disable !== undefined
      return isNews ? tell(lane, before, verdict) : undefined
    },
  }
}
