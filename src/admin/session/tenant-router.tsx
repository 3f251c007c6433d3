/** The tenant that an operator looks at stands in the address, so that a link and a reload show the same: `/admin/@acme/deliveries`. */
import { type ReactNode, useCallback } from 'react'
import { type AroundNavHandler, Redirect, Router, useLocation } from 'wouter'
import { basePath, rootPath } from '../api/place.ts'
import { useTexts } from '../i18n/texts.tsx'
import { mayLeave } from '../shell/unsaved.ts'

/** As it stands in the address, `/@acme`, and as it is called. */
const segmentOf = (tenant: string | undefined): string => (tenant === undefined ? '' : `/@${encodeURIComponent(tenant)}`)

const tenantIn = (root: string): string | undefined => {
  try {
    return root === basePath ? undefined : decodeURIComponent(root.slice(basePath.length + 2))
  } catch {
    return undefined
  }
}

export const useAddressedTenant = () => {
  const [, go] = useLocation()
  const tenant = tenantIn(rootPath())
  // What is open, and an endpoint that is looked for, belong to the tenant before; the page and its other filters stay.
  const chooseTenant = useCallback((next: string | undefined) => {
    const page = /^\/[^/]+/.exec(location.pathname.slice(rootPath().length))?.[0] ?? ''
    const filters = new URLSearchParams(location.search)
    filters.delete('endpoint')
    go(`~${basePath}${segmentOf(next)}${page}${filters.size > 0 ? `?${filters}` : ''}`)
  }, [go])
  return { tenant, chooseTenant }
}

/** @param isOfAll everybody else has one tenant, and a link of an operator's leads them to the same page of theirs */
export const TenantRouter = ({ isOfAll, children }: { readonly isOfAll: boolean; readonly children: ReactNode }) => {
  useLocation()
  const { common } = useTexts()
  const aroundNav = useCallback<AroundNavHandler>((go, path, options) => { if (mayLeave(path, common.unsaved)) go(path, options) }, [common])
  const root = rootPath()
  if (!isOfAll && root !== basePath) return <Redirect to={`~${basePath}${location.pathname.slice(root.length)}${location.search}`} replace />
  // Its base is appended to that of the page.
  return <Router base={root.slice(basePath.length)} aroundNav={aroundNav}>{children}</Router>
}
