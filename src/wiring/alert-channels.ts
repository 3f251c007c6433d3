/** The channels that the configuration names. */
import { hostname } from 'node:os'
import { noticeLine, type Channel } from '../delivery/alerting.ts'
import { sendMail } from '../http/mail.ts'
import { postToSlack } from '../http/slack.ts'

type Settings = { readonly smtpUrl?: string | undefined; readonly slackWebhookUrl?: string | undefined }

/** One message for all notices of a round: an incident seldom raises one alert alone. */
export const alertChannels = ({ smtpUrl, slackWebhookUrl }: Settings): Channel[] => [
  ...(slackWebhookUrl === undefined ? [] : [{ name: 'slack', tell: (notices) => postToSlack(slackWebhookUrl, notices.map(noticeLine).join('\n')) } satisfies Channel]),
  ...(smtpUrl === undefined
    ? []
    : [{
        name: 'email',
        tell: (notices) =>
          sendMail(smtpUrl, {
            subject: notices.length === 1 ? `[rowhook] ${noticeLine(notices[0]!).slice(0, 150)}` : `[rowhook] ${notices.length} alerts`,
            text: `${notices.map(noticeLine).join('\n\n')}\n\nrowhook doctor says more. Told by the worker on ${hostname()}.\n`,
          }),
      } satisfies Channel]),
]
