/** The state of a delivery: a word and a colour, never the colour alone. */
import { useTexts } from '../i18n/texts.tsx'
import css from './status.module.css'

const tones: Readonly<Record<string, string>> = { success: 'good', failed: 'bad', expired: 'bad', retrying: 'wait', pending: 'news', cancelled: 'calm' }

/** Of the states of a delivery: good, bad, wait, news or calm. */
export const toneOf = (status: string): string => tones[status] ?? 'calm'

/** A coloured word. `tone`: good, bad, wait, news, calm. */
export const Pill = ({ tone, children }: { readonly tone: string; readonly children: string }) => (
  <span className={css['pill']} data-tone={tone}>
    <span className={css['dot']} aria-hidden="true" />
    {children}
  </span>
)

export const Status = ({ of }: { readonly of: string }) => {
  const { common } = useTexts()
  return <Pill tone={toneOf(of)}>{common.status[of] ?? of}</Pill>
}

/** An HTTP status, coloured by what it means. */
export const AnswerCode = ({ code }: { readonly code: number }) => (
  <span className={css['code']} data-tone={code < 300 ? 'good' : code < 400 ? 'wait' : 'bad'}>
    {code}
  </span>
)
