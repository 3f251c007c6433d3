/** The commands of pages that have no test of their own, run one after the other on a database like anybody's. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { runCommand } from '../support/command.ts'
import { createTestDatabase } from '../support/database.ts'
import { fencesOf } from '../support/fences.ts'

/** Each with the words that its last command says. */
const says: Readonly<Record<string, RegExp>> = {
  'docs/clone-guard.md': /^armed as /m,
}

const pages = suite('commands of the documentation')

for (const [page, expected] of Object.entries(says)) {
  pages(`${page} runs`, async () => {
    const db = await createTestDatabase({ template: 'core' })
    const lines = fencesOf(page).flatMap(({ language, text }) => (language === 'sh' ? text.trim().split('\n') : []))
    assert.ok(lines.length > 0)
    let said = ''
    for (const line of lines) {
      const [name, ...args] = line.replace(/\s+#.*$/, '').split(/\s+/)
      assert.is(name, 'rowhook', line)
      const { code, stdout, stderr } = await runCommand(args, { env: { DATABASE_URL: db.url } })
      assert.is(code, 0, `${line}\n${stderr}`)
      said = stdout
    }
    await db.drop()
    assert.match(said, expected)
  })
}

pages.run()
