/** What was sent: the body, broken into lines or byte for byte, and how it was signed. */
import { useTexts } from '../../i18n/texts.tsx'
import { Code } from '../../parts/code.tsx'
import { PrettyOrRaw } from '../../parts/pretty-or-raw.tsx'
import { headersOf } from './actions.tsx'
import type { Delivery } from './what-next.ts'
import css from './payload.module.css'

const signatureNames = ['webhook-id', 'webhook-timestamp', 'webhook-signature', 'x-event', 'x-signature']

export const Payload = ({ delivery: { body, event, attempts } }: { readonly delivery: Delivery }) => {
  const { detail } = useTexts().deliveries
  const headers = headersOf(attempts.nodes.at(-1)?.requestHeaders)
  const signed = signatureNames.filter((name) => headers[name] !== undefined).map((name) => `${name}: ${headers[name]}`)
  return (
    <>
      {body && <PrettyOrRaw title={detail.payload} text={body} />}
      {event?.dataOmitted && <p className="dimmed">{detail.omitted(event.dataOmitted)}</p>}
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
