/** The schema as clients see it: written down, so that a change of it is seen. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { isObjectType, lexicographicSortSchema, printSchema } from 'graphql'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { packageRoot } from '../../src/config/package.ts'
import { addressPolicy } from '../../src/core/address.ts'
import { createLive } from '../../src/graphql/live.ts'
import { apiPreset } from '../../src/graphql/preset.ts'
import { keyringOf } from '../../src/wiring/keyring.ts'
import { makeSchema } from 'postgraphile' // after the preset, which sets the mode of Grafast
import { createTestDatabase } from '../support/database.ts'

const db = await createTestDatabase({ template: 'core' })
const { schema } = await makeSchema(
  apiPreset({
    pool: db.pool,
    policy: addressPolicy(),
    keyring: keyringOf({}),
    graphqlPath: '/graphql',
    graphiql: false,
    live: createLive({ deliveries: () => Promise.resolve([]), deliveriesOf: () => Promise.resolve([]), events: () => Promise.resolve([]), onError: () => undefined }),
    identify: () => {
      throw new Error('nobody asks here')
    },
    onInternal: () => undefined,
    operations: undefined,
  }),
)

const path = join(packageRoot, 'docs/schema.graphql')
const printed = `# Written by test/graphql/schema.test.ts: UPDATE_SCHEMA=1 node --test test/graphql/schema.test.ts\n\n${printSchema(lexicographicSortSchema(schema))}\n`

const sdl = suite('the schema')

sdl('is the one of docs/schema.graphql', () => {
  if (process.env['UPDATE_SCHEMA'] === '1') writeFileSync(path, printed)
  const written = existsSync(path) ? readFileSync(path, 'utf8') : ''
  assert.ok(written === printed, 'The schema has changed. If that is meant, write it down: UPDATE_SCHEMA=1 node --test test/graphql/schema.test.ts')
})

sdl('explains every type and every field of it', () => {
  const silent = Object.values(schema.getTypeMap())
    .filter((type) => isObjectType(type) && !type.name.startsWith('__'))
    .flatMap((type) => (isObjectType(type) ? Object.values(type.getFields()).filter(({ description }) => !description).map(({ name }) => `${type.name}.${name}`) : []))
  assert.equal(silent, [])
})

sdl('has no name of the machinery', () => {
  const names = Object.values(schema.getTypeMap()).flatMap((type) => [type.name, ...(isObjectType(type) ? Object.keys(type.getFields()) : [])])
  assert.equal(names.filter((name) => /^all[A-Z]|rowId|nodeId|ByEndpointId|keyHash|oneRow|^headers$/.test(name)), [])
})

sdl.after(() => db.drop())
sdl.run()
