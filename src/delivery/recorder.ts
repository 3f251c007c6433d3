/** Collects results of attempts and records them in batches shared by all lanes. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { AttemptResult, Recorded } from '../database/results.ts'

export type RecorderDeps = {
  /** records a batch, all of it or nothing */
  readonly record: (results: readonly AttemptResult[]) => Promise<Recorded[]>
  /** whether an error is the database's answer to this batch, and not its absence */
  readonly isRefusal: (error: unknown) => boolean
  /** ends a delivery whose result Postgres refuses even bare; `undefined`: somebody else was faster */
  readonly setAside: (result: AttemptResult, refusal: unknown) => Promise<Recorded | undefined>
  /** told once a batch that is refused, or has to wait for the database */
  readonly onTrouble: (error: unknown, results: number) => void
  /** ends the wait for a database that is away */
  readonly signal: AbortSignal
  /** how long results wait for a database that is away; 5 minutes by default */
  readonly patienceMs?: number
}

/** `lost`: another writer was faster, and nothing changed. */
export type RecordedOrLost = Recorded | 'lost'

export type Recorder = {
  /**
   * Calls back once, when the result is committed, or by `onFailed` when the database stays away, or refuses even the bare facts. Whoever
   * then sends again comes back with the next refusal: after some of them the delivery is set aside, and recorded as failed.
   * Callbacks: thousands a second are spared a promise each, and what follows from a batch happens in one turn.
   * @param isUrgent something waits for it: it is written at once, with all that has collected
   */
  readonly add: (result: AttemptResult, isUrgent: boolean, onRecorded: Waiting['onRecorded'], onFailed: Waiting['onFailed']) => void
  /** resolves when nothing waits */
  readonly drain: () => Promise<void>
}

type Waiting = { readonly result: AttemptResult; readonly onRecorded: (recorded: RecordedOrLost) => void; readonly onFailed: (error: unknown) => void }

/** Postgres plans and commits a thousand in 15 ms; beyond that the wait of the first outweighs what is saved. */
const MAX_BATCH = 1_000
/** While one batch commits the next is under way; a third would only wait for the rows of endpoint_stats. */
const MAX_UNDER_WAY = 2
/** Worth a statement of its own beside another: its fixed cost (0.5 ms of Postgres, and half of that here) is small for each of so many. */
const FULL_BATCH = 250
/** Otherwise results collect for so long, if more than the first can be expected and none is urgent. */
const COLLECT_MS = 10
/** They can where results came no further apart than this, on average. */
const EXPECTED_WITHIN_MS = 20

/** Its requests were made, and would be repeated if it were forgotten: so a result outlives a restart of the database. */
const PATIENCE_MS = 5 * 60_000
/** Short, so that what happened before a restart is recorded before others take the lanes and read them. */
const PAUSE_MS = 100

/** What Postgres refuses so often even bare is set aside: its receiver would get it again and again. */
const MOST_REFUSALS = 3
/** Where nothing else was recorded meanwhile, results may be refused altogether, which somebody can mend. */
const MOST_WHEN_ALL_ARE_REFUSED = 10
const MOST_REFUSED = 10_000

/** Without what may have upset Postgres: a result that it refused alone is recorded by its bare facts. */
const bare = (result: AttemptResult): AttemptResult => ({
  ...result,
  requestHeaders: '{}',
  responseHeaders: null,
  responseBody: null,
  error: result.verdict === 'success' ? null : `${result.error?.replaceAll('\0', '') ?? ''} (answer could not be stored)`.trim(),
})

/**
 * Written at once when results are rare; when they are not, they collect for some milliseconds (group commit): what follows
 * from them, such as giving lanes back, then goes together as well. A batch that Postgres refuses is
 * halved until the culprit is alone, which is recorded without headers and body, or set aside if even that is refused again and again. While the database is away they wait: that
 * a batch is recorded twice, because the connection broke after the commit, is prevented by the fence of each result.
 */
