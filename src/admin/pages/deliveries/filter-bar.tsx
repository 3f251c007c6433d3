/** The filters above the list. Each change is in the address at once. */
import { Select } from '@mantine/core'
import { useState } from 'react'
import { useClient } from 'urql'
import { useLocation } from 'wouter'
import { useTexts } from '../../i18n/texts.tsx'
import { EndpointChoice } from '../../parts/endpoint-choice.tsx'
import { choiceClass, FilterBar, SearchBox, Segments } from '../../parts/filter-bar.tsx'
import { TimeChoice } from '../../parts/time-choice.tsx'
import type { DeliveryChoicesResult } from './deliveries.graphql'
import { FindByKey } from './deliveries.graphql'
import { type DeliveryFilters, statuses } from './filters.ts'

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

type Props = { readonly filters: DeliveryFilters; readonly onChange: (filters: DeliveryFilters) => void; readonly choices: DeliveryChoicesResult | undefined }

/** An HTTP status, of a family or by itself: `5xx`, `503`. */
const AnswerChoice = ({ value, onChange }: { readonly value: string | undefined; readonly onChange: (code: string | null) => void }) => {
  const { filters: texts, codes } = useTexts().deliveries
  const [typed, setTyped] = useState('')
  const known = (['2xx', '3xx', '4xx', '5xx', 'none'] as const).map((each): { value: string; label: string } => ({ value: each, label: codes[each] }))
  const own = [value, /^\d{3}$/.test(typed) ? typed : undefined].filter((each) => each && !known.some((one) => one.value === each))
  return (
    <Select
      size="sm" className={choiceClass ?? ''} placeholder={texts.anyCode} aria-label={texts.code} title={texts.codeHint} value={value ?? null} onChange={onChange} searchable clearable
      data={[...known, ...[...new Set(own)].map((each) => ({ value: each!, label: each! }))]} onSearchChange={setTyped}
    />
  )
}

export const DeliveryFilterBar = ({ filters, onChange, choices }: Props) => {
  const { deliveries: { filters: texts, search: searchLabel }, common } = useTexts()
  const client = useClient()
  const [, go] = useLocation()
  const set = (name: keyof DeliveryFilters) => (value: string | null | undefined) => onChange({ ...filters, [name]: value ?? '' })
  const named = [...new Set([...(choices?.eventTypes?.nodes ?? []).map(({ name }) => name), ...(filters.type ? [filters.type] : [])])]

  // Looks for a resource's id; the id of a delivery or event leads to it.
  const search = async (wanted: string) => {
    if (UUID.test(wanted)) {
      const { data } = await client.query(FindByKey, { id: wanted.toLowerCase() }).toPromise()
      const found = data?.delivery ?? data?.event?.deliveries.nodes[0]
      if (found) return go(`/${found.id}`)
    }
    onChange({ ...filters, resource: wanted })
  }

  const states = [[undefined, common.all] as const, ...(filters.status === 'open' ? [['open', common.open] as const] : []), ...statuses.map((status) => [status, common.status[status] ?? status] as const)]
  return (
    <FilterBar
      search={<SearchBox value={filters.resource} label={searchLabel} onSearch={(text) => void search(text)} />}
      segments={<Segments label={texts.status} value={filters.status} onChange={set('status')} names={states} />}
      isChosen={Boolean(filters.type || filters.endpoint || filters.code || filters.time)}
      onClear={Object.values(filters).some(Boolean) ? () => onChange({}) : undefined}
    >
      <Select size="sm" className={choiceClass ?? ''} placeholder={texts.anyType} aria-label={texts.eventType} data={named} value={filters.type ?? null} onChange={set('type')} searchable clearable />
      <EndpointChoice className={choiceClass} label={texts.endpoint} value={filters.endpoint ?? null} onChange={set('endpoint')} isClearable hasDeleted />
      <AnswerChoice value={filters.code} onChange={set('code')} />
      <TimeChoice value={filters} onChange={(span) => onChange({ ...filters, ...span })} className={choiceClass} />
    </FilterBar>
  )
}
