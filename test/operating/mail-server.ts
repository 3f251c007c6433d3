/** A real SMTP server on loopback that keeps the mails that it gets. */
import { SMTPServer } from 'smtp-server'

export type MailServer = {
  /** for SMTP_URL, with sender and recipient */
  readonly url: string
  /** as they came, headers and all */
  readonly mails: readonly string[]
  /** from now on refuses everything, or takes it again */
  readonly refuse: (isRefusing: boolean) => void
  readonly close: () => Promise<void>
}

/** Quoted-printable lines are put together, so that a test can look for a sentence. */
const readable = (mail: string) => mail.replaceAll(/=\r\n/g, '').replaceAll(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))

export const createMailServer = async (): Promise<MailServer> => {
  const mails: string[] = []
  let isRefusing = false
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS', 'AUTH'],
    onData: (stream, _session, done) => {
      let text = ''
      stream.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
      stream.on('end', () => {
        if (isRefusing) return done(new Error('mailbox unavailable'))
        mails.push(readable(text))
        done()
      })
    },
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.server.address()
  if (address === null || typeof address === 'string') throw new Error('a TCP server has an address and a port')
  return {
    url: `smtp://127.0.0.1:${address.port}?from=rowhook@shop.test&to=oncall@shop.test`,
    mails,
    refuse: (next) => (isRefusing = next),
    close: () => new Promise((resolve) => server.close(resolve)),
  }
}
