/** Whether a key still opens anything. */
import { useTexts } from '../../i18n/texts.tsx'
import { Pill } from '../../parts/status.tsx'
import { useNowMs } from '../../parts/time.tsx'
import type { ApiKeyRow } from './api-keys.graphql'

/** Ends within this: whoever uses it should know. */
const SOON_MS = 14 * 86_400_000

export const KeyState = ({ of: { expiresAt, revokedAt } }: { readonly of: ApiKeyRow }) => {
  const { states } = useTexts().apiKeys
  const now = useNowMs()
  if (revokedAt !== null) return <Pill tone="calm">{states.revoked}</Pill>
  const leftMs = expiresAt === null ? Infinity : Date.parse(expiresAt) - now
  if (leftMs <= 0) return <Pill tone="bad">{states.expired}</Pill>
  return leftMs < SOON_MS ? <Pill tone="wait">{states.endsSoon}</Pill> : <Pill tone="good">{states.valid}</Pill>
}
