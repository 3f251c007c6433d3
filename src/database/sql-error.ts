/** Errors that our SQL raises, as the one error class of Rowhook. */
import { RowhookError } from '../core/errors.ts'

type SqlError = { readonly code?: string; readonly message?: string; readonly detail?: string; readonly hint?: string }

/** Schema, table or function is missing, or an older version of it is there. */
const missing = ['3F000', '42P01', '42883']
/** Only what is ours says that the database is not migrated; somebody's table may simply not exist. */
const ours = /\b(webhooks(_private)?|graphile_worker)\b/

/**
 * An error with one of our codes keeps its words; a missing schema becomes WHMIS, a missing right WHRGT, a time that is none WHTIM.
 * Whatever else there is comes back as it was: a bug, or trouble that its code tells better.
 */
export const asRowhookError = (cause: unknown): unknown => {
  const { code = '', message = '', detail, hint } = (cause ?? {}) as SqlError
  if (/^WH[A-Z]{3}$/.test(code)) return cause instanceof RowhookError ? cause : new RowhookError({ code, message, detail, hint, cause })
  if (missing.includes(code) && ours.test(message)) {
    return new RowhookError({
      code: 'WHMIS',
      message: 'The database has no schema webhooks yet, or an older one.',
      detail: `PostgreSQL says: ${message}.`,
      hint: 'Run rowhook migrate up as the owner of the database.',
      cause,
    })
  }
  if (code === '42501') {
    return new RowhookError({
      code: 'WHRGT',
      message: 'The database user may not do this.',
      detail: `PostgreSQL says: ${message}.`,
      hint: 'Grant it rowhook_emitter (emit alone), rowhook_dba (administration) or rowhook_owner (worker).',
      cause,
    })
  }
  if (code === '22007' || code === '22008') {
    return new RowhookError({
      code: 'WHTIM',
      message: 'The time cannot be read.',
      detail: `PostgreSQL says: ${message}.`,
      hint: message.includes('interval') ? 'Write it like 24 hours, 90 minutes or 0.' : 'Write it like 2026-08-01T10:00:00Z, or 2026-08-01 10:00 in the time zone of the database session.',
      cause,
    })
  }
  return cause
}
