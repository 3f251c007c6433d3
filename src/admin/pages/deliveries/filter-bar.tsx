/** The filters above the list. Each change is in the address at once. */
import { Button, Select, TextInput } from '@mantine/core'
import { useEffect, useRef, useState } from 'react'
import { useClient } from 'urql'
import { useLocation } from 'wouter'
import { useTexts } from '../../i18n/texts.tsx'
import { FilterIcon, SearchIcon } from '../../parts/icons.tsx'
import { useKeys } from '../../shell/keys.tsx'
import type { DeliveryChoicesResult } from './deliveries.graphql.ts'
import { FindByKey } from './deliveries.graphql.ts'
import { type Filters, statuses, times } from './filters.ts'
import css from './filter-bar.module.css'

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

type Props = { readonly filters: Filters; readonly onChange: (filters: Filters) => void; readonly choices: DeliveryChoicesResult | undefined }

/** Looks for a resource's id; the id of a delivery or event leads to it. */
const SearchBox = ({ filters, onChange }: Props) => {
  const { deliveries, shell } = useTexts()
  const client = useClient()
  const [, go] = useLocation()
  const input = useRef<HTMLInputElement>(null)
  const [text, setText] = useState(filters.resource ?? '')
  useEffect(() => setText(filters.resource ?? ''), [filters.resource])
  useKeys([{ keys: '/', text: shell.keys.search, run: () => input.current?.select() }])

  const search = async () => {
    const wanted = text.trim()
    if (UUID.test(wanted)) {
      const { data } = await client.query(FindByKey, { id: wanted.toLowerCase() }).toPromise()
      const found = data?.delivery ?? data?.event?.deliveries.nodes[0]
      if (found) return go(`/${found.id}`)
    }
    onChange({ ...filters, resource: wanted })
  }

  return (
    <TextInput
      ref={input} className={css['search']} value={text} placeholder={deliveries.search} aria-label={deliveries.search} type="search" leftSection={<SearchIcon size={16} />}
      onChange={(event) => setText(event.currentTarget.value)} onKeyDown={(event) => event.key === 'Enter' && void search()}
      onBlur={() => text.trim() === '' && filters.resource && onChange({ ...filters, resource: '' })}
    />
  )
}

const StatusChoice = ({ filters, onChange }: Props) => {
  const { deliveries, common } = useTexts()
  return (
    <div className={css['statuses']} role="group" aria-label={deliveries.filters.status}>
      {[undefined, ...statuses].map((status) => (
        <button key={status ?? ''} type="button" className={css['status']} aria-pressed={filters.status === status} onClick={() => onChange({ ...filters, status: status ?? '' })}>
          {status ? common.status[status] : common.all}
        </button>
      ))}
    </div>
  )
}

export const FilterBar = (props: Props) => {
  const { filters, onChange, choices } = props
  const { filters: texts, codes, deleted } = useTexts().deliveries
  const set = (name: keyof Filters) => (value: string | null) => onChange({ ...filters, [name]: value ?? '' })
  const isFiltered = Object.values(filters).some(Boolean)
  const endpoints = (choices?.endpoints?.nodes ?? []).map(({ id, name, url, deletedAt }) => ({ value: id, label: `${name || url}${deletedAt ? ` (${deleted})` : ''}` }))
  const named = [...new Set([...(choices?.eventTypes?.nodes ?? []).map(({ name }) => name), ...(filters.type ? [filters.type] : [])])]
  const answers = ['2xx', '3xx', '4xx', '5xx', 'none'] as const
  const known = answers.map((value): { value: string; label: string } => ({ value, label: codes[value] }))
  const own = filters.code && !known.some(({ value }) => value === filters.code) ? [{ value: filters.code, label: filters.code }] : []
  const [typed, setTyped] = useState('')
  // On a narrow pane the choices stand behind a button; what is chosen already is shown.
  const [isUnfolded, setUnfolded] = useState(Boolean(filters.type || filters.endpoint || filters.code || filters.time))
  const offered = /^\d{3}$/.test(typed) && !own.some(({ value }) => value === typed) ? [{ value: typed, label: typed }] : []

  return (
    <div className={css['bar']} role="search" aria-label={texts.label}>
      <div className={css['line']} data-folded={!isUnfolded || undefined}>
        <SearchBox {...props} />
        <Button className={css['unfold']} variant="default" aria-expanded={isUnfolded} leftSection={<FilterIcon size={16} />} onClick={() => setUnfolded(!isUnfolded)}>{texts.label}</Button>
        <Select size="sm" className={css['choice']} placeholder={texts.anyType} aria-label={texts.eventType} data={named} value={filters.type ?? null} onChange={set('type')} searchable clearable />
        <Select size="sm" className={css['choice']} placeholder={texts.anyEndpoint} aria-label={texts.endpoint} data={endpoints} value={filters.endpoint ?? null} onChange={set('endpoint')} searchable clearable />
        <Select
          size="sm" className={css['choice']} placeholder={texts.anyCode} aria-label={texts.code} title={texts.codeHint} value={filters.code ?? null} onChange={set('code')} searchable clearable
          data={[...known, ...own, ...offered]} onSearchChange={setTyped}
        />
        <Select
          size="sm" className={css['choice']} placeholder={texts.times.any} aria-label={texts.time} value={filters.time ?? null} clearable
          onChange={(time) => onChange({ ...filters, time: time ?? '', from: '', to: '' })} data={[...Object.keys(times), 'custom'].map((value) => ({ value, label: texts.times[value as keyof typeof texts.times] }))}
        />
        {filters.time === 'custom' && (
          <>
            <TextInput size="sm" type="datetime-local" aria-label={texts.from} title={texts.from} value={filters.from ?? ''} onChange={(event) => set('from')(event.currentTarget.value)} />
            <TextInput size="sm" type="datetime-local" aria-label={texts.to} title={texts.to} value={filters.to ?? ''} onChange={(event) => set('to')(event.currentTarget.value)} />
          </>
        )}
      </div>
      <div className={css['line']}>
        <StatusChoice {...props} />
        {isFiltered && (
          <Button size="compact-sm" variant="subtle" onClick={() => onChange({})}>
            {texts.clear}
          </Button>
        )}
      </div>
    </div>
  )
}
