/** What the admin page asks for is in the schema, and its types say what comes back. */
import { buildSchema } from 'graphql'
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { packageRoot } from '../../src/config/package.ts'
import { filesBelow } from '../support/source.ts'
import { typeDocuments } from './support/typed-documents.ts'

const schema = buildSchema(readFileSync(join(packageRoot, 'docs/schema.graphql'), 'utf8'))
const documents = filesBelow('src/admin', '.graphql')
const { files, faults } = typeDocuments(schema, documents)

const documented = suite('the documents of the admin page')

documented('are valid against docs/schema.graphql', () => {
  assert.ok(documents.length > 0)
  assert.equal(faults, [])
})

documented('have the types that the schema gives them', () => {
  const written = filesBelow('src/admin', '.d.graphql.ts').map(({ path }) => path)
  const gone = written.filter((path) => !files.some((file) => file.path === path))
  assert.equal(faults, [])
  // oxlint-disable-next-line node/no-process-env -- the switch that writes them
  if (process.env['UPDATE_DOCUMENTS']) {
    for (const { path, text } of files) writeFileSync(join(packageRoot, path), text)
    for (const path of gone) rmSync(join(packageRoot, path))
    return
  }
  assert.equal(gone, [], 'their document is gone')
  for (const { path, text } of files) {
    assert.ok(existsSync(join(packageRoot, path)), `${path} is missing: UPDATE_DOCUMENTS=1 node --test test/admin/documents.test.ts`)
    assert.is(readFileSync(join(packageRoot, path), 'utf8'), text, `${path} is older than its document or the schema: UPDATE_DOCUMENTS=1 node --test test/admin/documents.test.ts`)
  }
})

documented('are refused where the schema lacks what they ask for', () => {
  const { faults: found } = typeDocuments(schema, [{ path: 'src/admin/x.graphql', text: 'query X { deliveries { nodes { colour } } }' }])
  assert.match(found.join(), 'colour')
})

documented.run()
