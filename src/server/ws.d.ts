/** What of `ws` is used here; the package brings no types. */
declare module 'ws' {
  import type { EventEmitter } from 'node:events'
  import type { IncomingMessage } from 'node:http'
  import type { Duplex } from 'node:stream'

  export class WebSocket extends EventEmitter {
    readonly OPEN: number
    readonly readyState: number
    readonly protocol: string
    close(code: number, reason: string): void
    terminate(): void
    ping(): void
    send(text: string, written: (error?: Error | null) => void): void
  }

  export class WebSocketServer {
    constructor(options: {
      readonly noServer: true
      /** bytes of a message at the most, however many frames it comes in */
      readonly maxPayload: number
      readonly handleProtocols: (protocols: Set<string>) => string | false
    })
    handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer, accepted: (socket: WebSocket) => void): void
  }
}
