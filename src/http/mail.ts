/** Sends mail by SMTP. The URL names server, account, sender and recipients. */
import { createTransport } from 'nodemailer'

export type Mail = { readonly subject: string; readonly text: string }

const TIMEOUT_MS = 10_000

/**
 * Sends a mail.
 * @param smtpUrl `smtps://user:password@mail.example.com?from=rowhook@example.com&to=oncall@example.com`; several recipients by commas.
 *   Left out, sender and recipient are the user where that is an address, else `rowhook@<host>`.
 * @throws Error where the server did not take it
 */
export const sendMail = async (smtpUrl: string, { subject, text }: Mail): Promise<void> => {
  const url = new URL(smtpUrl)
  const user = decodeURIComponent(url.username)
  const fallback = user.includes('@') ? user : `rowhook@${url.hostname}`
  const isImplicitTls = url.protocol === 'smtps:'
  const transport = createTransport({
    host: url.hostname,
    port: Number(url.port || (isImplicitTls ? 465 : 587)),
    secure: isImplicitTls,
    ...(user === '' ? {} : { auth: { user, pass: decodeURIComponent(url.password) } }),
    connectionTimeout: TIMEOUT_MS,
    greetingTimeout: TIMEOUT_MS,
    socketTimeout: TIMEOUT_MS,
  })
  try {
    await transport.sendMail({ from: url.searchParams.get('from') ?? fallback, to: url.searchParams.get('to') ?? fallback, subject, text })
  } finally {
    transport.close()
  }
}
