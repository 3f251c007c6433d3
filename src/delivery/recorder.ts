/** Collects results of attempts and records them in batches shared by all lanes. */
import type { AttemptResult, Recorded } from '../database/results.ts'

export type RecorderDeps = {
  /** records a batch, all of it or nothing */
  readonly record: (results: readonly AttemptResult[]) => Promise<Recorded[]>
  /** whether an error is the database's answer to this batch, and not its absence */
  readonly isRefusal: (error: unknown) => boolean
  readonly onTrouble: (error: unknown, results: number) => void
}

/** `lost`: another writer was faster, and nothing changed. */
export type RecordedOrLost = Recorded | 'lost'

export type Recorder = {
  /** resolves when the result is committed; rejects when the database stays away */
  readonly add: (result: AttemptResult) => Promise<RecordedOrLost>
  /** resolves when nothing waits */
  readonly drain: () => Promise<void>
}

type Waiting = { readonly result: AttemptResult; readonly resolve: (recorded: RecordedOrLost) => void; readonly reject: (error: unknown) => void }

/** Postgres plans and commits a thousand in 15 ms; beyond that the wait of the first outweighs what is saved. */
const MAX_BATCH = 1_000
/** While one batch commits the next is under way; a third would only wait for the rows of endpoint_stats. */
const MAX_UNDER_WAY = 2

/** Without what may have upset Postgres: a result that it refused alone is recorded by its bare facts. */
const bare = (result: AttemptResult): AttemptResult => ({
  ...result,
  requestHeaders: '{}',
  responseHeaders: null,
  responseBody: null,
  error: `${result.error?.replaceAll('\0', '') ?? ''} (answer could not be stored)`.trim(),
})

/**
 * Flushed at once when idle; while batches are under way results collect (group commit). A batch that Postgres refuses is
 * halved until the culprit is alone, which is recorded without headers and body.
 */
export const createRecorder = ({ record, isRefusal, onTrouble }: RecorderDeps): Recorder => {
  let waiting: Waiting[] = []
  let underWay = 0
  let scheduled = false
  let onDrained: (() => void)[] = []

  const write = async (batch: readonly Waiting[], isBare = false): Promise<void> => {
    try {
      const recorded = new Map((await record(batch.map(({ result }) => (isBare ? bare(result) : result)))).map((each) => [each.deliveryId, each]))
      for (const { result, resolve } of batch) resolve(recorded.get(result.deliveryId) ?? 'lost')
    } catch (error) {
      onTrouble(error, batch.length)
      if (!isRefusal(error) || isBare) {
        for (const { reject } of batch) reject(error)
      } else if (batch.length === 1) {
        await write(batch, true)
      } else {
        const half = batch.length >> 1
        await write(batch.slice(0, half))
        await write(batch.slice(half))
      }
    }
  }

  const flush = (): void => {
    scheduled = false
    while (waiting.length > 0 && underWay < MAX_UNDER_WAY) {
      const batch = waiting.splice(0, MAX_BATCH)
      underWay += 1
      void write(batch).finally(() => {
        underWay -= 1
        flush()
        if (underWay === 0 && waiting.length === 0) {
          for (const done of onDrained) done()
          onDrained = []
        }
      })
    }
  }

  return {
    add: (result) =>
      new Promise((resolve, reject) => {
        waiting.push({ result, resolve, reject })
        if (scheduled) return
        scheduled = true
        // A second statement starts only when there is much to write: small ones wait for the first, and go together.
        setImmediate(() => {
          if (underWay === 0 || waiting.length >= 100) flush()
          else scheduled = false
        })
      }),
    drain: () => (underWay === 0 && waiting.length === 0 ? Promise.resolve() : new Promise((resolve) => onDrained.push(resolve))),
  }
}
