/** What is looked for, as it stands in the address: a link shows the same list to somebody else. */
import { useMemo } from 'react'
import { useSearchParams } from 'wouter'

export type Filters<N extends string> = { readonly [Name in N]?: string }

/**
 * @param names those that the page knows, defined once outside of it; others in the address are left alone
 * @returns the filters; their place in the address, `?` included; and a way to change them
 */
export const useFilters = <N extends string>(names: readonly N[]): { readonly filters: Filters<N>; readonly search: string; readonly setFilters: (next: Filters<N>) => void } => {
  const [searchParams, setSearchParams] = useSearchParams()
  const search = searchParams.size > 0 ? `?${searchParams}` : ''
  const filters = useMemo(() => Object.fromEntries(names.flatMap((name) => (searchParams.get(name) ? [[name, searchParams.get(name)]] : []))) as Filters<N>, [names, search])
  const setFilters = (next: Filters<N>) =>
    setSearchParams(new URLSearchParams(Object.entries(next).filter((entry): entry is [string, string] => Boolean(entry[1]))), { replace: true })
  return { filters, search, setFilters }
}
