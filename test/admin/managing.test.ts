/** The pages on which somebody changes what shall happen, in a real Chromium before a real server, worker and database. */
import { suite } from 'uvu'
import { apiKeys } from './cases/api-keys.ts'
import { endpointForm } from './cases/endpoint-form.ts'
import { endpoints } from './cases/endpoints.ts'
import { settings } from './cases/settings.ts'
import { snippets } from './cases/snippets.ts'
import { readyCases } from './support/ready-cases.ts'

const ready = await readyCases([...apiKeys, ...settings, ...endpoints, ...endpointForm, ...snippets])

const pages = suite('the admin page, to say what shall happen')
pages.after(ready.close)

pages('opens in a browser, or says of each why it did not start', ready.hasBrowserOrReasons)

for (const { name, run } of ready.cases) pages(name, run)

pages.run()
