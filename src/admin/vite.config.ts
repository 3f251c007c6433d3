/** How the admin page is built: static files with relative addresses, so that it works under any path. */
import { join } from 'node:path'
import { defineConfig } from 'vite'

/** Where `npx vite src/admin` finds the API while somebody works on the page. */
const API = 'http://127.0.0.1:5080'

export default defineConfig(({ command }) => ({
  root: import.meta.dirname,
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
