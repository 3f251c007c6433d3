/** What is looked for, as it stands in the address: a link shows the same list to somebody else. */
import { useMemo } from 'react'
import { useLocation } from 'wouter'
import { useSearch } from 'wouter/use-browser-location'

export type Filters<N extends string> = { readonly [Name in N]?: string }

/**
 * @param names those that the page knows, defined once outside of it
 * @returns the filters; their place in the address, `?` included; and a way to change them, which forgets what else stands there
 */
export const useFilters = <N extends string>(names: readonly N[]): { readonly filters: Filters<N>; readonly search: string; readonly setFilters: (next: Filters<N>) => void } => {
  const [path, go] = useLocation()
  // As the browser has it: wouter's own hook decodes it once too often, and `100%25` would be read as it was never written.
  const search = useSearch()
  const filters = useMemo(() => {
    const given = new URLSearchParams(search)
    return Object.fromEntries(names.flatMap((name) => (given.get(name) ? [[name, given.get(name)]] : []))) as Filters<N>
  }, [names, search])
  const setFilters = (next: Filters<N>) => {
    const wanted = new URLSearchParams(Object.entries(next).filter((entry): entry is [string, string] => Boolean(entry[1])))
    go(`${path === '/' ? '' : path}${wanted.size > 0 ? `?${wanted}` : ''}`, { replace: true })
  }
  return { filters, search, setFilters }
}
