/** A list of rows: moved through by `j` and `k`, opened by Enter or a click, longer as one scrolls. */
import { Button, Loader } from '@mantine/core'
import { memo, type ReactNode, useEffect, useRef, useState } from 'react'
import { Link, useLocation } from 'wouter'
import { useTexts } from '../i18n/texts.tsx'
import { useKeys } from '../shell/keys.tsx'
import css from './row-list.module.css'

export type Column<R> = {
  readonly name: string
  readonly label: string
  /** `link` makes the words that lead to the row: one cell has them */
  readonly cell: (row: R, link: (words: string) => ReactNode) => ReactNode
  /** as CSS has it; nothing: what is left */
  readonly width?: string
  /** left out where the pane is `narrow` (56rem), or on a `phone` only (44rem) */
  readonly hide?: 'narrow' | 'phone'
  /** time: at the right end, and quiet; quiet: in the colour of what matters less */
  readonly kind?: 'time' | 'quiet'
}

type Row = { readonly id: string }

type Rows<R> = {
  readonly rows: readonly R[]
  readonly hasMore?: boolean
  readonly isLoading?: boolean
  readonly isStale?: boolean
  readonly loadMore?: () => void
}

type Props<R> = {
  readonly list: Rows<R>
  /** made once for each language, so that rows render anew only when they have changed */
  readonly columns: readonly Column<R>[]
  readonly openId: string | undefined
  /** the filters as they stand in the address, `?` included; a row's own address keeps them */
  readonly search?: string
  readonly label: string
}

const addressOf = (id: string, search: string) => `/${encodeURIComponent(id)}${search}`
const nothing = () => undefined

type LineProps = { readonly row: Row; readonly columns: readonly Column<never>[]; readonly search: string; readonly isOpen: boolean }

const Line = memo(({ row, columns, search, isOpen }: LineProps) => {
  const [, go] = useLocation()
  const to = addressOf(row.id, search)
  // The whole row may be clicked; the link in it is what the keyboard and screen readers have.
  const open = (event: React.MouseEvent) => {
    const isOnControl = event.target instanceof Element && event.target.closest('a,button') !== null
    if (!isOnControl && !event.metaKey && !event.ctrlKey && getSelection()?.isCollapsed !== false) go(to)
  }
  const link = (words: string) => <Link href={to} className={css['link']} aria-current={isOpen || undefined}>{words}</Link>
  return (
    <tr data-id={row.id} data-open={isOpen || undefined} onClick={open}>
      {columns.map(({ name, cell, hide, kind }) => (
        <td key={name} data-hide={hide} data-kind={kind}>{cell(row as never, link)}</td>
      ))}
    </tr>
  )
})

export const RowList = <R extends Row>({ list, columns, openId, search = '', label }: Props<R>) => {
  const { common, shell } = useTexts()
  const [, go] = useLocation()
  const table = useRef<HTMLTableElement>(null)
  const end = useRef<HTMLDivElement>(null)
  const [cursor, setCursor] = useState<string | undefined>()
  const { rows, loadMore = nothing, hasMore = false, isLoading = false, isStale = false } = list

  const move = (by: number) => {
    const from = rows.findIndex(({ id }) => id === (openId ?? cursor))
    const next = rows[Math.min(Math.max(from + by, 0), rows.length - 1)]
    if (!next) return
    setCursor(next.id)
    table.current?.querySelector<HTMLElement>(`tr[data-id="${CSS.escape(next.id)}"] a`)?.focus()
    if (openId) go(addressOf(next.id, search), { replace: true })
    if (from + by >= rows.length - 5) loadMore()
  }
  useKeys([
    { keys: 'j', text: shell.keys.next, run: () => move(1) },
    { keys: 'k', text: shell.keys.previous, run: () => move(-1) },
    { keys: 'ArrowDown', run: () => move(1) },
    { keys: 'ArrowUp', run: () => move(-1) },
    { keys: 'Enter', text: shell.keys.openRow, run: () => cursor && go(addressOf(cursor, search)) },
  ])

  // Where the list changes its shape beside what is open, and when that is closed again, its row stays in sight.
  const wasOpen = useRef(openId)
  useEffect(() => {
    const id = openId ?? wasOpen.current
    wasOpen.current = openId
    if (id) table.current?.querySelector(`tr[data-id="${CSS.escape(id)}"]`)?.scrollIntoView({ block: 'nearest' })
  }, [openId])

  useEffect(() => {
    const watcher = new IntersectionObserver(([seen]) => seen?.isIntersecting && loadMore(), { rootMargin: '600px' })
    if (end.current) watcher.observe(end.current)
    return () => watcher.disconnect()
  }, [loadMore, rows.length])

  return (
    <div className={css['box']} aria-busy={isStale}>
      <table ref={table} className={css['table']} data-stale={isStale || undefined} aria-label={label}>
        <thead>
          <tr>
            {columns.map(({ name, label: head, width, hide, kind }) => (
              <th key={name} scope="col" data-hide={hide} data-kind={kind} style={{ width }}>{head}</th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <Line key={row.id} row={row} columns={columns as readonly Column<never>[]} search={search} isOpen={row.id === openId} />
          ))}
        </tbody>
      </table>
      <div ref={end} className={css['end']}>
        {isLoading && <Loader size="sm" aria-label={common.loading} role="status" />}
        {!isLoading && hasMore && <Button variant="subtle" size="xs" onClick={loadMore}>{common.more}</Button>}
        {!isLoading && !hasMore && <span className="dimmed">{common.end}</span>}
      </div>
    </div>
  )
}

/** What tells a row further apart, beside its link; below it on a phone. */
export const Beside = ({ children, title }: { readonly children: ReactNode; readonly title?: string }) => <span className={css['beside']} title={title}>{children}</span>
