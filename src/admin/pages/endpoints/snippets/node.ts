/** Node, with what it brings along. */
import type { Snippet } from './receiver.ts'

export const node: Snippet = {
  name: 'Node',
  file: 'receiver.mjs',
  run: 'node receiver.mjs',
  write: ({ path, secretName, profile, type }) => `import { createHmac, timingSafeEqual } from 'node:crypto'
import { createServer } from 'node:http'

const secret = process.env.${secretName}
if (!secret) throw new Error('${secretName} is not set')

${
    profile === 'standard'
      ? `const key = Buffer.from(secret.replace('whsec_', ''), 'base64')

const isSigned = (headers, body) => {
  const id = headers['webhook-id'] ?? ''
  const timestamp = headers['webhook-timestamp'] ?? ''
  // A request that was captured cannot be sent again later.
  if (!(Math.abs(Date.now() / 1000 - Number(timestamp)) <= 300)) return false
  const hmac = createHmac('sha256', key).update(\`\${id}.\${timestamp}.\`).update(body)
  const expected = Buffer.from(\`v1,\${hmac.digest('base64')}\`)
  // While a secret is rotated, two signatures come: one match is enough.
  return (headers['webhook-signature'] ?? '').split(' ').some((text) => {
    const given = Buffer.from(text)
    return given.length === expected.length && timingSafeEqual(given, expected)
  })
}`
      : `const isSigned = (headers, body) => {
  const hmac = createHmac('sha256', secret).update(body)
  const expected = Buffer.from(\`sha256=\${hmac.digest('hex')}\`)
  const given = Buffer.from(headers['x-signature'] ?? '')
  return given.length === expected.length && timingSafeEqual(given, expected)
}`
  }

createServer(async (request, response) => {
  const body = Buffer.concat(await request.toArray()) // the raw bytes, before any JSON parser
  if (request.method !== 'POST' || request.url.split('?')[0] !== '${path}') return response.writeHead(404).end()
  if (!isSigned(request.headers, body)) return response.writeHead(401).end()
  // The same event may come twice:${profile === 'standard' ? ' webhook-id tells.' : ' its id tells.'} Answer first, then work.
  response.writeHead(204).end()
  const event = JSON.parse(body)
  console.log(request.headers['x-event'], event) // such as ${type}
}).listen(process.env.PORT ?? 3000)
`,
}
