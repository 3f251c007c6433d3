/** Recover and replay: first counted, then done in batches, so that there is progress to see and a place to stop. */
import { useCallback, useEffect, useRef, useState } from 'react'
import { useClient } from 'urql'
import { problemOf, type Problem } from '../../api/problem.ts'
import { useTenantOf } from '../../session/me.ts'
import { RecoverDeliveries, RecoverPreview, ReplayEvents, ReplayPreview } from './bulk.graphql'

export type Act = 'recover' | 'replay'

export type Task = {
  readonly act: Act
  readonly endpoint: { readonly id: string; readonly tenantId: string }
  readonly since: string
  readonly until: string | undefined
  /** exact names; empty: all */
  readonly types: readonly string[]
}

type Preview = { readonly deliveries: number; readonly more: boolean }
type Progress = { readonly done: number; readonly isOver: boolean; readonly isStopped: boolean }
type Batch = { readonly done: number; readonly remaining: boolean; readonly lastEvent?: string | null }

/** Small enough that each is done in a moment, and that stopping is soon. */
const BATCH = 500
/** Whoever types has come to rest. */
const REST_MS = 300

export const useBulk = (task: Task | undefined) => {
  const client = useClient()
  const tenantOf = useTenantOf()
  const [preview, setPreview] = useState<Preview | undefined>()
  const [progress, setProgress] = useState<Progress | undefined>()
  const [problem, setProblem] = useState<Problem | undefined>()
  const [round, setRound] = useState(0)
  const isStopped = useRef(false)
  const key = JSON.stringify(task)
  useEffect(() => () => void (isStopped.current = true), [])

  useEffect(() => {
    setPreview(undefined)
    setProgress(undefined)
    setProblem(undefined)
    if (!task) return undefined
    let isLatest = true
    const { act, endpoint, since, until, types } = task
    const window = { endpointId: endpoint.id, since, until }
    const count = async () => {
      const { data, error } = act === 'recover'
        ? await client.query(RecoverPreview, window, { requestPolicy: 'network-only' }).toPromise().then((answer) => ({ data: answer.data?.recoverPreview, error: answer.error }))
        : await client.query(ReplayPreview, { ...window, types: types.length > 0 ? types : null }, { requestPolicy: 'network-only' }).toPromise().then((answer) => ({ data: answer.data?.replayPreview, error: answer.error }))
      if (!isLatest) return
      if (error) setProblem(problemOf(error))
      else if (data) setPreview(data)
    }
    const timer = setTimeout(() => void count(), REST_MS)
    return () => {
      isLatest = false
      clearTimeout(timer)
    }
  }, [client, key, round])

  const batch = async ({ act, endpoint, since, until, types }: Task, resumeAfter: string | null): Promise<Batch | Problem> => {
    const window = { endpointId: endpoint.id, ...tenantOf(endpoint), since, until, batch: BATCH }
    if (act === 'recover') {
      const { data, error } = await client.mutation(RecoverDeliveries, window).toPromise()
      return data?.recover ? { done: data.recover.recovered, remaining: data.recover.remaining } : problemOf(error!)
    }
    const { data, error } = await client.mutation(ReplayEvents, { ...window, types: types.length > 0 ? types : null, resumeAfter }).toPromise()
    return data?.replay ? { done: data.replay.replayed, remaining: data.replay.remaining, lastEvent: data.replay.lastEvent } : problemOf(error!)
  }

  const run = async () => {
    if (!task) return
    isStopped.current = false
    let done = 0
    let resumeAfter: string | null = null
    setProgress({ done, isOver: false, isStopped: false })
    for (;;) {
      const answer: Batch | Problem = await batch(task, resumeAfter)
      if ('code' in answer) {
        setProblem(answer)
        return setProgress(undefined)
      }
      done += answer.done
      resumeAfter = answer.lastEvent ?? resumeAfter
      const isOver = !answer.remaining || isStopped.current
      setProgress({ done, isOver, isStopped: isStopped.current && answer.remaining })
      if (isOver) return undefined
    }
  }

  return {
    preview, progress, problem,
    run: () => void run(),
    stop: useCallback(() => void (isStopped.current = true), []),
    /** counts again */
    ask: useCallback(() => setRound((before) => before + 1), []),
  }
}
