/** The choice of an endpoint among however many: the server looks for what is typed. */
import { Select } from '@mantine/core'
import { useMemo, useState } from 'react'
import { useQuery } from 'urql'
import { useTexts } from '../i18n/texts.tsx'
import { useTenantFilter } from '../session/me.ts'
import { ChosenEndpoint, EndpointChoices, type EndpointChoice as Choice } from './endpoint-choice.graphql'

type Props = {
  readonly value: string | null
  readonly onChange: (id: string | null) => void
  readonly label: string
  /** above it rather than for screen readers alone */
  readonly isLabelled?: boolean
  readonly isClearable?: boolean
  /** those that were deleted have deliveries still */
  readonly hasDeleted?: boolean
  readonly className?: string | undefined
  readonly disabled?: boolean
  readonly error?: string | false | undefined
}

/** The endpoint of this id, once it is known. */
export const useChosenEndpoint = (id: string | null): Choice | undefined => {
  const [{ data }] = useQuery({ query: ChosenEndpoint, variables: { id: id ?? '' }, pause: id === null })
  return id !== null && data?.endpoint?.id === id ? data.endpoint : undefined
}

export const EndpointChoice = ({ value, onChange, label, isLabelled = false, isClearable = false, hasDeleted = false, className, disabled = false, error }: Props) => {
  const { deliveries: { filters, deleted } } = useTexts()
  const tenantFilter = useTenantFilter()
  const [search, setSearch] = useState('')
  const chosen = useChosenEndpoint(value)
  const nameOf = ({ name, url, deletedAt }: Choice) => `${name || url}${deletedAt === null ? '' : ` (${deleted})`}`
  // What stands in the field because it is chosen is no search.
  const wanted = chosen && search === nameOf(chosen) ? '' : search.trim()
  const filter = useMemo(
    () => ({
      ...tenantFilter,
      ...(hasDeleted ? {} : { deletedAt: { isNull: true } }),
      ...(wanted ? { or: [{ name: { includesInsensitive: wanted } }, { url: { includesInsensitive: wanted } }] } : {}),
    }),
    [tenantFilter.tenantId?.equalTo, hasDeleted, wanted],
  )
  const [{ data }] = useQuery({ query: EndpointChoices, variables: { filter } })
  const found = data?.endpoints?.nodes ?? []
  const rows = chosen && !found.some(({ id }) => id === chosen.id) ? [chosen, ...found] : found
  return (
    <Select
      size="sm" {...(isLabelled ? { label } : { 'aria-label': label })} className={className ?? ''} placeholder={filters.anyEndpoint} value={value} onChange={onChange} searchable clearable={isClearable}
      disabled={disabled} error={error} data={rows.map((row) => ({ value: row.id, label: nameOf(row) }))} onSearchChange={setSearch} filter={({ options }) => options}
    />
  )
}