export const createRecorder = ({ record, isRefusal, setAside, onTrouble, signal, patienceMs = PATIENCE_MS }: RecorderDeps): Recorder => {
  let waiting: Waiting[] = []
  let underWay = 0
  let isScheduled = false
  let isUrgentWaiting = false
  let timer: NodeJS.Timeout | undefined
  /** until when the oldest that waits is kept for more to come */
  let collectUntilMs = 0
  let lastMs = -Infinity
  /** average time between results */
  let gapMs = 10 * EXPECTED_WITHIN_MS
  let onDrained: (() => void)[] = []
  let recordedBatches = 0
  /** how often results of a delivery were refused even bare, and what had been recorded at the first time */
  const refused = new Map<string, { times: number; readonly recordedBatches: number }>()

  /** Records a batch, as soon as the database is there. */
  const recordPatiently = async (results: readonly AttemptResult[]): Promise<Recorded[]> => {
    const deadlineMs = performance.now() + patienceMs
    for (let tries = 1; ; tries += 1) {
      try {
        const recorded = await record(results)
        recordedBatches += 1
        return recorded
      } catch (error) {
        if (tries === 1) onTrouble(error, results.length)
        if (isRefusal(error) || signal.aborted || performance.now() > deadlineMs) throw error
        await sleep(PAUSE_MS, undefined, { signal }).catch(() => undefined)
      }
    }
  }

  const onRefusedBare = async ({ result, onRecorded, onFailed }: Waiting, refusal: unknown): Promise<void> => {
    const { deliveryId } = result
    const known = refused.get(deliveryId) ?? { times: 0, recordedBatches }
    known.times += 1
    if (refused.size >= MOST_REFUSED) refused.clear()
    refused.set(deliveryId, known)
    if (known.times < (recordedBatches > known.recordedBatches ? MOST_REFUSALS : MOST_WHEN_ALL_ARE_REFUSED)) return onFailed(refusal)
    let ended: Recorded | undefined
    try {
      ended = await setAside(result, refusal)
      refused.delete(deliveryId)
    } catch (error) {
      return onFailed(error)
    }
    onRecorded(ended ?? 'lost')
  }

  const write = async (batch: readonly Waiting[], isBare = false): Promise<void> => {
    let rows: readonly Recorded[]
    try {
      rows = await recordPatiently(batch.map(({ result }) => (isBare ? bare(result) : result)))
    } catch (error) {
      if (!isRefusal(error)) {
        for (const { onFailed } of batch) onFailed(error)
      } else if (isBare) {
        await onRefusedBare(batch[0]!, error)
      } else if (batch.length === 1) {
        await write(batch, true)
      } else {
        const half = batch.length >> 1
        await write(batch.slice(0, half))
        await write(batch.slice(half))
      }
      return
    }
    const recorded = new Map(rows.map((each) => [each.deliveryId, each]))
    for (const { result, onRecorded } of batch) onRecorded(recorded.get(result.deliveryId) ?? 'lost')
  }

  const start = (batch: readonly Waiting[]): void => {
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

  /** Starts what is worth a statement now, and comes back for the rest. */
  const flush = (): void => {
    while (waiting.length > 0 && underWay < MAX_UNDER_WAY) {
      const waitMs = isUrgentWaiting || waiting.length >= FULL_BATCH ? 0 : collectUntilMs - performance.now()
      // Small batches go one after the other: two of them would only do the work of one twice.
      if (waitMs > 0 || (underWay > 0 && waiting.length < FULL_BATCH)) {
        if (waitMs > 0) timer ??= setTimeout(onTime, waitMs)
        return
      }
      isUrgentWaiting = false
      start(waiting.splice(0, MAX_BATCH))
    }
  }
  const onTime = (): void => {
    timer = undefined
    flush()
  }
  const onTurn = (): void => {
    isScheduled = false
    flush()
  }

  return {
    add: (result, isUrgent, onRecorded, onFailed) => {
      const nowMs = performance.now()
      gapMs = Math.min(gapMs * 0.9 + (nowMs - lastMs) * 0.1, 10 * EXPECTED_WITHIN_MS)
      lastMs = nowMs
      if (waiting.length === 0) collectUntilMs = gapMs <= EXPECTED_WITHIN_MS ? nowMs + COLLECT_MS : nowMs
      waiting.push({ result, onRecorded, onFailed })
      isUrgentWaiting ||= isUrgent
      if (isScheduled) return
      isScheduled = true
      setImmediate(onTurn) // what comes in the same turn goes together
    },
    drain: () => (underWay === 0 && waiting.length === 0 ? Promise.resolve() : new Promise((resolve) => onDrained.push(resolve))),
  }
}
