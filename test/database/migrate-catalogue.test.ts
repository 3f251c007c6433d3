/** The real migrations: down leaves nothing of theirs, and up again leaves what the first up left. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { migrateDown, migrateUp } from '../../src/database/migrate.ts'
import { describeCatalogue } from '../support/catalogue.ts'
import { createTestDatabase } from '../support/database.ts'

const all = Number.MAX_SAFE_INTEGER

const migrations = suite('the migrations')

for (const template of ['core', 'store'] as const) {
  migrations(`of ${template}, undone and applied again, leave the same catalogue`, async () => {
    const db = await createTestDatabase({ template })
    const empty = await createTestDatabase({ template: 'empty' })
    try {
      const before = await describeCatalogue(db.pool)
      const undone = await migrateDown({ databaseUrl: db.url, count: all })
      assert.equal(await describeCatalogue(db.pool), await describeCatalogue(empty.pool), 'down leaves something behind')
      const applied = await migrateUp({ databaseUrl: db.url, coreOnly: template === 'core' })
      assert.equal(applied, undone.toReversed())
      assert.equal(await describeCatalogue(db.pool), before, 'up again differs')
    } finally {
      await Promise.all([db.drop(), empty.drop()])
    }
  })
}

migrations('can be undone one by one, and then all applied again', async () => {
  const db = await createTestDatabase({ template: 'store' })
  try {
    const before = await describeCatalogue(db.pool)
    let undone = 0
    while ((await migrateDown({ databaseUrl: db.url, count: 1 })).length > 0) undone += 1
    assert.is((await migrateUp({ databaseUrl: db.url })).length, undone)
    assert.equal(await describeCatalogue(db.pool), before)
  } finally {
    await db.drop()
  }
})

migrations.run()
