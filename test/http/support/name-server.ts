/** A scripted name server on UDP at 127.0.0.1. */
import { createSocket } from 'node:dgram'
import { isIPv4 } from 'node:net'

/** What it says to one question: addresses, `silence`, or a response code such as 2 (SERVFAIL) or 3 (NXDOMAIN). */
export type Script = (name: string, type: 'A' | 'AAAA') => readonly string[] | 'silence' | number

export type NameServer = { readonly address: string; readonly questions: string[]; close(): Promise<void> }

const ipv6Bytes = (text: string): number[] => {
  const [left = '', right = ''] = text.split('::')
  const groups = (part: string) => part.split(':').filter(Boolean).map((group) => Number.parseInt(group, 16))
  const [head, tail] = [groups(left), groups(right)]
  return [...head, ...Array<number>(8 - head.length - tail.length).fill(0), ...tail].flatMap((group) => [group >> 8, group & 0xff])
}

/** @param ttlSeconds of every answer */
export const nameServer = async (script: Script, ttlSeconds = 300): Promise<NameServer> => {
  const socket = createSocket('udp4')
  const questions: string[] = []
  socket.on('message', (message, from) => {
    const labels: string[] = []
    let at = 12
    for (let length = message[at] ?? 0; length > 0; length = message[at] ?? 0) {
      labels.push(message.subarray(at + 1, at + 1 + length).toString('latin1'))
      at += length + 1
    }
    const type = message.readUInt16BE(at + 1) === 28 ? 'AAAA' : 'A'
    questions.push(`${labels.join('.')} ${type}`)
    const said = script(labels.join('.'), type)
    if (said === 'silence') return
    const addresses = typeof said === 'number' ? [] : said
    const head = Buffer.alloc(12)
    message.copy(head, 0, 0, 2)
    head.writeUInt16BE(0x8180 | (typeof said === 'number' ? said : 0), 2)
    head.writeUInt16BE(1, 4)
    head.writeUInt16BE(addresses.length, 6)
    const records = addresses.map((address) => {
      const data = Buffer.from(isIPv4(address) ? address.split('.').map(Number) : ipv6Bytes(address))
      const record = Buffer.alloc(12)
      record.writeUInt16BE(0xc00c, 0)
      record.writeUInt16BE(isIPv4(address) ? 1 : 28, 2)
      record.writeUInt16BE(1, 4)
      record.writeUInt32BE(ttlSeconds, 6)
      record.writeUInt16BE(data.length, 10)
      return Buffer.concat([record, data])
    })
    socket.send(Buffer.concat([head, message.subarray(12, at + 5), ...records]), from.port, from.address)
  })
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve))
  return { address: `127.0.0.1:${socket.address().port}`, questions, close: () => new Promise((resolve) => socket.close(() => resolve())) }
}
