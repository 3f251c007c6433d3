/** Every attempt: when, how long, what was answered. The latest is open. */
import { useTexts } from '../../i18n/texts.tsx'
import { Code, prettyJson } from '../../parts/code.tsx'
import { AnswerCode, Pill } from '../../parts/status.tsx'
import { RelativeTime } from '../../parts/time.tsx'
import { headersOf } from './actions.tsx'
import { Headers } from './headers.tsx'
import type { Delivery } from './what-next.ts'
import css from './attempts.module.css'

type Attempt = Delivery['attempts']['nodes'][number]

const isJson = (text: string): boolean => /^\s*[[{]/.test(text) && prettyJson(text) !== text

const Answer = ({ attempt: { errorKind, status } }: { readonly attempt: Attempt }) => {
  const { raised } = useTexts().deliveries.detail
  if (status !== null) return <AnswerCode code={status} />
  return <Pill tone="bad">{raised[errorKind ?? ''] ?? errorKind ?? '–'}</Pill>
}

export const Attempts = ({ delivery: { attempts } }: { readonly delivery: Delivery }) => {
  const { deliveries: { detail, milliseconds } } = useTexts()
  const nodes = attempts.nodes.toReversed()
  const longest = Math.max(1, ...nodes.map(({ durationMs }) => durationMs))
  return (
    <>
      <h3>{detail.attempts}</h3>
      {nodes.length === 0 && <p className="dimmed">{detail.noAttempts}</p>}
      <ol className={css['list']} reversed>
        {nodes.map((attempt, at) => (
          <li key={attempt.number}>
            <details className={css['attempt']} open={at === 0}>
              <summary>
                <span className={css['name']}>{detail.attempt(attempt.number)}</span>
                <Answer attempt={attempt} />
                <span className={css['bar']} aria-hidden="true"><span style={{ width: `${(attempt.durationMs / longest) * 100}%` }} /></span>
                <span className={css['took']}>{milliseconds(attempt.durationMs)}</span>
                <span className={css['when']}><RelativeTime at={attempt.startedAt} /></span>
              </summary>
              <div className={css['body']}>
                {attempt.error && <p className={css['error']} lang="en">{attempt.error}</p>}
                <h4>{detail.answer}</h4>
                {attempt.responseBody ? <Code text={isJson(attempt.responseBody) ? prettyJson(attempt.responseBody) : attempt.responseBody} isJson={isJson(attempt.responseBody)} label={detail.answer} /> : <p className="dimmed">{detail.noBody}</p>}
                <Headers title={detail.responseHeaders} headers={headersOf(attempt.responseHeaders)} />
                <Headers title={detail.headers} headers={headersOf(attempt.requestHeaders)} />
              </div>
            </details>
          </li>
        ))}
      </ol>
    </>
  )
}
