/** The columns of the list: what tells deliveries apart at a glance. */
import { useMemo } from 'react'
import { useTexts } from '../../i18n/texts.tsx'
import { Beside, type Column, RowList } from '../../parts/row-list.tsx'
import { AnswerCode, Status } from '../../parts/status.tsx'
import { RelativeTime } from '../../parts/time.tsx'
import type { Keyset } from '../../parts/use-keyset.ts'
import { useMe } from '../../session/me.ts'
import type { DeliveryRow } from './deliveries.graphql'
import css from './list.module.css'

export const DeliveryList = ({ list, openId, search }: { readonly list: Keyset<DeliveryRow>; readonly openId: string | undefined; readonly search: string }) => {
  const { deliveries } = useTexts()
  const isOfAll = useMe().tenant === undefined
  const columns = useMemo((): readonly Column<DeliveryRow>[] => [
    { name: 'status', label: deliveries.columns.status, width: '8.5rem', cell: ({ status }) => <Status of={status} /> },
    {
      name: 'event', label: deliveries.columns.event,
      cell: ({ eventType, resourceId }, link) => <>{link(eventType)}{resourceId && <Beside title={resourceId}>{resourceId}</Beside>}</>,
    },
    ...(isOfAll ? [{ name: 'tenant', label: deliveries.columns.tenant, width: '14%', hide: 'narrow' as const, kind: 'quiet' as const, cell: ({ tenantId }: DeliveryRow) => <span title={tenantId}>{tenantId}</span> }] : []),
    { name: 'endpoint', label: deliveries.columns.endpoint, width: '22%', hide: 'phone', cell: ({ endpoint, endpointId }) => <span title={endpoint?.url}>{endpoint ? endpoint.name || endpoint.url : endpointId}</span> },
    {
      name: 'answer', label: deliveries.columns.answer, width: '8.5rem', hide: 'phone',
      cell: ({ responseCode, responseTimeMs, attemptCount }) => (
        <>
          {responseCode === null ? <span className="dimmed">{attemptCount > 0 ? deliveries.noAnswer : '–'}</span> : <AnswerCode code={responseCode} />}
          {responseTimeMs !== null && <span className={css['took']}>{deliveries.milliseconds(responseTimeMs)}</span>}
        </>
      ),
    },
    { name: 'attempts', label: deliveries.columns.attempts, width: '6rem', hide: 'narrow', kind: 'quiet', cell: ({ attemptCount, maxAttempts }) => deliveries.attemptsOf(attemptCount, maxAttempts) },
    { name: 'made', label: deliveries.columns.made, kind: 'time', cell: ({ createdAt }) => <RelativeTime at={createdAt} isShort /> },
  ], [deliveries, isOfAll])
  return <RowList list={list} columns={columns} openId={openId} search={search} label={deliveries.title} />
}
