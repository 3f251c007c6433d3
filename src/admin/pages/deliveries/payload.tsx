/** What was sent: the body, broken into lines or byte for byte, and how it was signed. */
import { SegmentedControl } from '@mantine/core'
import { useState } from 'react'
import { useTexts } from '../../i18n/texts.tsx'
import { Code, prettyJson } from '../../parts/code.tsx'
import { headersOf } from './actions.tsx'
import type { Delivery } from './what-next.ts'
import css from './payload.module.css'

const signatureNames = ['webhook-id', 'webhook-timestamp', 'webhook-signature', 'x-event', 'x-signature']

export const Payload = ({ delivery: { event, attempts } }: { readonly delivery: Delivery }) => {
  const { detail } = useTexts().deliveries
  const [form, setForm] = useState('pretty')
  const headers = headersOf(attempts.nodes.at(-1)?.requestHeaders)
  const signed = signatureNames.filter((name) => headers[name] !== undefined).map((name) => `${name}: ${headers[name]}`)
  return (
    <>
      <div className={css['head']}>
        <h3>{detail.payload}</h3>
        <SegmentedControl size="xs" value={form} onChange={setForm} data={[{ value: 'pretty', label: detail.pretty }, { value: 'raw', label: detail.raw }]} aria-label={detail.payload} />
      </div>
      {event?.dataOmitted && <p className="dimmed">{detail.omitted(event.dataOmitted)}</p>}
      {event?.body && <Code text={form === 'pretty' ? prettyJson(event.body) : event.body} isJson label={detail.payload} />}
      {signed.length > 0 && (
        <>
          <h3>{detail.signature}</h3>
          <p className={css['text']}>{detail.signatureText}</p>
          <Code text={signed.join('\n')} label={detail.signature} />
        </>
      )}
    </>
  )
}
