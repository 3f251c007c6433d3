/** One delivery: how it is, what comes next and why, what was sent and what came back. */
import { Loader } from '@mantine/core'
import { useEffect, useState } from 'react'
import { useClient, useQuery } from 'urql'
import { Link } from 'wouter'
import { problemOf } from '../../api/problem.ts'
import { watch } from '../../api/watch.ts'
import { useTexts } from '../../i18n/texts.tsx'
import { Callout } from '../../parts/callout.tsx'
import { CopyButton } from '../../parts/copy.tsx'
import { DetailPane, Facts } from '../../parts/detail-pane.tsx'
import { Empty } from '../../parts/empty.tsx'
import { SearchIcon } from '../../parts/icons.tsx'
import { toPage } from '../../parts/page-address.ts'
import { ProblemPanel } from '../../parts/problem.tsx'
import { Status, toneOf } from '../../parts/status.tsx'
import { RelativeTime, useNowMs, useRelativeSayer } from '../../parts/time.tsx'
import { useMe } from '../../session/me.ts'
import { Actions } from './actions.tsx'
import { Attempts } from './attempts.tsx'
import { type DeliveryRow, EndpointDeliveries, OneDelivery } from './deliveries.graphql'
import { Payload } from './payload.tsx'
import { type Delivery, whatNext } from './what-next.ts'
import css from './detail.module.css'

const Next = ({ delivery }: { readonly delivery: Delivery }) => {
  const { detail } = useTexts().deliveries
  const [what, why] = whatNext(delivery, detail, useRelativeSayer(), useNowMs())
  return (
    <Callout tone={toneOf(delivery.status)} role="status" className={css['next']}>
      <strong>{what}</strong>
      {why && <span>{why}</span>}
      {delivery.lastError && <span className={css['error']} lang="en">{delivery.lastError}</span>}
    </Callout>
  )
}

const DeliveryFacts = ({ delivery }: { readonly delivery: Delivery }) => {
  const { detail: { facts }, deleted } = useTexts().deliveries
  const isOfAll = useMe().tenantId === null
  const { tenantId, endpoint, endpointId, resourceType, resourceId, eventId, event, createdAt, finishedAt, orderKey, reopenedAt } = delivery
  const at = (time: string | null | undefined) => time && <RelativeTime at={time} />
  return (
    <Facts
      facts={[
        [facts.endpoint, <>
          <Link href={toPage(`/endpoints/${endpointId}`)}>{endpoint ? endpoint.name || endpoint.url : endpointId}</Link>
          {endpoint?.deletedAt && <span className="dimmed"> ({deleted})</span>}
          {endpoint && <span className={css['url']}>{endpoint.url}</span>}
        </>],
        [facts.resource, resourceId !== null && <span className="mono">{resourceType} {resourceId}</span>],
        [facts.event, <span className="mono"><Link href={toPage(`/events/${eventId}`)}>{eventId}</Link> <CopyButton text={eventId} /></span>],
        [facts.tenant, isOfAll && tenantId],
        [facts.happened, at(event?.occurredAt)],
        [facts.made, at(createdAt)],
        [facts.finished, at(finishedAt)],
        [facts.reopened, at(reopenedAt)],
        [facts.order, orderKey && <span className="mono">{orderKey}</span>],
      ]}
    />
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
    return watch(client, EndpointDeliveries, { endpointId }, (changed) => {
      if (!changed || changed.deliveryUpdated?.id === id) ask({ requestPolicy: 'network-only' })
    })
  }, [ask, client, endpointId, id])

  return (
    <DetailPane label={detail.title} title={delivery?.eventType ?? detail.title} badge={delivery && <Status of={delivery.status} />} onClose={onClose}>
      {error && <ProblemPanel problem={problemOf(error)} onRetry={() => ask({ requestPolicy: 'network-only' })} />}
      {!delivery && fetching && <Loader m="xl" aria-label={common.loading} role="status" />}
      {!delivery && !fetching && !error && <Empty icon={SearchIcon} title={detail.missing} text={detail.missingText} />}
      {delivery && (
        <>
          <Actions delivery={delivery} onDone={(row, words) => { onChange(row); setSaid(words); ask({ requestPolicy: 'network-only' }) }} />
          <p className={css['said']} role="status">{said}</p>
          <Next delivery={delivery} />
          <DeliveryFacts delivery={delivery} />
          <Attempts delivery={delivery} />
          <Payload delivery={delivery} />
        </>
      )}
    </DetailPane>
  )
}
