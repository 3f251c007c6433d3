/** A secret that was just made: shown now and never again. */
import { useTexts } from '../i18n/texts.tsx'
import { Callout } from './callout.tsx'
import { CopyButton } from './copy.tsx'
import css from './shown-once.module.css'

export const ShownOnce = ({ secret, label, text }: { readonly secret: string; readonly label: string; readonly text: string }) => {
  const { common } = useTexts()
  return (
    <Callout tone="good" role="group" label={label} className={css['box']}>
      <p>{text}</p>
      <div className={css['line']}>
        <code className={css['secret']}>{secret}</code>
        <CopyButton isWide text={secret} label={common.copy} />
      </div>
    </Callout>
  )
}
