/** A delivery's request as a curl command: the same bytes, the same headers, the signature included. */

const quote = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`

/** Masked in the log, because they may be credentials; curl makes length and host itself. */
const isLeftOut = (name: string, value: string): boolean => value === '***' || ['content-length', 'host', 'connection'].includes(name)

export const asCurl = (url: string, headers: Readonly<Record<string, string>>, body: string): string => {
  const sent = Object.entries({ 'content-type': 'application/json', ...headers }).filter(([name, value]) => !isLeftOut(name, value))
  // Braces and brackets of a URL mean themselves.
  return [`curl -i -g -X POST ${quote(url)}`, ...sent.map(([name, value]) => `  -H ${quote(`${name}: ${value}`)}`), `  --data-raw ${quote(body)}`].join(' \\\n')
}
