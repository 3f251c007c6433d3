/** The admin page: static files from memory, under a policy that lets nothing else in. */
import { createHash, randomBytes } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { extname, join, relative, sep } from 'node:path'
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'
import type { Route } from './server.ts'

export type AdminPageOptions = {
  /** the built page: index.html, and assets/ whose names bear a hash */
  readonly folder: string
  /** without a slash at its end; empty = the root */
  readonly publicPath: string
}

type Encoding = 'br' | 'gzip'
type Asset = { readonly type: string; readonly bytes: Buffer; readonly etag: string; readonly packed: Map<Encoding, Promise<Buffer>> }

const types: Readonly<Record<string, string>> = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.svg': 'image/svg+xml',
}

/** Packed once for the life of the process. Quality 9 takes some 30 ms for the largest file; 11 would take a second for 3 % less. */
const packings: Readonly<Record<Encoding, (bytes: Buffer) => Promise<Buffer>>> = {
  br: (bytes) => promisify(brotliCompress)(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } }),
  gzip: (bytes) => promisify(gzip)(bytes, { level: 9 }),
}

const policy = (nonce: string) =>
  [
    `default-src 'none'`, `script-src 'self'`, `style-src 'self' 'nonce-${nonce}'`, `img-src 'self' data:`, `connect-src 'self'`,
    `base-uri 'self'`, `form-action 'none'`, `frame-ancestors 'none'`,
  ].join('; ')

const readAssets = (folder: string): ReadonlyMap<string, Asset> => {
  const files = readdirSync(folder, { withFileTypes: true, recursive: true }).filter((entry) => entry.isFile())
  return new Map(
    files.map((entry) => {
      const path = join(entry.parentPath, entry.name)
      const bytes = readFileSync(path)
      const etag = `"${createHash('sha256').update(bytes).digest('base64url').slice(0, 22)}"`
      return [relative(folder, path).split(sep).join('/'), { type: types[extname(path)] ?? 'application/octet-stream', bytes, etag, packed: new Map() }]
    }),
  )
}

const sendAsset = async (request: IncomingMessage, response: ServerResponse, { type, bytes, etag, packed }: Asset): Promise<void> => {
  const accepted = request.headers['accept-encoding']?.toString() ?? ''
  const encoding = (['br', 'gzip'] as const).find((each) => new RegExp(`\\b${each}\\b(?!;q=0(?:[,.]|$))`).test(accepted))
  response.setHeader('cache-control', 'public, max-age=31536000, immutable')
  response.setHeader('vary', 'accept-encoding')
  response.setHeader('etag', etag)
  if (request.headers['if-none-match'] === etag) return void response.writeHead(304).end()
  if (encoding && !packed.has(encoding)) packed.set(encoding, packings[encoding](bytes))
  const body = encoding ? await packed.get(encoding)! : bytes
  response.writeHead(200, { 'content-type': type, 'content-length': body.length, ...(encoding ? { 'content-encoding': encoding } : {}) })
  response.end(request.method === 'HEAD' ? undefined : body)
}

/** The page itself knows by a relative base where its root is, whatever prefix a proxy has taken from the path. */
const sendPage = (request: IncomingMessage, response: ServerResponse, html: string, below: string): void => {
  const nonce = randomBytes(18).toString('base64')
  const body = html
    .replace('<base href="./" />', `<base href="${'../'.repeat(below.split('/').length - 1) || './'}" />`)
    .replace('<meta name="csp-nonce" content="" />', `<meta name="csp-nonce" content="${nonce}" />`)
  response.setHeader('content-security-policy', policy(nonce))
  response.writeHead(200, { 'content-type': types['.html'] })
  response.end(request.method === 'HEAD' ? undefined : body)
}

/**
 * Answers `/admin` and everything below it, and leads there from the root.
 * @returns nothing where the page has not been built
 */
export const createAdminPage = ({ folder, publicPath }: AdminPageOptions): Route | undefined => {
  let assets: ReadonlyMap<string, Asset>
  try {
    assets = readAssets(folder)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
  const html = assets.get('index.html')?.bytes.toString()
  if (html === undefined) return undefined
  const root = `${publicPath}/admin/`

  return async (request, response, path) => {
    if (path !== `${publicPath}/` && path !== `${publicPath}/admin` && !path.startsWith(root)) return false
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.writeHead(405, { allow: 'GET, HEAD' }).end()
      return true
    }
    if (!path.startsWith(root)) {
      // Relative, so that it holds behind a proxy that has taken a prefix away.
      response.writeHead(302, { location: 'admin/' }).end()
      return true
    }
    const below = path.slice(root.length)
    const asset = below.startsWith('assets/') ? assets.get(below) : undefined
    if (asset) await sendAsset(request, response, asset)
    else if (below.startsWith('assets/')) response.writeHead(404).end()
    else sendPage(request, response, html, below)
    return true
  }
}
