/** Turns the bytes of an answer into text that a person can read and Postgres can store. */
import { isUtf8 } from 'node:buffer'

/** What is kept of a body, in bytes of UTF-8. */
export const KEPT_BYTES = 8 * 1024

const escaped = (byte: number) => `\\x${byte.toString(16).padStart(2, '0')}`

// Length of the sequence that a first byte announces; 0 for one that can not be first.
const sequenceLength = (byte: number) => (byte < 0x80 ? 1 : byte < 0xc2 ? 0 : byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : byte < 0xf5 ? 4 : 0)

const readable = (bytes: Buffer, isCut: boolean): { text: string; truncated: boolean } => {
  let text = ''
  let size = 0
  for (let index = 0; index < bytes.length; ) {
    const first = bytes[index] ?? 0
    const length = sequenceLength(first)
    const sequence = bytes.subarray(index, index + length)
    // A character that the cut went through is left out; it was fine where it came from.
    if (isCut && length > 1 && index + length > bytes.length) break
    const valid = first !== 0 && length > 0 && sequence.length === length && isUtf8(sequence)
    const piece = valid ? sequence.toString('utf8') : escaped(first)
    size += valid ? length : piece.length
    if (size > KEPT_BYTES) return { text, truncated: true }
    text += piece
    index += valid ? length : 1
  }
  return { text, truncated: isCut }
}

/**
 * Text of at most 8 KiB. Bytes that are not UTF-8, and NUL, which Postgres can not store, come as `\xNN`.
 * @param chunks as they arrived, at most some 16 KiB in all
 * @param isWhole whether nothing of the body is missing
 */
export const bodyText = (chunks: readonly Buffer[], isWhole: boolean): { text: string; truncated: boolean } => {
  if (chunks.length === 0) return { text: '', truncated: !isWhole }
  const all = chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks)
  const isCut = all.length > KEPT_BYTES || !isWhole
  const bytes = all.length > KEPT_BYTES ? all.subarray(0, KEPT_BYTES) : all
  if (isUtf8(bytes) && !bytes.includes(0)) return { text: bytes.toString('utf8'), truncated: isCut }
  return readable(bytes, isCut)
}
