/**
 * Builds the admin page (src/admin) into dist/admin: node ops/admin-page.mjs [--if-changed].
 * Its sources' hash is kept beside node_modules, so that npm start builds it once and again only when they have changed.
 * Plain JavaScript, and no package before it builds: ops/ensure.mjs asks it under whatever Node the machine has.
 */
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const sources = join(root, 'src/admin')
const target = join(root, 'dist/admin')
const note = join(root, 'node_modules/.rowhook-admin-page')

const hashOfSources = () => {
  const hash = createHash('sha256')
  const files = readdirSync(sources, { withFileTypes: true, recursive: true }).filter((entry) => entry.isFile())
  for (const path of files.map((entry) => join(entry.parentPath ?? entry.path, entry.name)).sort()) hash.update(path.slice(root.length)).update(readFileSync(path))
  return hash.update(readFileSync(join(root, 'package-lock.json'))).digest('hex')
}

/** Whether dist/admin is what the sources say. */
export const isAdminPageBuilt = () => existsSync(join(target, 'index.html')) && existsSync(note) && readFileSync(note, 'utf8') === hashOfSources()

/** Builds it aside and then puts it in its place, so that two builds at once, or a build beside a server, do no harm. */
const build = async () => {
  const hash = hashOfSources()
  const aside = join(root, `dist/.admin-${process.pid}`)
  const { build: viteBuild } = await import('vite')
  try {
    await viteBuild({ configFile: join(sources, 'vite.config.ts'), logLevel: 'error', build: { outDir: aside } })
    mkdirSync(dirname(target), { recursive: true })
    rmSync(target, { recursive: true, force: true })
    renameSync(aside, target)
    writeFileSync(note, hash)
  } finally {
    rmSync(aside, { recursive: true, force: true })
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url) && !(process.argv.includes('--if-changed') && isAdminPageBuilt())) await build()
