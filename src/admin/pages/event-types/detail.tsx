/** One event type: when it happens, what its data look like, and what the operator may do with it. */
import { Button, Loader } from '@mantine/core'
import { useMutation } from 'urql'
import { Link } from 'wouter'
import { problemOf } from '../../api/problem.ts'
import { useTexts } from '../../i18n/texts.tsx'
import { Callout } from '../../parts/callout.tsx'
import { Code, prettyJson } from '../../parts/code.tsx'
import { DetailPane, Facts } from '../../parts/detail-pane.tsx'
import { Empty } from '../../parts/empty.tsx'
import { BookIcon } from '../../parts/icons.tsx'
import { toPage } from '../../parts/page-address.ts'
import { ProblemPanel } from '../../parts/problem.tsx'
import { RelativeTime } from '../../parts/time.tsx'
import { EditEventType } from './edit.tsx'
import { ChangeEventType, DeprecateEventType, type EventTypeRow } from './event-types.graphql'
import { SchemaTable } from './schema-table.tsx'
import { TypeState } from './type-state.tsx'
import { useMayEdit } from './use-may-edit.ts'
import css from './detail.module.css'

const Acts = ({ row, onChange }: { readonly row: EventTypeRow; readonly onChange: () => void }) => {
  const { acts } = useTexts().eventTypes
  const [changed, change] = useMutation(ChangeEventType)
  const [deprecated, deprecate] = useMutation(DeprecateEventType)
  const error = changed.error ?? deprecated.error
  return (
    <>
      <div className={css['acts']}>
        <EditEventType row={row} onDone={onChange} />
        <Button size="xs" variant="default" loading={deprecated.fetching} title={acts.deprecateText} onClick={() => void deprecate({ name: row.name, deprecated: row.deprecatedAt === null }).then(onChange)}>
          {row.deprecatedAt === null ? acts.deprecate : acts.undeprecate}
        </Button>
        <Button size="xs" variant="default" loading={changed.fetching} title={acts.disableText} onClick={() => void change({ name: row.name, changes: { enabled: !row.enabled } }).then(onChange)}>
          {row.enabled ? acts.disable : acts.enable}
        </Button>
      </div>
      {error && <ProblemPanel problem={problemOf(error)} />}
    </>
  )
}

type Props = { readonly name: string; readonly row: EventTypeRow | undefined; readonly isLoading: boolean; readonly onClose: () => void; readonly onChange: () => void }

export const EventTypeDetail = ({ name, row, isLoading, onClose, onChange }: Props) => {
  const { eventTypes: texts, common } = useTexts()
  const mayEdit = useMayEdit()
  return (
    <DetailPane label={texts.one} title={name} badge={row && <TypeState of={row} />} onClose={onClose}>
      {!row && isLoading && <Loader m="xl" aria-label={common.loading} role="status" />}
      {!row && !isLoading && <Empty icon={BookIcon} title={texts.missing} text={texts.missingText} />}
      {row && (
        <>
          {mayEdit && <Acts row={row} onChange={onChange} />}
          <p className={css['description']}>{row.description || texts.noDescription}</p>
          {!row.enabled && <Callout tone="bad">{texts.offText}</Callout>}
          {row.deprecatedAt !== null && <Callout tone="wait">{texts.deprecatedText}</Callout>}
          <Facts
            facts={[
              [texts.columns.since, <RelativeTime at={row.createdAt} />],
              [texts.columns.deprecated, row.deprecatedAt && <RelativeTime at={row.deprecatedAt} />],
              [texts.columns.seen, <><Link href={toPage('/events', { type: row.name })}>{texts.itsEvents}</Link> · <Link href={toPage('/deliveries', { type: row.name })}>{texts.itsDeliveries}</Link></>],
            ]}
          />
          <h3>{texts.schema}</h3>
          {row.jsonSchema === null ? <p className="dimmed">{texts.noSchema}</p> : <SchemaTable schema={row.jsonSchema} />}
          <h3>{texts.example}</h3>
          <Code text={prettyJson(JSON.stringify(row.example))} isJson label={texts.example} />
          {row.jsonSchema !== null && (
            <details className={css['whole']}>
              <summary>{texts.wholeSchema}</summary>
              <Code text={prettyJson(JSON.stringify(row.jsonSchema))} isJson label={texts.wholeSchema} />
            </details>
          )}
        </>
      )}
    </DetailPane>
  )
}
