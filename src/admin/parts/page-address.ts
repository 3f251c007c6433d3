/** The address of another page: links within a page are relative to it, these are not. */
import { basePath } from '../api/place.ts'

/** @param path with the name of the page: `/deliveries?status=failed` */
export const toPage = (path: string): string => `~${basePath}${path}`
