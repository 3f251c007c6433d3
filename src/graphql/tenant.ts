/** Which tenant a request is about. */
import { RowhookError } from '../core/errors.ts'
import type { Identity } from './identity.ts'

/**
 * The tenant of who asks; of the operator the one that he names.
 * @throws RowhookError WHTNT where he names none, or somebody names another than their own
 */
export const tenantOf = ({ role, tenantId }: Identity, named: unknown): string => {
  const isNamed = typeof named === 'string' && named !== ''
  const tenant = tenantId ?? (role === 'operator' && isNamed ? named : undefined)
  if (tenant === undefined) {
    throw new RowhookError({ code: 'WHTNT', message: 'The operator has to name the tenant.', detail: 'This is asked or done within one tenant.', hint: 'Give the argument tenantId.' })
  }
  if (isNamed && named !== tenant) {
    throw new RowhookError({ code: 'WHTNT', message: `You may not act for tenant ${JSON.stringify(named)}.`, detail: `You belong to ${JSON.stringify(tenant)}.`, hint: 'Leave tenantId out.' })
  }
  return tenant
}
