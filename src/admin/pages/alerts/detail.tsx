/** One alert: what it says, since when, and what to do. */
import { Loader } from '@mantine/core'
import { useQuery } from 'urql'
import { Link } from 'wouter'
import { problemOf } from '../../api/problem.ts'
import { useTexts } from '../../i18n/texts.tsx'
import { Callout } from '../../parts/callout.tsx'
import { Code } from '../../parts/code.tsx'
import { DetailPane, Facts } from '../../parts/detail-pane.tsx'
import { Empty } from '../../parts/empty.tsx'
import { BellIcon } from '../../parts/icons.tsx'
import { toPage } from '../../parts/page-address.ts'
import { ProblemPanel } from '../../parts/problem.tsx'
import { RelativeTime } from '../../parts/time.tsx'
import { useMay } from '../../session/me.ts'
import { Acknowledge } from './acknowledge.tsx'
import { AlertState, toneOf } from './alert-state.tsx'
import { type AlertRow, OneAlert, type OneAlertResult } from './alerts.graphql'
import { commands } from './commands.ts'
import css from './detail.module.css'

type Alert = NonNullable<OneAlertResult['alert']>

const asObject = (value: unknown): Readonly<Record<string, unknown>> => (typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {})

/** Where on this page one looks next. */
const placesOf = ({ kind, details }: Alert): readonly (readonly [name: 'failed' | 'retrying' | 'open' | 'endpoint' | 'audit' | 'event', address: string])[] => {
  const { endpoint_id: endpoint, event_ids: missing, last_event_id: last } = asObject(details)
  const event = typeof last === 'string' ? last : Array.isArray(missing) ? String(missing[0]) : undefined
  if (['dead_letters', 'dead_letter_age', 'error_rate', 'availability'].includes(kind)) return [['failed', toPage('/deliveries', { status: 'failed' })]]
  if (['retry_rate', 'p95_latency'].includes(kind)) return [['retrying', toPage('/deliveries', { status: 'retrying' })]]
  if (kind === 'audit_chain') return [['audit', toPage('/audit-log')]]
  return [
    ...(typeof endpoint === 'string' ? [['endpoint', toPage(`/endpoints/${endpoint}`)] as const, ['open', toPage('/deliveries', { endpoint, status: 'open' })] as const] : []),
    ...(event ? [['event', toPage(`/events/${event}`)] as const] : []),
  ]
}

const WhatToDo = ({ alert }: { readonly alert: Alert }) => {
  const { alerts: { kinds, places, whatToDo, runbook, unknown } } = useTexts()
  const advice = kinds[alert.kind]
  return (
    <>
      <h3>{whatToDo}</h3>
      <p className={css['advice']}>{advice?.advice ?? unknown}</p>
      {commands[alert.kind] && <Code text={commands[alert.kind]!} label={whatToDo} />}
      <p className={css['places']}>
        {placesOf(alert).map(([name, address]) => <Link key={name} href={address}>{places[name]}</Link>)}
        <span className="dimmed">{runbook} <code>docs/operating.md#{alert.kind}</code></span>
      </p>
    </>
  )
}

type Props = { readonly id: string; readonly onClose: () => void; readonly onChange: (row: AlertRow) => void }

export const AlertDetail = ({ id, onClose, onChange }: Props) => {
  const { alerts: texts, common } = useTexts()
  const may = useMay()
  const [{ data, error, fetching }, ask] = useQuery({ query: OneAlert, variables: { id }, requestPolicy: 'cache-and-network' })
  const alert = data?.alert
  const figures = Object.entries(asObject(alert?.details))
  return (
    <DetailPane label={texts.one} title={alert ? (texts.kinds[alert.kind]?.name ?? alert.kind) : texts.one} badge={alert && <AlertState of={alert} />} onClose={onClose}>
      {error && <ProblemPanel problem={problemOf(error)} onRetry={() => ask({ requestPolicy: 'network-only' })} />}
      {!alert && fetching && <Loader m="xl" aria-label={common.loading} role="status" />}
      {!alert && !fetching && !error && <Empty icon={BellIcon} title={texts.missing} text={texts.missingText} />}
      {alert && (
        <>
          <Callout tone={toneOf(alert)} className={css['summary']}><span lang="en">{alert.summary}</span></Callout>
          {alert.resolvedAt === null && may('acknowledgeAlert') && <Acknowledge of={alert} onDone={onChange} />}
          <Facts
            facts={[
              [texts.columns.fired, <RelativeTime at={alert.firedAt} />],
              [texts.columns.resolved, alert.resolvedAt && <RelativeTime at={alert.resolvedAt} />],
              [texts.columns.lookedAfter, alert.acknowledgedAt && <>{alert.acknowledgedBy}, <RelativeTime at={alert.acknowledgedAt} /></>],
              [texts.columns.note, alert.acknowledgement && <span className={css['note']}>{alert.acknowledgement}</span>],
              [texts.columns.told, alert.notifiedAt ? <RelativeTime at={alert.notifiedAt} /> : texts.toldNobody],
              [texts.columns.subject, alert.subject !== '' && <span className="mono">{alert.subject}</span>],
              ...figures.map(([name, value]) => [name, <span className="mono">{typeof value === 'string' ? value : JSON.stringify(value)}</span>] as const),
            ]}
          />
          <WhatToDo alert={alert} />
        </>
      )}
    </DetailPane>
  )
}
