/** What was sent to it lately; each row leads to the delivery. */
import { Button } from '@mantine/core'
import { Link } from 'wouter'
import { useTexts } from '../../i18n/texts.tsx'
import { toPage } from '../../parts/page-address.ts'
import { AnswerCode, Status } from '../../parts/status.tsx'
import { RelativeTime } from '../../parts/time.tsx'
import type { Endpoint } from './use-endpoint.ts'
import css from './recent.module.css'

export const Recent = ({ endpoint: { id, deliveries: { nodes } }, onTest }: { readonly endpoint: Endpoint; readonly onTest: (() => void) | undefined }) => {
  const { endpoints: { recent, acts }, deliveries } = useTexts()
  return (
    <section className={css['recent']} aria-label={recent.title}>
      <header>
        <h2>{recent.title}</h2>
        {nodes.length > 0 && (
          <span>
            <Link href={toPage(`/deliveries?endpoint=${id}&status=failed`)}>{recent.failed}</Link>
            <Link href={toPage(`/deliveries?endpoint=${id}`)}>{recent.all}</Link>
          </span>
        )}
      </header>
      {nodes.length === 0 && (
        <div className={css['empty']}>
          <p>{recent.empty}</p>
          {onTest && <Button size="xs" onClick={onTest}>{acts.test}</Button>}
        </div>
      )}
      {nodes.length > 0 && (
        <table aria-label={recent.title}>
          <tbody>
            {nodes.map((row) => (
              <tr key={row.id}>
                <td><Status of={row.status} /></td>
                <td className={css['event']}>
                  <Link href={toPage(`/deliveries/${row.id}?endpoint=${id}`)}>{row.eventType}</Link>
                  {row.resourceId && <span title={row.resourceId}>{row.resourceId}</span>}
                </td>
                <td className={css['answer']}>
                  {row.responseCode === null ? <span className="dimmed">{row.attemptCount > 0 ? deliveries.noAnswer : '–'}</span> : <AnswerCode code={row.responseCode} />}
                  {row.responseTimeMs !== null && <span>{deliveries.milliseconds(row.responseTimeMs)}</span>}
                </td>
                <td className={css['when']}><RelativeTime at={row.createdAt} isShort /></td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  )
}
