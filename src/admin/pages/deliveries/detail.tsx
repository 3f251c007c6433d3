/** One delivery: how it is, what comes next and why, what was sent and what came back. */
import { ActionIcon, Loader } from '@mantine/core'
import { useEffect, useState } from 'react'
import { useClient, useQuery } from 'urql'
import { problemOf } from '../../api/problem.ts'
import { useTexts } from '../../i18n/texts.tsx'
import { CopyButton } from '../../parts/copy.tsx'
import { Empty } from '../../parts/empty.tsx'
import { BackIcon, CloseIcon, SearchIcon } from '../../parts/icons.tsx'
import { ProblemPanel } from '../../parts/problem.tsx'
import { Status } from '../../parts/status.tsx'
import { RelativeTime, useNowMs, useRelativeSayer } from '../../parts/time.tsx'
import { Actions } from './actions.tsx'
import { Attempts } from './attempts.tsx'
import { type DeliveryRow, EndpointDeliveries, OneDelivery } from './deliveries.graphql.ts'
import { Payload } from './payload.tsx'
import { type Delivery, whatNext } from './what-next.ts'
import css from './detail.module.css'

const tones: Readonly<Record<string, string>> = { success: 'good', failed: 'bad', expired: 'bad', retrying: 'wait', pending: 'news', cancelled: 'calm' }

const Next = ({ delivery }: { readonly delivery: Delivery }) => {
  const { detail } = useTexts().deliveries
  const [what, why] = whatNext(delivery, detail, useRelativeSayer(), useNowMs())
  return (
    <div className={css['next']} data-tone={tones[delivery.status]} role="status">
      <strong>{what}</strong>
      {why && <span>{why}</span>}
      {delivery.lastError && <span className={css['error']}>{delivery.lastError}</span>}
    </div>
  )
}

const Facts = ({ delivery }: { readonly delivery: Delivery }) => {
  const { detail: { facts }, deleted } = useTexts().deliveries
  const { endpoint, endpointId, resourceType, resourceId, eventId, event, createdAt, finishedAt, orderKey, reopenedAt } = delivery
  return (
    <dl className={css['facts']}>
      <dt>{facts.endpoint}</dt>
      <dd>
        {endpoint ? endpoint.name || endpoint.url : endpointId}
        {endpoint?.deletedAt && <span className="dimmed"> ({deleted})</span>}
        {endpoint && <span className={css['url']}>{endpoint.url}</span>}
      </dd>
      {resourceId !== null && <><dt>{facts.resource}</dt><dd className="mono">{resourceType} {resourceId}</dd></>}
      <dt>{facts.event}</dt>
      <dd className="mono">{eventId} <CopyButton text={eventId} /></dd>
      {event?.occurredAt && <><dt>{facts.happened}</dt><dd><RelativeTime at={event.occurredAt} /></dd></>}
      <dt>{facts.made}</dt>
      <dd><RelativeTime at={createdAt} /></dd>
      {finishedAt && <><dt>{facts.finished}</dt><dd><RelativeTime at={finishedAt} /></dd></>}
      {reopenedAt && <><dt>{facts.reopened}</dt><dd><RelativeTime at={reopenedAt} /></dd></>}
      {orderKey && <><dt>{facts.order}</dt><dd className="mono">{orderKey}</dd></>}
    </dl>
  )
}

type Props = { readonly id: string; readonly onClose: () => void; readonly onChange: (row: DeliveryRow) => void }

export const DeliveryDetail = ({ id, onClose, onChange }: Props) => {
  const { deliveries: { detail }, common } = useTexts()
  const client = useClient()
  const [{ data, error, fetching }, ask] = useQuery({ query: OneDelivery, variables: { id }, requestPolicy: 'cache-and-network' })
  const delivery = data?.delivery
  const [said, setSaid] = useState('')

  // Whatever becomes of it while it is open is seen at once.
  const endpointId = delivery?.endpointId
  useEffect(() => {
    if (!endpointId) return undefined
    const watching = client.subscription(EndpointDeliveries, { endpointId }).subscribe(({ data: changed }) => {
      if (changed?.deliveryUpdated?.id === id) ask({ requestPolicy: 'network-only' })
    })
    return () => watching.unsubscribe()
  }, [ask, client, endpointId, id])

  return (
    <section className={css['pane']} aria-label={detail.title}>
      <header className={css['head']}>
        <ActionIcon variant="subtle" color="gray" className={css['back']} aria-label={common.back} onClick={onClose}><BackIcon /></ActionIcon>
        <h2>{delivery?.eventType ?? detail.title}</h2>
        {delivery && <Status of={delivery.status} />}
        <ActionIcon variant="subtle" color="gray" className={css['close']} aria-label={common.close} title={`${common.close} (Esc)`} onClick={onClose}><CloseIcon /></ActionIcon>
      </header>
      {error && <ProblemPanel problem={problemOf(error)} onRetry={() => ask({ requestPolicy: 'network-only' })} />}
      {!delivery && fetching && <Loader m="xl" aria-label={common.loading} role="status" />}
      {!delivery && !fetching && !error && <Empty icon={SearchIcon} title={detail.missing} text={detail.missingText} />}
      {delivery && (
        <>
          <Actions delivery={delivery} onDone={(row, words) => { onChange(row); setSaid(words); ask({ requestPolicy: 'network-only' }) }} />
          <p className={css['said']} role="status">{said}</p>
          <Next delivery={delivery} />
          <Facts delivery={delivery} />
          <Attempts delivery={delivery} />
          <Payload delivery={delivery} />
        </>
      )}
    </section>
  )
}
