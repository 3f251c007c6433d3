/** A door before the database, behind which it can vanish: what came through hears nothing any more, as from a host that lost its power. */
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'

export type Door = {
  /** the database, through the door */
  readonly url: string
  /**
   * Nothing that came through before gets an answer any more, and is not told so; what comes later does.
   * @param application only connections of this `application_name`; all by default
   */
  readonly vanish: (application?: string) => void
  /** connections that vanished, and are still waited for */
  readonly vanished: () => number
  readonly close: () => void
}

export const createDoor = async (databaseUrl: string): Promise<Door> => {
  const { hostname, port } = new URL(databaseUrl)
  /** with what a connection said first, where its name stands */
  const open = new Map<readonly [near: Socket, far: Socket], string>()
  const silent = new Set<Socket>()
  const server = createServer((near) => {
    const far = connect(Number(port), hostname)
    const both = [near, far] as const
    open.set(both, '')
    near.once('data', (first: Buffer) => void open.set(both, first.toString('latin1')))
    for (const [one, other] of [[near, far], [far, near]] as const) {
      one.on('error', () => undefined)
      one.on('close', () => {
        open.delete(both)
        other.destroy()
      })
      one.pipe(other)
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = new URL(databaseUrl)
  url.host = `127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    url: url.href,
    vanish: (application = '') => {
      for (const [both, first] of open) {
        if (!first.includes(application)) continue
        const [near, far] = both
        for (const socket of both) socket.unpipe()
        near.resume() // to hear when it is given up
        far.pause()
        silent.add(near.once('close', () => silent.delete(near)))
      }
    },
    vanished: () => silent.size,
    close: () => server.close(),
  }
}
