/** Posts a text to a Slack-compatible incoming webhook. Its URL is the operator's own choice, and a secret. */

const TIMEOUT_MS = 10_000

/** @throws Error where it was not taken; the message names no URL */
export const postToSlack = async (url: string, text: string): Promise<void> => {
  const answer = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ text }),
    redirect: 'error',
    signal: AbortSignal.timeout(TIMEOUT_MS),
  })
  await answer.body?.cancel()
  if (!answer.ok) throw new Error(`The chat answered ${answer.status}.`)
}
