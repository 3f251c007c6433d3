/** No command in the documentation is there without a test that runs it. */
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { packageRoot } from '../../src/config/package.ts'
import { fencesOf, runnable } from '../support/fences.ts'
import { filesBelow } from '../support/source.ts'

const pages = ['README.md', ...filesBelow('docs', '.md').map(({ path }) => path)]
const sources = filesBelow('test', '.test.ts')

const blocks = suite('blocks of the documentation')

for (const page of pages) {
  blocks(`${page} says of each whether it is to be run`, () => {
    const languages = [...runnable, 'text', 'json']
    const odd = fencesOf(page).filter(({ language }) => !languages.includes(language))
    assert.equal(odd.map(({ line, language }) => `line ${line}: ${language || 'no language'}`), [])
  })

  blocks(`${page} has a test that runs what is to be run`, () => {
    if (!fencesOf(page).some(({ language }) => runnable.includes(language))) return
    const name = page.split('/').at(-1)!
    assert.ok(sources.some(({ text }) => text.includes(name)), `no test reads ${page}: write one that runs its blocks, or add it to test/docs/pages.test.ts`)
  })
}

blocks('leads only to files that are there', () => {
  const broken = pages.flatMap((page) => {
    const text = readFileSync(join(packageRoot, page), 'utf8')
    const targets = [...text.matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map((match) => join(dirname(page), match[1]!))
    return targets.filter((target) => !existsSync(join(packageRoot, target))).map((target) => `${page}: ${target}`)
  })
  assert.equal(broken, [])
})

blocks.run()
