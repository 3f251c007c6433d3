/** Where this page lies, from the base that the server wrote: the API lies beside it, under whatever prefix. */

/** Path of the page's root without a slash at its end: `/admin`, `/hooks/admin`. */
export const basePath = new URL(document.baseURI).pathname.replace(/\/$/, '')

/** The same with the tenant that an operator has chosen: `/admin/@acme`. */
export const rootPath = (): string => basePath + (/^\/@[^/]+/.exec(location.pathname.slice(basePath.length))?.[0] ?? '')

/** Absolute URL of the GraphQL API. */
export const apiUrl = new URL('../graphql', document.baseURI).href
