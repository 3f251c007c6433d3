/** One event: what it says, who got it, who did not and why. */
import { Loader } from '@mantine/core'
import { useEffect } from 'react'
import { useClient, useQuery } from 'urql'
import { Link } from 'wouter'
import { problemOf } from '../../api/problem.ts'
import { watch } from '../../api/watch.ts'
import { useTexts } from '../../i18n/texts.tsx'
import { Code, prettyJson } from '../../parts/code.tsx'
import { CopyButton } from '../../parts/copy.tsx'
import { DetailPane, Facts } from '../../parts/detail-pane.tsx'
import { Empty } from '../../parts/empty.tsx'
import { BoltIcon } from '../../parts/icons.tsx'
import { toPage } from '../../parts/page-address.ts'
import { PrettyOrRaw } from '../../parts/pretty-or-raw.tsx'
import { ProblemPanel } from '../../parts/problem.tsx'
import { Pill, Status } from '../../parts/status.tsx'
import { RelativeTime } from '../../parts/time.tsx'
import { useTenantOf } from '../../session/me.ts'
import { EventsDelivered, OneEvent, type OneEventResult } from './events.graphql'
import { Outcome } from './outcome.tsx'
import css from './detail.module.css'

type Event = NonNullable<OneEventResult['event']>

const isSent = (outcome: string) => outcome !== 'not sent'

/** Those that got it first. */
const Explanation = ({ event: { explanation, deliveries } }: { readonly event: Event }) => {
  const { detail } = useTexts().events
  const rows = explanation.toSorted((a, b) => Number(isSent(b.outcome)) - Number(isSent(a.outcome)) || a.endpoint.localeCompare(b.endpoint))
  if (rows.length === 0) return <p className="dimmed">{detail.noEndpoints}</p>
  return (
    <ul className={css['reasons']}>
      {rows.map(({ endpointId, endpoint, outcome, because, next }) => {
        const delivery = deliveries.nodes.find((each) => each.endpointId === endpointId)
        return (
          <li key={endpointId} data-sent={isSent(outcome) || undefined}>
            <div className={css['who']}>
              <strong>{endpoint}</strong>
              {isSent(outcome) ? <Status of={outcome} /> : <Pill tone="calm">{detail.notSent}</Pill>}
              {delivery && <Link href={toPage(`/deliveries/${delivery.id}`)}>{detail.seeDelivery}</Link>}
            </div>
            <p lang="en">{because}</p>
            {next && <p className="dimmed" lang="en">{next}</p>}
          </li>
        )
      })}
    </ul>
  )
}

const asObject = (value: unknown): Readonly<Record<string, unknown>> => (typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {})
const asText = (value: unknown) => (value === undefined || value === null ? null : <span className="mono">{typeof value === 'string' ? value : JSON.stringify(value)}</span>)

const EventFacts = ({ event }: { readonly event: Event }) => {
  const { detail: { facts } } = useTexts().events
  const { cause, depth, user, ...context } = asObject(event.context)
  const { onlyEndpoint } = event
  return (
    <Facts
      facts={[
        [facts.resource, event.resourceId !== null && <span className="mono">{event.resourceType} {event.resourceId} <Link href={`/?resource=${encodeURIComponent(event.resourceId)}`}>{facts.more}</Link></span>],
        [facts.at, event.occurredAt && <RelativeTime at={event.occurredAt} />],
        [facts.due, event.deliverAt && <RelativeTime at={event.deliverAt} />],
        [facts.only, onlyEndpoint && (onlyEndpoint.name || onlyEndpoint.url)],
        [facts.tenant, event.tenantId],
        [facts.id, <span className="mono">{event.id} <CopyButton text={event.id} /></span>],
        [facts.user, asText(user)],
        [facts.cause, typeof cause === 'string' && <><Link className="mono" href={`/${cause}`}>{cause}</Link> <span className="dimmed">{facts.depth(Number(depth ?? 1))}</span></>],
        [facts.context, Object.keys(context).length > 0 && asText(context)],
      ]}
    />
  )
}

export const EventDetail = ({ id, onClose }: { readonly id: string; readonly onClose: () => void }) => {
  const { events: { detail }, common } = useTexts()
  const [{ data, error, fetching }, ask] = useQuery({ query: OneEvent, variables: { id }, requestPolicy: 'cache-and-network' })
  const client = useClient()
  const tenantOf = useTenantOf()
  const event = data?.event
  const tenantId = event && tenantOf(event).tenantId

  // Whoever gets it while it is open is seen at once: the ids of its deliveries begin as its own does.
  const isKnown = Boolean(event)
  useEffect(() => {
    if (!isKnown) return undefined
    return watch(client, EventsDelivered, tenantId === undefined ? {} : { tenantId }, (changed) => {
      if (!changed || changed.deliveryUpdated?.id.startsWith(id.slice(0, 18))) ask({ requestPolicy: 'network-only' })
    })
  }, [ask, client, id, isKnown, tenantId])

  return (
    <DetailPane label={detail.title} title={event?.type ?? detail.title} badge={event && <Outcome deliveries={event.deliveries.nodes} />} onClose={onClose}>
      {error && <ProblemPanel problem={problemOf(error)} onRetry={() => ask({ requestPolicy: 'network-only' })} />}
      {!event && fetching && <Loader m="xl" aria-label={common.loading} role="status" />}
      {!event && !fetching && !error && <Empty icon={BoltIcon} title={detail.missing} text={detail.missingText} />}
      {event && (
        <>
          <EventFacts event={event} />
          <h3>{detail.who}</h3>
          <Explanation event={event} />
          {event.body && <PrettyOrRaw title={detail.payload} text={event.body} />}
          {event.dataOmitted && <p className="dimmed">{detail.omitted(event.dataOmitted)}</p>}
          {event.previous !== null && <><h3>{detail.previous}</h3><Code text={prettyJson(JSON.stringify(event.previous))} isJson label={detail.previous} /></>}
        </>
      )}
    </DetailPane>
  )
}
