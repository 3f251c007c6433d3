/** Takes lanes and gives them back in batches, one statement under way at a time: the lock connection is one for all lanes. */
import type { LaneEndpoint } from '../database/lane-endpoints.ts'
import type { Release } from '../database/lanes.ts'

export type LaneLocksDeps = {
  readonly take: (endpointIds: readonly string[]) => Promise<LaneEndpoint[]>
  readonly release: (endpointIds: readonly string[], onCall?: boolean) => Promise<Release[]>
  readonly putOnCall?: ((endpointIds: readonly string[]) => Promise<Release[]>) | undefined
  readonly keepReading?: ((endpointIds: readonly string[]) => Promise<string[]>) | undefined
}

export type LaneLocks = {
  /** the endpoint of the lane, which is ours now; `undefined`: it is somebody else's, or the endpoint no longer exists */
  readonly take: (endpointId: string) => Promise<LaneEndpoint | undefined>
  /** resolves with the look that followed; `undefined`: the endpoint no longer exists */
  readonly release: (endpointId: string) => Promise<Release | undefined>
  /** the same for a lane that is on call */
  readonly releaseOnCall: (endpointId: string) => Promise<Release | undefined>
  /** resolves with the look that followed; `undefined`: it is not on call, or the endpoint no longer exists */
  readonly putOnCall: (endpointId: string) => Promise<Release | undefined>
  /** whether it is off call */
  readonly keepReading: (endpointId: string) => Promise<boolean>
}

type Waiting<T> = { readonly endpointId: string; readonly resolve: (value: T) => void; readonly reject: (error: unknown) => void }

const createBatch = <T>(run: (endpointIds: readonly string[]) => Promise<ReadonlyMap<string, T>>, missing: T) => {
  let waiting: Waiting<T>[] = []
  let isRunning = false

  const next = async (): Promise<void> => {
    isRunning = true
    const batch = waiting
    waiting = []
    try {
      const values = await run(batch.map(({ endpointId }) => endpointId))
      for (const { endpointId, resolve } of batch) resolve(values.get(endpointId) ?? missing)
    } catch (error) {
      for (const { reject } of batch) reject(error)
    }
    isRunning = false
    if (waiting.length > 0) void next()
  }

  return (endpointId: string): Promise<T> =>
    new Promise((resolve, reject) => {
      waiting.push({ endpointId, resolve, reject })
      // What is asked for in the same turn goes together.
      if (!isRunning) {
        isRunning = true
        queueMicrotask(() => void next())
      }
    })
}

const byEndpoint = (releases: readonly Release[]): ReadonlyMap<string, Release> => new Map(releases.map((each) => [each.endpointId, each]))

export const createLaneLocks = ({ take, release, putOnCall, keepReading }: LaneLocksDeps): LaneLocks => ({
  take: createBatch<LaneEndpoint | undefined>(async (ids) => new Map((await take(ids)).map((endpoint) => [endpoint.id, endpoint])), undefined),
  release: createBatch<Release | undefined>(async (ids) => byEndpoint(await release(ids)), undefined),
  releaseOnCall: createBatch<Release | undefined>(async (ids) => byEndpoint(await release(ids, true)), undefined),
  putOnCall: createBatch<Release | undefined>(async (ids) => byEndpoint((await putOnCall?.(ids)) ?? []), undefined),
  keepReading: createBatch<boolean>(async (ids) => new Map(((await keepReading?.(ids)) ?? []).map((id) => [id, true])), false),
})
