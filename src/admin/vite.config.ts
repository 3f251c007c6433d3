/** How the admin page is built: static files with relative addresses, so that it works under any path. */
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createRequest, formatDocument, stringifyDocument } from 'urql'
import { defineConfig, type Plugin } from 'vite'

/** Where `npx vite src/admin` finds the API while somebody works on the page. */
const API = 'http://127.0.0.1:5080'

/** The documents of a written `.graphql.ts`: nothing else in it is a template. */
const OPERATION = /^export const \w+ = operation<[^`]*\(`([^`]*)`\)/gm

/**
 * Beside the page lies `operations.json` with all that it may ask, by SHA-256 and to the letter as the client sends it:
 * a server of PERSISTED_OPERATIONS runs these too.
 */
const knownOperations = (): Plugin => ({
  name: 'rowhook-known-operations',
  generateBundle() {
    const sources = readdirSync(import.meta.dirname, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.graphql.ts'))
    const documents = sources.toSorted().flatMap((path) => [...readFileSync(join(import.meta.dirname, path), 'utf8').matchAll(OPERATION)].map(([, text]) => text!))
    const sent = documents.map((text) => {
      const { query } = createRequest(text, {})
      return stringifyDocument(formatDocument(query) as typeof query) // its formatted types do not fit exact optional properties
    })
    const byHash = Object.fromEntries(sent.map((text) => [createHash('sha256').update(text).digest('hex'), text]))
    this.emitFile({ type: 'asset', fileName: 'operations.json', source: `${JSON.stringify(byHash, undefined, 1)}\n` })
  },
})

export default defineConfig(({ command }) => ({
  root: import.meta.dirname,
  plugins: [knownOperations()],
  base: command === 'build' ? './' : '/admin/',
  publicDir: false,
  build: {
    outDir: join(import.meta.dirname, '../../dist/admin'),
    emptyOutDir: true,
    target: 'es2023',
    // Its policy allows no data: fonts and no inline scripts.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
  server: { proxy: { '/graphql': { target: API, ws: true } } },
}))
