/** Why an endpoint is as it is, and what comes next: nothing where all is well. */
import { useTexts } from '../../i18n/texts.tsx'
import { Callout } from '../../parts/callout.tsx'
import { useNowMs, useRelativeSayer } from '../../parts/time.tsx'
import { healthOf, toneOf } from './health.tsx'
import type { Endpoint } from './use-endpoint.ts'

export const Notice = ({ endpoint }: { readonly endpoint: Endpoint }) => {
  const { notice } = useTexts().endpoints
  const say = useRelativeSayer()
  const now = useNowMs()
  const { health, pausedAt, disabledReason, deletedAt } = endpoint
  const state = healthOf(endpoint)
  const isAhead = (at: string | null | undefined): at is string => typeof at === 'string' && Date.parse(at) > now
  const words = {
    failing: () => notice.failing(say(health!.failingSince!)),
    open: () => (isAhead(health?.heldUntil) ? notice.open(say(health.heldUntil)) : notice.openNow),
    probing: () => notice.probing,
    held: () => (isAhead(health?.heldUntil) ? notice.held(say(health.heldUntil)) : notice.probing),
    refused: () => notice.refused(say(health!.credentialsRefusedAt!)),
    paused: () => notice.paused(say(pausedAt!)),
    disabled: () => notice.disabled(disabledReason ?? ''),
    off: () => notice.off,
    deleted: () => notice.deleted(say(deletedAt!)),
    ok: () => (isAhead(health?.rateUsedUntil) && (health.due ?? 0) > 0 ? notice.rate(say(health.rateUsedUntil)) : undefined),
    new: () => undefined,
  }[state]()
  if (words === undefined) return null
  const waiting = state === 'disabled' || state === 'deleted' ? 0 : (health?.backlog ?? 0)
  return (
    <Callout tone={state === 'ok' ? 'wait' : toneOf(endpoint)} role="status">
      {words} {waiting > 0 && notice.waiting(waiting)}
    </Callout>
  )
}
