/** Further headers: names and values to write, never values to read. */
import { ActionIcon, Button, PasswordInput, TextInput } from '@mantine/core'
import { useTexts } from '../../../i18n/texts.tsx'
import { PlusIcon, TrashIcon } from '../../../parts/icons.tsx'
import { type HeaderRow, headerProblems } from './header-rules.ts'
import css from './form.module.css'

type Props = { readonly kept: readonly string[]; readonly rows: readonly HeaderRow[] | undefined; readonly onChange: (rows: readonly HeaderRow[] | undefined) => void; readonly problem: string | undefined }

export const HeadersField = ({ kept, rows, onChange, problem }: Props) => {
  const { headers, problems } = useTexts().endpointForm
  const own = rows ? headerProblems(rows, problems) : []
  const set = (index: number, change: Partial<HeaderRow>) => onChange(rows?.map((row, at) => (at === index ? { ...row, ...change } : row)))
  return (
    <div role="group" aria-label={headers.label}>
      <p className={css['label']}>{headers.label}</p>
      <p className={css['hint']}>{headers.hint}</p>
      {rows === undefined && (
        <>
          <p className={css['kept']}>{headers.kept} {kept.map((name) => <code key={name}>{name}</code>)}</p>
          <Button size="compact-sm" variant="default" onClick={() => onChange([...kept.map((name) => ({ name, value: '' }))])}>{headers.replace}</Button>
        </>
      )}
      {rows?.map((row, index) => (
        // Rows have no other name than their place.
        // oxlint-disable-next-line react/no-array-index-key
        <div key={index} className={css['header']}>
          <TextInput size="sm" aria-label={headers.name} placeholder={headers.name} value={row.name} onChange={(event) => set(index, { name: event.currentTarget.value })} error={own[index]} autoComplete="off" spellCheck={false} />
          <PasswordInput size="sm" aria-label={headers.value} placeholder={headers.value} value={row.value} onChange={(event) => set(index, { value: event.currentTarget.value })} autoComplete="off" />
          <ActionIcon variant="subtle" color="gray" size={34} aria-label={headers.remove} title={headers.remove} onClick={() => onChange(rows.filter((_, at) => at !== index))}><TrashIcon /></ActionIcon>
        </div>
      ))}
      {rows && rows.length === 0 && kept.length > 0 && <p className={css['hint']}>{headers.none}</p>}
      {rows && (
        <div className={css['line']}>
          <Button size="compact-sm" variant="default" leftSection={<PlusIcon size={14} />} onClick={() => onChange([...rows, { name: '', value: '' }])}>{headers.add}</Button>
          {kept.length > 0 && <Button size="compact-sm" variant="subtle" onClick={() => onChange(undefined)}>{headers.keep}</Button>}
        </div>
      )}
      {problem && !own.includes(problem) && <p className={css['problem']} role="alert">{problem}</p>}
    </div>
  )
}
