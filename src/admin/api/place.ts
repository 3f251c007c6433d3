/** Where this page lies, from the base that the server wrote: the API lies beside it, under whatever prefix. */

/** Path of the page's root without a slash at its end: `/admin`, `/hooks/admin`. */
export const basePath = new URL(document.baseURI).pathname.replace(/\/$/, '')

/** Absolute URL of the GraphQL API. */
export const apiUrl = new URL('../graphql', document.baseURI).href
