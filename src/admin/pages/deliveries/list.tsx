/** The list: a row for each delivery, moved through by `j` and `k`, longer as one scrolls. */
import { Button, Loader } from '@mantine/core'
import { memo, useEffect, useRef, useState } from 'react'
import { Link, useLocation } from 'wouter'
import { useTexts } from '../../i18n/texts.tsx'
import { AnswerCode, Status } from '../../parts/status.tsx'
import { RelativeTime } from '../../parts/time.tsx'
import type { Keyset } from '../../parts/use-keyset.ts'
import { useKeys } from '../../shell/keys.tsx'
import type { DeliveryRow } from './deliveries.graphql.ts'
import css from './list.module.css'

const Row = memo(({ row, search, isOpen }: { readonly row: DeliveryRow; readonly search: string; readonly isOpen: boolean }) => {
  const { deliveries } = useTexts()
  const [, go] = useLocation()
  const { id, status, eventType, resourceId, endpoint, endpointId, responseCode, responseTimeMs, attemptCount, maxAttempts, createdAt } = row
  const to = `/${id}${search}`
  // The whole row may be clicked; the link in it is what the keyboard and screen readers have.
  const open = (event: React.MouseEvent) => {
    const isOnLink = event.target instanceof Element && event.target.closest('a')
    if (!isOnLink && !event.metaKey && !event.ctrlKey && getSelection()?.isCollapsed !== false) go(to)
  }
  return (
    <tr data-id={id} data-open={isOpen || undefined} onClick={open}>
      <td><Status of={status} /></td>
      <td className={css['event']}>
        <Link href={to} className={css['link']} aria-current={isOpen || undefined}>{eventType}</Link>
        {resourceId && <span className={css['resource']} title={resourceId}>{resourceId}</span>}
      </td>
      <td className={css['endpoint']} title={endpoint?.url}>{endpoint ? endpoint.name || endpoint.url : endpointId}</td>
      <td className={css['answer']}>
        {responseCode === null ? <span className="dimmed">{attemptCount > 0 ? deliveries.noAnswer : '–'}</span> : <AnswerCode code={responseCode} />}
        {responseTimeMs !== null && <span className={css['took']}>{deliveries.milliseconds(responseTimeMs)}</span>}
      </td>
      <td className={css['attempts']}>{deliveries.attemptsOf(attemptCount, maxAttempts)}</td>
      <td className={css['time']}><RelativeTime at={createdAt} isShort /></td>
    </tr>
  )
})

export const DeliveryList = ({ list, openId, search }: { readonly list: Keyset<DeliveryRow>; readonly openId: string | undefined; readonly search: string }) => {
  const { deliveries, common, shell } = useTexts()
  const [, go] = useLocation()
  const table = useRef<HTMLTableElement>(null)
  const end = useRef<HTMLDivElement>(null)
  const [cursor, setCursor] = useState<string | undefined>()
  const { rows, loadMore, hasMore, isLoading } = list

  const move = (by: number) => {
    const from = rows.findIndex(({ id }) => id === (openId ?? cursor))
    const next = rows[Math.min(Math.max(from + by, 0), rows.length - 1)]
    if (!next) return
    setCursor(next.id)
    table.current?.querySelector<HTMLElement>(`tr[data-id="${next.id}"] a`)?.focus()
    if (openId) go(`/${next.id}${search}`, { replace: true })
    if (from + by >= rows.length - 5) loadMore()
  }
  useKeys([
    { keys: 'j', text: shell.keys.next, run: () => move(1) },
    { keys: 'k', text: shell.keys.previous, run: () => move(-1) },
    { keys: 'ArrowDown', run: () => move(1) },
    { keys: 'ArrowUp', run: () => move(-1) },
    { keys: 'Enter', text: shell.keys.openRow, run: () => cursor && go(`/${cursor}${search}`) },
  ])

  useEffect(() => {
    const watcher = new IntersectionObserver(([seen]) => seen?.isIntersecting && loadMore(), { rootMargin: '600px' })
    if (end.current) watcher.observe(end.current)
    return () => watcher.disconnect()
  }, [loadMore, rows.length])

  const { columns } = deliveries
  return (
    <div className={css['box']} aria-busy={list.isStale}>
      <table ref={table} className={css['table']} data-stale={list.isStale || undefined}>
        <thead>
          <tr>
            <th scope="col">{columns.status}</th>
            <th scope="col">{columns.event}</th>
            <th scope="col" className={css['endpoint']}>{columns.endpoint}</th>
            <th scope="col" className={css['answer']}>{columns.answer}</th>
            <th scope="col" className={css['attempts']}>{columns.attempts}</th>
            <th scope="col" className={css['time']}>{columns.made}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <Row key={row.id} row={row} search={search} isOpen={row.id === openId} />
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
