/** Keeps a list fresh while somebody looks: the server tells that something happened, and the head of the list is read again. */
import { useCallback, useEffect, useRef, useState } from 'react'
import { type TypedDocumentNode, useClient } from 'urql'
import { watch } from '../api/watch.ts'
import type { Keyset } from './use-keyset.ts'

/** The head is read this often at most. */
const PACE_MS = 700
/** Scrolled further than this, somebody reads: new rows wait. */
const READING_PX = 120

export type Source = readonly [document: TypedDocumentNode<unknown, never>, variables: object, onNews?: (data: never) => void]

/** A subscription that tells, its variables, and what is to be done with what it tells before the head is read. */
export const source = <Data, V extends object>(document: TypedDocumentNode<Data, V>, variables: V, onNews?: (data: Data) => void): Source => [document as never, variables, ...(onNews ? [onNews as never] : [])] as never

/**
 * @param sources what tells; they hold as long as the JSON of their variables does
 * @returns a place for the pane that scrolls, whether the list is live, a switch, and what shows rows that wait
 */
export const useLiveList = <R extends { readonly id: string }>(list: Keyset<R>, sources: readonly Source[]) => {
  const client = useClient()
  const [isLive, setLive] = useState(true)
  const pane = useRef<HTMLDivElement>(null)
  const latest = useRef({ list, sources })
  latest.current = { list, sources }
  const soon = useRef<ReturnType<typeof setTimeout> | undefined>(undefined)
  const asked = JSON.stringify(sources.map(([, variables]) => variables))

  useEffect(() => {
    if (!isLive) return undefined
    const refreshSoon = () => {
      soon.current ??= setTimeout(() => {
        soon.current = undefined
        latest.current.list.refresh(window.scrollY > READING_PX || (pane.current?.scrollTop ?? 0) > READING_PX)
      }, PACE_MS)
    }
    refreshSoon()
    const ends = latest.current.sources.map(([document, variables], at) =>
      watch(client, document, variables as never, (data) => {
        if (data) latest.current.sources[at]?.[2]?.(data as never)
        refreshSoon()
      }),
    )
    return () => {
      for (const end of ends) end()
      clearTimeout(soon.current)
      soon.current = undefined
    }
  }, [client, asked, isLive])

  const release = useCallback(() => {
    latest.current.list.release()
    window.scrollTo({ top: 0 })
    pane.current?.scrollTo({ top: 0 })
  }, [])

  return { pane, isLive, setLive, release }
}
