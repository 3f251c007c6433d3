/** How the admin page is built: static files with relative addresses, so that it works under any path. */
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createRequest, stringifyDocument } from 'urql'
import { defineConfig, type Plugin } from 'vite'
import { type DocumentFile, operationsOf } from './documents.ts'

/** Where `npx vite src/admin` finds the API while somebody works on the page. */
const API = 'http://127.0.0.1:5080'

const readDocuments = (): DocumentFile[] =>
  readdirSync(import.meta.dirname, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.graphql'))
    .toSorted()
    .map((path) => join(import.meta.dirname, path))
    .map((path) => ({ path, text: readFileSync(path, 'utf8') }))

/** As the client sends it. */
const sent = (text: string): string => stringifyDocument(createRequest(text, {}).query)

/**
 * A `.graphql` file exports its operations as texts. Beside the page lies `operations.json` with all that it may ask, by SHA-256
 * and to the letter: a server of PERSISTED_OPERATIONS runs these too.
 */
const documents = (): Plugin => ({
  name: 'rowhook-documents',
  enforce: 'pre',
  load(id) {
    if (!id.endsWith('.graphql')) return null
    return (operationsOf(readDocuments()).get(id) ?? []).map(({ name, text }) => `export const ${name} = ${JSON.stringify(text)}`).join('\n')
  },
  generateBundle() {
    const texts = [...operationsOf(readDocuments()).values()].flat().map(({ text }) => sent(text))
    const byHash = Object.fromEntries(texts.map((text) => [createHash('sha256').update(text).digest('hex'), text]))
    this.emitFile({ type: 'asset', fileName: 'operations.json', source: `${JSON.stringify(byHash, undefined, 1)}\n` })
  },
})

export default defineConfig(({ command }) => ({
  root: import.meta.dirname,
  plugins: [documents()],
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
