/** Whether an event type is to be asked for. */
import { useTexts } from '../../i18n/texts.tsx'
import { Pill } from '../../parts/status.tsx'
import type { EventTypeRow } from './event-types.graphql'

export const TypeState = ({ of: { enabled, deprecatedAt } }: { readonly of: EventTypeRow }) => {
  const { states } = useTexts().eventTypes
  if (!enabled) return <Pill tone="bad">{states.off}</Pill>
  return deprecatedAt === null ? <Pill tone="good">{states.current}</Pill> : <Pill tone="wait">{states.deprecated}</Pill>
}
