/** Tells people of alerts: every channel by itself, so that one that fails neither keeps the others from it nor loses anything. */
import type { Notice } from '../database/alerts.ts'
import type { Log } from './registry-deps.ts'

export type Channel = {
  /** as it is remembered: `slack`, `email` */
  readonly name: string
  /** rejects where they were not taken; then they are told again in a minute */
  readonly tell: (notices: readonly Notice[]) => Promise<void>
}

export type AlertingDeps = {
  readonly evaluate: () => Promise<void>
  readonly pending: (channel: string) => Promise<readonly Notice[]>
  readonly noteTold: (channel: string, alertIds: readonly string[]) => Promise<void>
  readonly channels: readonly Channel[]
  readonly log: Log
}

const heading: Readonly<Record<Notice['what'], string>> = { fired: 'ALERT', 'still open': 'STILL OPEN', resolved: 'RESOLVED' }

/** A notice as a line; docs/operating.md explains each kind. */
export const noticeLine = ({ what, kind, summary, firedAt, resolvedAt }: Notice): string =>
  `${heading[what]} ${kind}: ${summary} (since ${firedAt.toISOString()}${resolvedAt === null ? '' : `, over at ${resolvedAt.toISOString()}`})`

/** Looks what is in trouble now, and tells each channel what it has not been told yet. */
export const tellAlerts = async ({ evaluate, pending, noteTold, channels, log }: AlertingDeps): Promise<void> => {
  await evaluate()
  for (const { name, tell } of channels) {
    const notices = await pending(name)
    if (notices.length === 0) continue
    try {
      await tell(notices)
    } catch (error) {
      log.error({ err: error, channel: name, notices: notices.length }, 'alerts could not be told; trying again in a minute')
      continue
    }
    await noteTold(name, notices.map(({ alertId }) => alertId))
  }
}
