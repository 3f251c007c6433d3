/** Settings to be changed: each is read as one types, only what differs is sent, and nothing changes before it is saved. */
import { Button, Switch, TextInput } from '@mantine/core'
import { type FormEvent, useEffect, useState } from 'react'
import type { Problem } from '../../api/problem.ts'
import { useTexts } from '../../i18n/texts.tsx'
import { ProblemPanel, useSaid } from '../../parts/problem.tsx'
import { useUnsaved } from '../../shell/unsaved.ts'
import { asText, type Field, readText, type Section } from './fields.ts'
import css from './settings-form.module.css'

type Values = Readonly<Record<string, unknown>>

type Props = {
  readonly sections: readonly Section[]
  readonly values: Values
  /** what holds where a field is left empty */
  readonly placeholders?: Readonly<Record<string, string>>
  readonly isReadOnly: boolean
  /** @returns what is wrong with it; nothing: it is saved */
  readonly onSave: (changes: Values) => Promise<Problem | undefined>
}

type FieldProps = { readonly of: Field; readonly text: string; readonly onChange: (text: string) => void; readonly problem: string | undefined; readonly isReadOnly: boolean; readonly isChanged: boolean; readonly placeholder: string | undefined }

const OneField = ({ of, text, onChange, problem, isReadOnly, isChanged, placeholder }: FieldProps) => {
  const { settings } = useTexts()
  const { label = of.name, text: description = '' } = settings.fields[of.name] ?? {}
  return (
    <div className={css['field']} data-changed={isChanged || undefined}>
      {of.kind === 'switch' ? (
        <Switch label={label} description={description} error={problem} checked={text === 'true'} disabled={isReadOnly} onChange={(event) => onChange(String(event.currentTarget.checked))} />
      ) : (
        <TextInput
          label={label} description={description} error={problem} value={text} readOnly={isReadOnly} placeholder={placeholder ?? (of.mayBeEmpty ? settings.noLimit : '')}
          rightSection={of.kind === 'share' ? '%' : undefined} onChange={(event) => onChange(event.currentTarget.value)} autoComplete="off" spellCheck={false}
        />
      )}
    </div>
  )
}

export const SettingsForm = ({ sections, values, placeholders = {}, isReadOnly, onSave }: Props) => {
  const { settings: texts, common } = useTexts()
  const said = useSaid()
  const fields = sections.flatMap((section) => section.fields)
  const [typed, setTyped] = useState<Readonly<Record<string, string>>>({})
  const [problem, setProblem] = useState<Problem | undefined>()
  const [state, setState] = useState<'saving' | 'saved' | undefined>()
  // What was just saved, or changed by somebody else, is no change of one's own any more.
  useEffect(() => setTyped((before) => Object.fromEntries(Object.entries(before).filter(([name, text]) => text !== asText(fields.find((each) => each.name === name)!.kind, values[name])))), [values])

  const known = (field: Field) => asText(field.kind, values[field.name])
  const changed = fields.filter((field) => typed[field.name] !== undefined && typed[field.name] !== known(field))
  useUnsaved(changed.length > 0)
  const isReadable = changed.every((field) => readText(field, typed[field.name]!) !== undefined)
  const problemOf = (field: Field) => {
    const text = typed[field.name]
    if (text !== undefined && readText(field, text) === undefined) return texts.unreadable[field.kind]
    return problem?.field === field.name ? said(problem) : undefined
  }

  const save = async (event: FormEvent) => {
    event.preventDefault()
    if (!isReadable || changed.length === 0) return
    setState('saving')
    const found = await onSave(Object.fromEntries(changed.map((field) => [field.name, readText(field, typed[field.name]!)!.value])))
    setProblem(found)
    setState(found ? undefined : 'saved')
  }

  return (
    <form className={css['form']} onSubmit={(event) => void save(event)} noValidate>
      {sections.map((section) => (
        <fieldset key={section.name} className={css['section']}>
          <legend>{texts.sections[section.name].title}</legend>
          <p>{texts.sections[section.name].text}</p>
          <div className={css['fields']}>
            {section.fields.map((field) => (
              <OneField
                key={field.name} of={field} text={typed[field.name] ?? known(field)} isReadOnly={isReadOnly} isChanged={changed.includes(field)} problem={problemOf(field)} placeholder={placeholders[field.name]}
                onChange={(text) => { setTyped({ ...typed, [field.name]: text }); setState(undefined) }}
              />
            ))}
          </div>
        </fieldset>
      ))}
      {problem && problem.field === undefined && <ProblemPanel problem={problem} />}
      {!isReadOnly && (
        <div className={css['save']} data-shown={changed.length > 0 || undefined}>
          <span role="status">{changed.length > 0 ? texts.changed(changed.length) : state === 'saved' ? texts.saved : ''}</span>
          {changed.length > 0 && (
            <>
              <Button variant="default" size="xs" onClick={() => { setTyped({}); setProblem(undefined) }}>{common.discard}</Button>
              <Button type="submit" size="xs" loading={state === 'saving'} disabled={!isReadable}>{common.save}</Button>
            </>
          )}
        </div>
      )}
    </form>
  )
}
