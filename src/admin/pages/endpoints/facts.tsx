/** How an endpoint is sent to: everything that its form sets, as one reads it. */
import { useTexts } from '../../i18n/texts.tsx'
import { CopyButton } from '../../parts/copy.tsx'
import { sayDuration, secondsOf } from '../../parts/duration.ts'
import { RelativeTime } from '../../parts/time.tsx'
import { Timeline } from './timeline.tsx'
import type { Endpoint } from './use-endpoint.ts'
import css from './facts.module.css'

export const Facts = ({ endpoint }: { readonly endpoint: Endpoint }) => {
  const { facts } = useTexts().endpoints
  const { events, filter, headerNames, auth, rateLimit, maxInFlight, timeoutMs, ordering, payloadFormat, signatureProfile, noRetryCodes, createdAt, createdBy, updatedAt, id } = endpoint
  const oauth = auth as { readonly token_url?: string; readonly client_id?: string } | null
  return (
    <section className={css['facts']} aria-label={facts.title}>
      <h2>{facts.title}</h2>
      <dl>
        <dt>{facts.events}</dt>
        <dd className={css['events']}>{events.map((pattern) => <code key={pattern}>{pattern}</code>)}</dd>
        {filter !== null && <><dt>{facts.filter}</dt><dd><code>{filter}</code></dd></>}
        <dt>{facts.retries}</dt>
        <dd><Timeline attempts={endpoint.maxAttempts} waits={endpoint.retrySchedule.flatMap((wait) => (wait ? [secondsOf(wait)] : []))} /></dd>
        {noRetryCodes.length > 0 && <><dt>{facts.noRetry}</dt><dd className={css['codes']}>{noRetryCodes.join(', ')}</dd></>}
        <dt>{facts.timeout}</dt>
        <dd>{sayDuration(timeoutMs / 1_000)}</dd>
        <dt>{facts.rate}</dt>
        <dd>{rateLimit === null ? facts.noLimit : facts.perMinute(rateLimit)}</dd>
        <dt>{facts.inFlight}</dt>
        <dd>{facts.atOnce(maxInFlight)}</dd>
        <dt>{facts.ordering}</dt>
        <dd>{facts.orders[ordering] ?? ordering}</dd>
        {headerNames.length > 0 && <><dt>{facts.headers}</dt><dd className={css['events']}>{headerNames.map((name) => <code key={name}>{name}</code>)}</dd></>}
        {oauth && <><dt>{facts.auth}</dt><dd className={css['long']}>{oauth.client_id} · {oauth.token_url}</dd></>}
        {payloadFormat === 'legacy' && <><dt>{facts.format}</dt><dd>{facts.legacy}</dd></>}
        {signatureProfile === 'legacy' && <><dt>{facts.signature}</dt><dd>{facts.legacy}</dd></>}
        <dt>{facts.made}</dt>
        <dd><RelativeTime at={createdAt} /> {facts.by(createdBy)}</dd>
        {updatedAt !== createdAt && <><dt>{facts.changed}</dt><dd><RelativeTime at={updatedAt} /></dd></>}
        <dt>{facts.id}</dt>
        <dd className={css['codes']}>{id} <CopyButton text={id} /></dd>
      </dl>
    </section>
  )
}
