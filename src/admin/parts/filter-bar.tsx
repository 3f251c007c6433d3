/** The filters above a list: a search, choices that fold away where there is little room, and a row to press. */
import { Button, TextInput } from '@mantine/core'
import { type ReactNode, useEffect, useRef, useState } from 'react'
import { useTexts } from '../i18n/texts.tsx'
import { useKeys } from '../shell/keys.tsx'
import { FilterIcon, SearchIcon } from './icons.tsx'
import css from './filter-bar.module.css'

/** Choices take this class, so that they share the line and fold away. */
export const choiceClass = css['choice']

type SearchProps = {
  readonly value?: string | undefined
  readonly label: string
  readonly onSearch: (text: string) => void
  /** told at each letter, where looking costs nothing */
  readonly onType?: (text: string) => void
}

/** `/` leads here. What is typed is looked for at Enter, and forgotten when it is emptied. */
export const SearchBox = ({ value = '', label, onSearch, onType }: SearchProps) => {
  const { shell } = useTexts()
  const input = useRef<HTMLInputElement>(null)
  const [text, setText] = useState(value)
  useEffect(() => setText(value), [value])
  useKeys([{ keys: '/', text: shell.keys.search, run: () => input.current?.select() }])
  return (
    <TextInput
      ref={input} className={css['search']} value={text} placeholder={label} aria-label={label} type="search" leftSection={<SearchIcon size={16} />}
      onChange={(event) => { setText(event.currentTarget.value); onType?.(event.currentTarget.value) }} onKeyDown={(event) => event.key === 'Enter' && onSearch(text.trim())}
      onBlur={() => text.trim() === '' && value && onSearch('')}
    />
  )
}

/** One of a few, each a button; `undefined` stands for all of them. */
export const Segments = ({ label, names, value, onChange }: { readonly label: string; readonly names: readonly (readonly [name: string | undefined, words: string])[]; readonly value: string | undefined; readonly onChange: (name: string | undefined) => void }) => (
  <div className={css['statuses']} role="group" aria-label={label}>
    {names.map(([name, words]) => (
      <button key={name ?? ''} type="button" className={css['status']} aria-pressed={value === name} onClick={() => onChange(name)}>
        {words}
      </button>
    ))}
  </div>
)

type Props = {
  readonly search: ReactNode
  /** choices, in one line */
  readonly children?: ReactNode
  /** below them */
  readonly segments?: ReactNode
  /** one of the choices is taken, so they are shown from the start */
  readonly isChosen: boolean
  /** nothing: no filter is set, and none can be taken away */
  readonly onClear: (() => void) | undefined
}

export const FilterBar = ({ search, children, segments, isChosen, onClear }: Props) => {
  const { common } = useTexts()
  const [isUnfolded, setUnfolded] = useState(isChosen)
  const clear = onClear && <Button size="compact-sm" variant="subtle" onClick={onClear}>{common.clearFilters}</Button>
  return (
    <div className={css['bar']} role="search" aria-label={common.filters}>
      <div className={css['line']} data-folded={!isUnfolded || undefined}>
        {search}
        {children && <Button className={css['unfold']} variant="default" aria-expanded={isUnfolded} leftSection={<FilterIcon size={16} />} onClick={() => setUnfolded(!isUnfolded)}>{common.filters}</Button>}
        {children}
        {!segments && clear}
      </div>
      {segments && (
        <div className={css['line']}>
          {segments}
          {clear}
        </div>
      )}
    </div>
  )
}
