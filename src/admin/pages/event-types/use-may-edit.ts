/** The catalogue is one for all tenants: an operator of all of them edits it. */
import { useMay, useMe } from '../../session/me.ts'

export const useMayEdit = (): boolean => {
  const may = useMay()
  return useMe().tenantId === null && may('createEventType')
}
