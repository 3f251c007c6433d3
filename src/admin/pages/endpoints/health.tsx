/** How an endpoint is: a word and a colour. */
import { useTexts } from '../../i18n/texts.tsx'
import { Pill } from '../../parts/status.tsx'
import type { EndpointState } from './endpoints.graphql'

export type Health = 'ok' | 'new' | 'failing' | 'open' | 'probing' | 'held' | 'refused' | 'paused' | 'disabled' | 'off' | 'deleted'

const states: Readonly<Record<string, Health>> = {
  disabled: 'disabled', paused: 'paused', 'switched off': 'off', 'circuit open': 'open', 'circuit half-open': 'probing', held: 'held', failing: 'failing',
}

export const healthOf = ({ deletedAt, health, figures }: EndpointState): Health => {
  if (deletedAt !== null) return 'deleted'
  const state = states[health?.state ?? '']
  if (state && state !== 'failing') return state
  if (health?.credentialsRefusedAt) return 'refused'
  return state ?? (figures?.lastDeliveryAt ? 'ok' : 'new')
}

const tones: Readonly<Record<Health, string>> = {
  ok: 'good', new: 'news', failing: 'bad', open: 'bad', refused: 'bad', probing: 'wait', held: 'wait', paused: 'calm', disabled: 'calm', off: 'wait', deleted: 'calm',
}

export const toneOf = (endpoint: EndpointState): string => tones[healthOf(endpoint)]

export const HealthPill = ({ of }: { readonly of: EndpointState }) => {
  const { health } = useTexts().endpoints
  return <Pill tone={toneOf(of)}>{health[healthOf(of)]}</Pill>
}

/** How somebody calls it: its name, else its URL. */
export const nameOf = ({ name, url }: { readonly name: string; readonly url: string }): string => name || url
