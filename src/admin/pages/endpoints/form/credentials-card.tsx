/** What only the receiver needs to know: headers, OAuth, formats, a secret of its own. */
import { PasswordInput, Select, Switch, TextInput } from '@mantine/core'
import { useTexts } from '../../../i18n/texts.tsx'
import { useMay } from '../../../session/me.ts'
import { begins, type Draft, type FieldOf, type Problems } from './draft.ts'
import { HeadersField } from './headers-field.tsx'
import css from './form.module.css'

type Props = {
  readonly draft: Draft
  readonly set: (change: Partial<Draft>) => void
  readonly keptHeaders: readonly string[]
  readonly isNew: boolean
  readonly fieldOf: FieldOf
  readonly field: (name: keyof Problems, key: keyof Draft) => object
}

export const CredentialsCard = ({ draft, set, keptHeaders, isNew, fieldOf, field }: Props) => {
  const { endpointForm: texts } = useTexts()
  const may = useMay()
  const { oauth } = texts
  const choices = (of: Readonly<Record<string, string>>) => Object.entries(of).map(([value, label]) => ({ value, label }))
  return (
    <>
      <fieldset className={css['card']}>
        <legend>{texts.parts.credentials}</legend>
        <HeadersField kept={keptHeaders} rows={draft.headers} onChange={(headers) => set({ headers })} problem={fieldOf('headers')} />
        <Switch label={oauth.label} description={oauth.hint} checked={draft.isOauth} onChange={(event) => set({ isOauth: event.currentTarget.checked })} />
        {draft.isOauth && (
          <div className={css['pair']}>
            <TextInput label={oauth.tokenUrl} placeholder={begins.url} autoComplete="off" spellCheck={false} {...field('auth', 'tokenUrl')} />
            <TextInput label={oauth.clientId} autoComplete="off" spellCheck={false} value={draft.clientId} onChange={(event) => set({ clientId: event.currentTarget.value })} />
            <TextInput label={oauth.scope} autoComplete="off" spellCheck={false} value={draft.scope} onChange={(event) => set({ scope: event.currentTarget.value })} />
            {may('setOauthSecret') ? (
              <PasswordInput label={oauth.secret} description={isNew ? oauth.secretNew : oauth.secretKept} autoComplete="off" value={draft.oauthSecret} onChange={(event) => set({ oauthSecret: event.currentTarget.value })} />
            ) : (
              <p className={css['hint']}>{oauth.secretOwner}</p>
            )}
          </div>
        )}
      </fieldset>
      <details className={css['card']}>
        <summary>{texts.parts.advanced}</summary>
        <div className={css['pair']}>
          <Select label={texts.payload} value={draft.payloadFormat} allowDeselect={false} onChange={(value) => set({ payloadFormat: value ?? 'standard' })} data={choices(texts.payloads)} />
          <Select label={texts.signature} value={draft.signatureProfile} allowDeselect={false} onChange={(value) => set({ signatureProfile: value ?? 'standard' })} data={choices(texts.signatures)} />
        </div>
        {isNew && <PasswordInput label={texts.own} description={texts.ownHint} placeholder={begins.secret} autoComplete="off" {...field('secret', 'secret')} />}
      </details>
    </>
  )
}
