/** What the server says while somebody types: of the URL, and of events and filter by counting what would have come. */
import { useEffect, useState } from 'react'
import { useClient } from 'urql'
import { problemOf, type Problem } from '../../../api/problem.ts'
import { FilterPreview, type FilterPreviewResult, UrlProblems, type UrlProblemsResult } from '../form.graphql'
import { useSettled } from './use-settled.ts'

export type Preview = NonNullable<FilterPreviewResult['filterPreview']>
export type UrlProblem = UrlProblemsResult['urlProblems'][number]

/** Shorter, it is not yet meant: `h`, `http`, `https:/`. */
const isMeant = (url: string): boolean => /^[a-z][a-z0-9+.-]*:\/\/./i.test(url) || (url.length > 8 && !'https://'.startsWith(url))

export const useUrlProblems = (url: string): readonly UrlProblem[] => {
  const client = useClient()
  const settled = useSettled(url.trim(), url.trim())
  const [found, setFound] = useState<{ readonly url: string; readonly problems: readonly UrlProblem[] }>({ url: '', problems: [] })
  useEffect(() => {
    if (!isMeant(settled)) return setFound({ url: settled, problems: [] })
    let isLatest = true
    void client.query(UrlProblems, { url: settled }).toPromise().then(({ data }) => isLatest && data && setFound({ url: settled, problems: data.urlProblems }))
    return () => void (isLatest = false)
  }, [client, settled])
  return found.problems
}

type Judged = { readonly preview?: Preview; readonly problem?: Problem; readonly isAsking: boolean }

export const useFilterPreview = (events: readonly string[], filter: string, tenant: { readonly tenantId?: string }): Judged => {
  const client = useClient()
  const key = JSON.stringify([events, filter.trim(), tenant])
  const settled = useSettled({ events, filter: filter.trim() || null, ...tenant }, key)
  const [judged, setJudged] = useState<Judged>({ isAsking: false })
  useEffect(() => {
    if (settled.events.length === 0) return setJudged({ isAsking: false })
    let isLatest = true
    setJudged((before) => ({ ...before, isAsking: true }))
    void client.query(FilterPreview, settled, { requestPolicy: 'network-only' }).toPromise().then(({ data, error }) => {
      if (!isLatest) return
      setJudged({ ...(data?.filterPreview ? { preview: data.filterPreview } : {}), ...(error ? { problem: problemOf(error) } : {}), isAsking: false })
    })
    return () => void (isLatest = false)
  }, [client, settled])
  return judged
}
