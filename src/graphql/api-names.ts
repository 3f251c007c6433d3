/** Names of SQL as GraphQL has them. */

/** `retry_delivery` is `retryDelivery`. */
export const camelCase = (name: string): string => name.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())

/** A sentence that SQL wrote for who calls it, for who asks the API: `select webhooks.retry_delivery(…, force => true)` is `retryDelivery(…, force: true)`. */
export const inApiNames = (sentence: string): string =>
  sentence.replaceAll(/(?:select )?webhooks\.([a-z_]+)/g, (_, name: string) => camelCase(name)).replaceAll(' => ', ': ')
