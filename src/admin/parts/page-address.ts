/** The address of another page: links within a page are relative to it, these are not. */
import { rootPath } from '../api/place.ts'

/**
 * @param path with the name of the page: `/deliveries`, `/endpoints/0190…`
 * @param filters as they stand in the address; empty ones are left out
 */
export const toPage = (path: string, filters: Readonly<Record<string, string | undefined>> = {}): string => {
  const search = new URLSearchParams(Object.entries(filters).filter((entry): entry is [string, string] => Boolean(entry[1])))
  // `~` is wouter's word for "not below here".
  return `~${rootPath()}${path}${search.size > 0 ? `?${search}` : ''}`
}
