/** An id that leads nowhere. */
import { RowhookError } from '../core/errors.ts'

export const notFound = (what: string, id: string, hint: string) =>
  new RowhookError({ code: 'WHNOF', message: `There is no ${what} ${id}.`, detail: 'None that this database user may see has this id.', hint })
