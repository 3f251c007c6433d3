/** Takes out of an answer what a receiver has echoed of our secrets: the log of attempts is read by people who may not see them. */

/** Shorter values are words that stand in many answers, and masking them would spoil those. */
const LEAST_CHARACTERS = 6

/** The text with each of the secrets masked, as they are and as JSON writes them. Where none is in it, it costs a search for each. */
export const withoutSecrets = (text: string, secrets: readonly string[]): string => {
  let masked = text
  for (const secret of secrets) {
    if (secret.length < LEAST_CHARACTERS) continue
    if (masked.includes(secret)) masked = masked.replaceAll(secret, '***')
    if (/["\\]/.test(secret)) masked = masked.replaceAll(JSON.stringify(secret).slice(1, -1), '***')
  }
  return masked
}
