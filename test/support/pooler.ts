/** As much of a pooler as Rowhook notices: it refuses what a session is to begin with, or drops it, as PgBouncer does. */
import { connect, createServer, type Socket } from 'node:net'
import { once } from 'node:events'

export type Pooler = {
  /** the URL of a database, by way of the pooler */
  readonly urlOf: (databaseUrl: string) => string
  readonly close: () => Promise<void>
}

/** Settings that PgBouncer knows; the others it refuses, or drops with `ignore_startup_parameters`. */
const KNOWN = ['user', 'database', 'application_name', 'client_encoding', 'datestyle', 'timezone', 'standard_conforming_strings']

const readStartup = (packet: Buffer): [string, string][] => {
  const words = packet.subarray(8).toString('utf8').split('\0')
  return words.flatMap((name, at): [string, string][] => (at % 2 === 0 && name !== '' ? [[name, words[at + 1] ?? '']] : []))
}

const startupPacket = (settings: readonly (readonly [string, string])[], protocol: Buffer): Buffer => {
  const body = Buffer.concat([protocol, Buffer.from(`${settings.map(([name, value]) => `${name}\0${value}\0`).join('')}\0`)])
  const length = Buffer.alloc(4)
  length.writeInt32BE(body.length + 4)
  return Buffer.concat([length, body])
}

const refusal = (name: string): Buffer => {
  const body = Buffer.from(`SFATAL\0C08P01\0Munsupported startup parameter: ${name}\0\0`)
  const head = Buffer.from('E\0\0\0\0')
  head.writeInt32BE(body.length + 4, 1)
  return Buffer.concat([head, body])
}

/** Starts one before the server of `databaseUrl`. */
export const createPooler = async (databaseUrl: string, does: 'refuse' | 'drop'): Promise<Pooler> => {
  const target = new URL(databaseUrl)
  const sockets = new Set<Socket>()
  const server = createServer((client) => {
    sockets.add(client.on('error', () => undefined))
    client.once('data', (packet: Buffer) => {
      const settings = readStartup(packet)
      const strange = settings.find(([name]) => !KNOWN.includes(name.toLowerCase()))
      if (does === 'refuse' && strange !== undefined) {
        client.end(refusal(strange[0]))
        return
      }
      const upstream = connect(Number(target.port), target.hostname).on('error', () => client.destroy())
      sockets.add(upstream)
      upstream.write(startupPacket(settings.filter(([name]) => KNOWN.includes(name.toLowerCase())), packet.subarray(4, 8)))
      client.pipe(upstream).pipe(client)
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  return {
    urlOf: (url) => Object.assign(new URL(url), { host: `127.0.0.1:${port}` }).href,
    close: async () => {
      for (const socket of sockets) socket.destroy()
      await new Promise((done) => server.close(done))
    },
  }
}
