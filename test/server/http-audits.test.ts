/** GraphQL over HTTP as the specification has it, judged by the audits of graphql-http. */
import { serverAudits } from 'graphql-http'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { mint, startTestApi } from '../support/api.ts'
import { createTestDatabase } from '../support/database.ts'

const db = await createTestDatabase({ template: 'core' })
const api = await startTestApi(db.url)
const authorization = `Bearer ${await mint({ role: 'viewer', tenant_id: 'a' })}`

const audits = suite('GraphQL over HTTP')

for (const audit of serverAudits({
  url: `${api.url}/graphql`,
  fetchFn: (url: string, init: RequestInit = {}) => fetch(url, { ...init, headers: { ...Object.fromEntries(new Headers(init.headers)), authorization } }),
})) {
  audits(`answers as it should: ${audit.name}`, async () => {
    const result = await audit.fn()
    if (/^(MUST|SHOULD)/.test(audit.name)) assert.is(result.status, 'ok', 'reason' in result ? result.reason : '')
    else assert.is.not(result.status, 'error')
  })
}

audits.after(async () => {
  await api.stop()
  await db.drop()
})
audits.run()
