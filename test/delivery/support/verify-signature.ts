/** Whether a request bears a Standard Webhooks signature by one of some secrets, computed by hand. */
import { createHmac } from 'node:crypto'
import type { ReceivedRequest } from '../../support/receiver.ts'

export const verifySignature = (secrets: readonly string[], { headers, body }: ReceivedRequest): boolean => {
  const given = String(headers['webhook-signature']).split(' ')
  const signed = `${String(headers['webhook-id'])}.${String(headers['webhook-timestamp'])}.`
  return secrets.some((secret) => {
    const key = Buffer.from(secret.slice('whsec_'.length), 'base64')
    return given.includes(`v1,${createHmac('sha256', key).update(signed).update(body).digest('base64')}`)
  })
}
