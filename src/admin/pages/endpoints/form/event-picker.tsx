/** Which events it gets: picked from the catalogue, one by one, a whole group by its wildcard, or all. */
import { CloseButton, TextInput } from '@mantine/core'
import { useState } from 'react'
import { useTexts } from '../../../i18n/texts.tsx'
import { SearchIcon } from '../../../parts/icons.tsx'
import type { TypeChoicesResult } from '../acts.graphql'
import css from './event-picker.module.css'

type EventType = NonNullable<TypeChoicesResult['eventTypes']>['nodes'][number]

const PATTERN = /^[a-z0-9_]+(\.[a-z0-9_]+)*\.\*$/

/** `*` all, `sale.*` everything below `sale.` at any depth, else that name alone. */
export const takes = (pattern: string, type: string): boolean => pattern === '*' || pattern === type || (pattern.endsWith('.*') && type.startsWith(pattern.slice(0, -1)))

const Choice = ({ label, text, mono = false, isChosen, isCovered = false, notes = [], onToggle }: { readonly label: string; readonly text: string; readonly mono?: boolean; readonly isChosen: boolean; readonly isCovered?: boolean; readonly notes?: readonly string[]; readonly onToggle: () => void }) => (
  <label className={css['choice']} data-covered={isCovered || undefined}>
    <input type="checkbox" checked={isChosen || isCovered} disabled={isCovered} onChange={onToggle} />
    <span className={css['words']}>
      <span className={mono ? css['type'] : css['group']}>{label}</span>
      {notes.map((note) => <span key={note} className={css['note']}>{note}</span>)}
      <span className={css['text']}>{text}</span>
    </span>
  </label>
)

export const EventPicker = ({ types, chosen, onChange, problem }: { readonly types: readonly EventType[]; readonly chosen: readonly string[]; readonly onChange: (events: readonly string[]) => void; readonly problem: string | undefined }) => {
  const { events: texts } = useTexts().endpointForm
  const [search, setSearch] = useState('')
  const wanted = search.trim().toLowerCase()
  const found = types.filter(({ name, description }) => wanted === '' || name.includes(wanted.replace(/\*$/, '')) || description.toLowerCase().includes(wanted))
  // Rowhook's own events go to the operator's tenant alone, so they come last.
  const isOwn = ({ description }: EventType) => description.startsWith('Operational:')
  const groups = Map.groupBy(found.toSorted((a, b) => Number(isOwn(a)) - Number(isOwn(b))), ({ name }) => name.slice(0, name.indexOf('.')))
  const toggle = (pattern: string) => {
    if (chosen.includes(pattern)) return onChange(chosen.filter((each) => each !== pattern))
    // What a wildcard takes in needs no mention beside it.
    onChange([...chosen.filter((each) => !(pattern.endsWith('*') && (takes(pattern, each) || takes(pattern, each.replace(/\.\*$/, '.'))))), pattern])
  }
  const isOwnPattern = PATTERN.test(wanted) && !chosen.includes(wanted) && types.some(({ name }) => takes(wanted, name))
  const isCovered = (name: string) => chosen.some((pattern) => pattern !== name && takes(pattern, name))

  return (
    <div className={css['picker']} role="group" aria-label={texts.label} data-problem={problem !== undefined || undefined}>
      {chosen.length > 0 && (
        <ul className={css['chosen']} aria-label={texts.chosen}>
          {chosen.map((pattern) => (
            <li key={pattern}>
              {pattern === '*' ? texts.all : <code>{pattern}</code>}
              <CloseButton size="xs" aria-label={texts.remove(pattern)} onClick={() => toggle(pattern)} />
            </li>
          ))}
        </ul>
      )}
      <TextInput
        size="sm" value={search} placeholder={texts.search} aria-label={texts.search} leftSection={<SearchIcon size={15} />} onChange={(event) => setSearch(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key !== 'Enter') return
          event.preventDefault()
          const only = found.length === 1 ? found[0]!.name : undefined
          const pattern = isOwnPattern ? wanted : (found.find(({ name }) => name === wanted)?.name ?? only)
          if (pattern) { toggle(pattern); setSearch('') }
        }}
      />
      <div className={css['list']}>
        {wanted === '' && <Choice label={texts.all} text={texts.allText} isChosen={chosen.includes('*')} onToggle={() => toggle('*')} />}
        {isOwnPattern && <button type="button" className={css['add']} onClick={() => { toggle(wanted); setSearch('') }}>{texts.add(wanted)}</button>}
        {[...groups].map(([prefix, members]) => (
          <fieldset key={prefix} className={css['members']}>
            <legend>{prefix}</legend>
            {members.length > 1 && <Choice label={texts.group(prefix)} text={`${prefix}.*`} isChosen={chosen.includes(`${prefix}.*`)} isCovered={chosen.includes('*')} onToggle={() => toggle(`${prefix}.*`)} />}
            {members.map(({ name, description, enabled, deprecatedAt }) => (
              <Choice
                key={name} mono label={name} text={description} isChosen={chosen.includes(name)} isCovered={isCovered(name)} onToggle={() => toggle(name)}
                notes={[...(deprecatedAt === null ? [] : [texts.deprecated]), ...(enabled ? [] : [texts.disabled])]}
              />
            ))}
          </fieldset>
        ))}
        {found.length === 0 && !isOwnPattern && <p className="dimmed">{texts.none}</p>}
      </div>
      {problem && <p className={css['problem']} role="alert">{problem}</p>}
    </div>
  )
}
