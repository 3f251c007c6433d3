/** A list that is read page by page from its head on, and kept fresh there. */
import { useCallback, useEffect, useRef, useState } from 'react'
import { type TypedDocumentNode, useClient } from 'urql'
import { problemOf, type Problem } from '../api/problem.ts'

/** Where rows come latest first, their ids, UUIDs version 7 or numbers, say which is later. */
type Row = { readonly id: string }

/** UUIDs are of one length; of numbers the longer is the greater. */
const isLater = (id: string, than: string): boolean => (id.length === than.length ? id > than : id.length > than.length)

type Page<R> = { readonly nodes: readonly R[]; readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null } }
type Answer<R> = { readonly page: Page<R> | null }

type State<R> = {
  readonly rows: readonly R[]
  readonly cursor: string | null
  readonly hasMore: boolean
  readonly isLoading: boolean
  /** the rows are those of the question before */
  readonly isStale: boolean
  readonly problem: Problem | undefined
  /** rows that came to the head while the list was held still */
  readonly held: readonly R[]
  /** more came than a page holds: between the held rows and the list there are others */
  readonly gap: Page<R> | undefined
}

export type Keyset<R> = State<R> & {
  readonly loadMore: () => void
  readonly reload: () => void
  /** reads the head again; while `isHeld` what is new waits in `held` */
  readonly refresh: (isHeld: boolean) => void
  /** puts a newer version of a row into its place */
  readonly patch: (row: R) => void
  /** shows what was held back */
  readonly release: () => void
}

const PAGE = 50
const nothing = { rows: [], cursor: null, hasMore: false, isLoading: true, isStale: false, problem: undefined, held: [], gap: undefined }

const distinct = <R extends Row>(rows: readonly R[]): R[] => [...new Map(rows.map((row) => [row.id, row])).values()]

const latestFirst = <R extends Row>(rows: readonly R[]): R[] => distinct(rows).sort((a, b) => (isLater(a.id, b.id) ? -1 : 1))

/** The list is what was just read, and no more. */
const listOf = <R extends Row>({ nodes, pageInfo }: Page<R>): State<R> => ({ ...nothing, rows: nodes, cursor: pageInfo.endCursor, hasMore: pageInfo.hasNextPage, isLoading: false })

/** The same where the server has an order of its own: the head stands before what was read below it. */
const putHead = <R extends Row>(state: State<R>, head: Page<R>): State<R> => {
  if (!head.pageInfo.hasNextPage) return listOf(head)
  const ids = new Set(head.nodes.map(({ id }) => id))
  return { ...state, rows: [...head.nodes, ...state.rows.filter(({ id }) => !ids.has(id))], problem: undefined }
}

/** What the list is after its head was read again. Rows within the head's reach that it lacks do not match any more. */
const mergeHead = <R extends Row>(state: State<R>, head: Page<R>, isHeld: boolean): State<R> => {
  const { nodes } = head
  const last = nodes.at(-1)
  const first = state.rows[0]
  // More came than a page holds, or the head is all there is: it is the list now.
  if (!isHeld && (last === undefined || first === undefined || isLater(last.id, first.id))) {
    return listOf(head)
  }
  const below = head.pageInfo.hasNextPage && last ? state.rows.filter(({ id }) => isLater(last.id, id)) : []
  if (!isHeld) return { ...state, rows: latestFirst([...nodes, ...below]), held: [], gap: undefined, problem: undefined }
  const fresh = new Map(nodes.map((row) => [row.id, row]))
  const held = nodes.filter(({ id }) => first === undefined || isLater(id, first.id))
  return { ...state, rows: state.rows.map((row) => fresh.get(row.id) ?? row), held, gap: held.length > 0 && held.length === nodes.length && head.pageInfo.hasNextPage ? head : undefined, problem: undefined }
}

type Document<R extends Row, V extends object> = TypedDocumentNode<Answer<R>, V & { readonly first: number; readonly after?: string | null | undefined }>

/**
 * @param document answers `page` with nodes and pageInfo, and takes `first` and `after`
 * @param variables the question; when its JSON changes, the list begins anew
 * @param isOrdered the server orders by something else than the id; nothing is held back then
 */
export const useKeyset = <R extends Row, V extends object>(document: Document<R, V>, variables: V, isOrdered = false): Keyset<R> => {
  const client = useClient()
  const [state, setState] = useState<State<R>>(nothing)
  const question = JSON.stringify(variables)
  const asked = useRef(variables)
  asked.current = variables
  const latest = useRef(state)
  latest.current = state
  /** Counts up with each question; an answer to an earlier one is dropped. */
  const round = useRef(0)
  const isRefreshing = useRef(false)

  const fetchPage = useCallback(
    async (after: string | null) => {
      const { data, error } = await client.query(document, { ...asked.current, first: PAGE, after }, { requestPolicy: 'network-only' }).toPromise()
      return error ? { problem: problemOf(error) } : { page: data?.page ?? { nodes: [], pageInfo: { hasNextPage: false, endCursor: null } } }
    },
    [client, document],
  )

  const reload = useCallback(() => {
    const mine = ++round.current
    setState((before) => ({ ...before, isLoading: true, isStale: before.rows.length > 0, problem: undefined, held: [], gap: undefined }))
    void fetchPage(null).then(({ page, problem }) => {
      if (mine === round.current) setState(page ? listOf(page) : { ...nothing, isLoading: false, problem })
    })
  }, [fetchPage])

  useEffect(reload, [reload, question])

  const loadMore = useCallback(() => {
    const { cursor, hasMore, isLoading } = latest.current
    if (!hasMore || isLoading) return
    const mine = round.current
    setState((before) => ({ ...before, isLoading: true }))
    void fetchPage(cursor).then(({ page, problem }) => {
      if (mine !== round.current) return
      setState((before) => {
        if (!page) return { ...before, isLoading: false, problem }
        if (before.cursor !== cursor) return { ...before, isLoading: false } // the list has begun anew meanwhile
        const rows = isOrdered ? distinct([...before.rows, ...page.nodes]) : latestFirst([...before.rows, ...page.nodes])
        return { ...before, rows, cursor: page.pageInfo.endCursor, hasMore: page.pageInfo.hasNextPage, isLoading: false, problem: undefined }
      })
    })
  }, [fetchPage, isOrdered])

  const refresh = useCallback(
    (isHeld: boolean) => {
      if (isRefreshing.current || latest.current.isLoading) return
      isRefreshing.current = true
      const mine = round.current
      void fetchPage(null).then(({ page, problem }) => {
        isRefreshing.current = false
        if (mine !== round.current) return
        // A head that cannot be read this time is read the next time; until then it is said that the rows may be old.
        setState((before) => (!page ? { ...before, problem } : isOrdered ? putHead(before, page) : mergeHead(before, page, isHeld)))
      })
    },
    [fetchPage, isOrdered],
  )

  const patch = useCallback((row: R) => setState((before) => ({ ...before, rows: before.rows.map((each) => (each.id === row.id ? row : each)) })), [])

  const release = useCallback(() => setState((before) => (before.gap ? listOf(before.gap) : { ...before, rows: latestFirst([...before.held, ...before.rows]), held: [] })), [])

  return { ...state, loadMore, reload, refresh, patch, release }
}
