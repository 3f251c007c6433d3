/** A moment as `datetime-local` fields have it, in the reader's zone. */
export const localTime = (atMs: number): string => new Date(atMs - new Date(atMs).getTimezoneOffset() * 60_000).toISOString().slice(0, 16)
