/** What is done for one tenant needs to know for which: the operator who looks at all of them chooses first. */
import type { ReactNode } from 'react'
import { useTexts } from '../i18n/texts.tsx'
import { useMe } from '../session/me.ts'
import { Empty } from './empty.tsx'
import { BuildingIcon } from './icons.tsx'

/** @param children given what a question or mutation says about the tenant: the operator names it, everybody else has one only */
export const TenantNeeded = ({ children }: { readonly children: (tenant: { readonly tenantId?: string }) => ReactNode }) => {
  const { common } = useTexts()
  const { role, tenant } = useMe()
  if (role !== 'operator') return children({})
  return tenant === undefined ? <Empty icon={BuildingIcon} title={common.tenantNeeded} text={common.tenantNeededText} /> : children({ tenantId: tenant })
}
