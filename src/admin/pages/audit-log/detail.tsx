/** One entry: who, what, from where, and what differs. */
import { Loader } from '@mantine/core'
import { useQuery } from 'urql'
import { Link } from 'wouter'
import { problemOf } from '../../api/problem.ts'
import { useTexts } from '../../i18n/texts.tsx'
import { CopyButton } from '../../parts/copy.tsx'
import { DetailPane, Facts } from '../../parts/detail-pane.tsx'
import { Empty } from '../../parts/empty.tsx'
import { FieldTable } from '../../parts/field-table.tsx'
import { ShieldIcon } from '../../parts/icons.tsx'
import { toPage } from '../../parts/page-address.ts'
import { ProblemPanel } from '../../parts/problem.tsx'
import { RelativeTime, useExact } from '../../parts/time.tsx'
import { OneAuditEntry, type OneAuditEntryResult } from './audit-log.graphql'
import css from './detail.module.css'

type Entry = NonNullable<OneAuditEntryResult['auditEntry']>

/** Where the thing itself can be seen. */
const homes: Readonly<Record<string, string>> = { delivery: 'deliveries', event: 'events', endpoint: 'endpoints', api_key: 'api-keys', event_type: 'event-types', alert: 'alerts' }

const asObject = (value: unknown): Readonly<Record<string, unknown>> => (typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {})
const asWords = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value))

const Changes = ({ entry }: { readonly entry: Entry }) => {
  const { changes } = useTexts().auditLog
  const [before, after] = [asObject(entry.before), asObject(entry.after)]
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])]
  const isChange = Object.keys(before).length > 0
  if (names.length === 0) return null
  return (
    <>
      <h3>{isChange ? changes.title : changes.made}</h3>
      <FieldTable head={isChange ? [changes.what, changes.was, changes.became] : [changes.what, changes.value]}>
        {names.map((name) => (
          <tr key={name}>
            <th scope="row">{name}</th>
            {isChange && <td className={css['changed']}>{name in before && <del>{asWords(before[name])}</del>}</td>}
            <td className={css['changed']}>{name in after && (isChange ? <ins>{asWords(after[name])}</ins> : asWords(after[name]))}</td>
          </tr>
        ))}
      </FieldTable>
    </>
  )
}

const Subject = ({ entry: { subject, subjectId } }: { readonly entry: Entry }) => {
  const home = homes[subject ?? '']
  const { auditLog: { subjects }, common } = useTexts()
  const id = subjectId ?? ''
  return (
    <>
      {subjects[subject ?? ''] ?? subject} {home && id ? <Link className="mono" href={toPage(`/${home}/${encodeURIComponent(id)}`)}>{id}</Link> : <span className="mono">{id}</span>}
      {id && <> <CopyButton text={id} label={common.copy} /></>}
    </>
  )
}

export const AuditDetail = ({ id, onClose }: { readonly id: string; readonly onClose: () => void }) => {
  const { auditLog: texts, common } = useTexts()
  const exact = useExact()
  const [{ data, error, fetching }, ask] = useQuery({ query: OneAuditEntry, variables: { id }, pause: !/^\d{1,18}$/.test(id) })
  const entry = data?.auditEntry
  return (
    <DetailPane label={texts.one} title={entry ? (texts.actions[entry.action] ?? entry.action) : texts.one} onClose={onClose}>
      {error && <ProblemPanel problem={problemOf(error)} onRetry={() => ask({ requestPolicy: 'network-only' })} />}
      {!entry && fetching && <Loader m="xl" aria-label={common.loading} role="status" />}
      {!entry && !fetching && !error && <Empty icon={ShieldIcon} title={texts.missing} text={common.problems.missing} />}
      {entry && (
        <>
          <Facts
            facts={[
              [texts.columns.at, <><RelativeTime at={entry.at} /> <span className="dimmed">{exact(entry.at)}</span></>],
              [texts.columns.actor, <>{entry.actor} <Link className={css['more']} href={`/?actor=${encodeURIComponent(entry.actor)}`}>{texts.moreOfActor}</Link></>],
              [texts.columns.subject, entry.subject && <Subject entry={entry} />],
              [texts.columns.tenant, entry.tenantId ?? texts.everybody],
              [texts.columns.origin, entry.origin ?? 'SQL'],
              [texts.columns.code, <code>{entry.action}</code>],
              [texts.columns.id, <span className="mono">{entry.id}</span>],
            ]}
          />
          <Changes entry={entry} />
        </>
      )}
    </DetailPane>
  )
}
