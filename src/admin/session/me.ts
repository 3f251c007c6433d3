/** Who is signed in, what they may, and whose things they look at. */
import { createContext, useContext } from 'react'
import type { WhoAmIResult } from './session.graphql'

export type Me = WhoAmIResult['me'] & {
  /** the tenant that is looked at; nothing: all of them, which only the operator has */
  readonly tenant: string | undefined
  /** the operator's choice; nothing: all */
  readonly chooseTenant: (tenant: string | undefined) => void
}

export const MeContext = createContext<Me | undefined>(undefined)

export const useMe = (): Me => {
  const me = useContext(MeContext)
  if (!me) throw new Error('Nobody is signed in here.')
  return me
}

/** Whether the role may call a mutation: what it may not is not offered. */
export const useMay = (): ((mutation: string) => boolean) => {
  const { permissions } = useMe()
  return (mutation) => permissions.includes(mutation)
}

/** What belongs into a filter so that the operator sees the chosen tenant; everybody else sees their own anyway. */
export const useTenantFilter = (): { readonly tenantId?: { readonly equalTo: string } } => {
  const { role, tenant } = useMe()
  return role === 'operator' && tenant !== undefined ? { tenantId: { equalTo: tenant } } : {}
}

/** What a mutation on a row says: the operator names its tenant, everybody else has one only. */
export const useTenantOf = (): ((row: { readonly tenantId: string }) => { readonly tenantId?: string }) => {
  const { role } = useMe()
  return ({ tenantId }) => (role === 'operator' ? { tenantId } : {})
}
