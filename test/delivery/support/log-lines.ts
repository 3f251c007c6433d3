/** A log that keeps its lines, for tests to read. */
import type { Log } from '../../../src/delivery/registry-deps.ts'

export type LogLine = { readonly level: 'debug' | 'info' | 'warn' | 'error'; readonly message: string; readonly fields: Record<string, unknown> }

export const createLogLines = (): { readonly log: Log; readonly lines: LogLine[] } => {
  const lines: LogLine[] = []
  const at = (level: LogLine['level']) => (fields: object, message: string) => void lines.push({ level, message, fields: fields as Record<string, unknown> })
  return { lines, log: { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') } }
}
