/** Makes X.509 certificates for tests, so that none lies in the repository to run out one day. */
import { generateKeyPairSync, randomBytes, sign, type KeyObject } from 'node:crypto'
import { isIPv4 } from 'node:net'

// The little of DER (X.690) that a certificate needs: every value is a tag, a length and its content.
const der = (tag: number, ...contents: Uint8Array[]): Buffer => {
  const content = Buffer.concat(contents)
  const { length } = content
  const size = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff]
  return Buffer.concat([Buffer.from([tag, ...size]), content])
}
const sequence = (...items: Buffer[]) => der(0x30, ...items)
const oid = (hex: string) => der(0x06, Buffer.from(hex, 'hex'))
const utcTime = (date: Date) => der(0x17, Buffer.from(`${date.toISOString().replace(/[-:T]/g, '').slice(2, 14)}Z`))
const nameOf = (text: string) => sequence(der(0x31, sequence(oid('550403'), der(0x0c, Buffer.from(text)))))
const extension = (id: string, critical: boolean, value: Buffer) => sequence(oid(id), ...(critical ? [der(0x01, Buffer.from([0xff]))] : []), der(0x04, value))
const ECDSA_SHA256 = sequence(oid('2a8648ce3d040302'))

export type Issued = { readonly cert: string; readonly key: string; readonly name: string; readonly privateKey: KeyObject }

export type CertificateOptions = {
  /** the first is the subject; all are subject alternative names, host names or IPv4 addresses */
  readonly names: readonly string[]
  /** left out: self-signed */
  readonly issuer?: Issued
  readonly isAuthority?: boolean
  readonly validFrom?: Date
  readonly validTo?: Date
}

/** A P-256 certificate and its key as PEM. */
export const issue = ({ names, issuer, isAuthority = false, validFrom, validTo }: CertificateOptions): Issued => {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const [name = ''] = names
  const dayMs = 86_400_000
  const alternatives = names.map((each) => (isIPv4(each) ? der(0x87, Buffer.from(each.split('.').map(Number))) : der(0x82, Buffer.from(each))))
  const extensions = isAuthority ? [extension('551d13', true, sequence(der(0x01, Buffer.from([0xff]))))] : [extension('551d11', false, sequence(...alternatives))]
  const tbs = sequence(
    der(0xa0, der(0x02, Buffer.from([2]))),
    der(0x02, Buffer.from([1]), randomBytes(8)),
    ECDSA_SHA256,
    nameOf(issuer?.name ?? name),
    sequence(utcTime(validFrom ?? new Date(Date.now() - dayMs)), utcTime(validTo ?? new Date(Date.now() + dayMs))),
    nameOf(name),
    publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, sequence(...extensions)),
  )
  const signature = sign('sha256', tbs, issuer?.privateKey ?? privateKey)
  const bytes = sequence(tbs, ECDSA_SHA256, der(0x03, Buffer.from([0]), signature))
  const cert = `-----BEGIN CERTIFICATE-----\n${(bytes.toString('base64').match(/.{1,64}/g) ?? []).join('\n')}\n-----END CERTIFICATE-----\n`
  return { cert, key: privateKey.export({ type: 'pkcs8', format: 'pem' }) as string, name, privateKey }
}
