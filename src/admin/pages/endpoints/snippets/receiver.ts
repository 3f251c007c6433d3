/** What a receiver of an endpoint is written with: names that its reader recognises. */

export type Receiver = {
  /** the path that requests come to: `/hooks` */
  readonly path: string
  /** the environment variable that holds the secret: `LEDGER_WEBHOOK_SECRET` */
  readonly secretName: string
  /** standard: id, time and body are signed; legacy: the body alone, by `x-signature` */
  readonly profile: 'standard' | 'legacy'
  /** a type that it gets: `sale.completed` */
  readonly type: string
}

export type Snippet = {
  /** of the language, as it calls itself */
  readonly name: string
  readonly file: string
  /** a command that runs the file */
  readonly run: string
  readonly write: (receiver: Receiver) => string
}

/** What reaches a template is put into quotes of six languages: everything else is left out. */
const plain = (text: string): string => text.replaceAll(/[^A-Za-z0-9._~/-]/g, '')

export const receiverOf = ({ name, url, events, signatureProfile }: { readonly name: string; readonly url: string; readonly events: readonly (string | null)[]; readonly signatureProfile: string }): Receiver => {
  const { pathname, hostname } = URL.canParse(url) ? new URL(url) : { pathname: '/', hostname: '' }
  const words = (name || hostname).normalize('NFD').replaceAll(/\p{M}/gu, '').toUpperCase().replaceAll(/[^A-Z0-9]+/g, '_').replaceAll(/^_+|_+$/g, '')
  const prefix = /^[A-Z]/.test(words) ? `${words}_` : ''
  const type = events.find((pattern) => pattern && !pattern.includes('*')) ?? 'test.event'
  return { path: plain(decodePath(pathname)) || '/', secretName: `${prefix}WEBHOOK_SECRET`, profile: signatureProfile === 'legacy' ? 'legacy' : 'standard', type: plain(type) }
}

/** Servers compare the path as it was sent; only what is plain anyway is decoded. */
const decodePath = (path: string): string => path.replaceAll(/%([0-9A-Fa-f]{2})/g, (whole, hex: string) => (/[A-Za-z0-9._~-]/.test(String.fromCharCode(Number.parseInt(hex, 16))) ? String.fromCharCode(Number.parseInt(hex, 16)) : whole))
