/** Addresses of other pages. Inside a page `Link` is relative to it; these begin at the root. */
import { basePath } from '../api/place.ts'

/**
 * @param path a page's name, and what is open there: `deliveries`, `deliveries/0190…`
 * @param filters as they stand in the address; empty ones are left out
 */
export const pageAddress = (path: string, filters: Readonly<Record<string, string | undefined>> = {}): string => {
  const search = new URLSearchParams(Object.entries(filters).filter((entry): entry is [string, string] => Boolean(entry[1])))
  // `~` is wouter's word for "not below here".
  return `~${basePath}/${path}${search.size > 0 ? `?${search}` : ''}`
}
