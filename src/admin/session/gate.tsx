/** Nobody gets past here without a token that the server accepts. */
import { Center, Loader } from '@mantine/core'
import { type ReactNode, useEffect, useMemo, useState } from 'react'
import { Provider, useQuery } from 'urql'
import { createApi } from '../api/client.ts'
import { problemOf } from '../api/problem.ts'
import { useTexts } from '../i18n/texts.tsx'
import { ProblemPanel } from '../parts/problem.tsx'
import { Shell } from '../shell/shell.tsx'
import { type Me, MeContext } from './me.ts'
import { WhoAmI } from './session.graphql'
import { SignIn } from './sign-in.tsx'
import { endSession, useSession } from './token.ts'

/** Timers hold no more; whoever has a token for longer is asked when the server refuses it. */
const LONGEST_MS = 2 ** 31 - 1

const KnowMe = ({ token, children }: { readonly token: string; readonly children: ReactNode }) => {
  const { common } = useTexts()
  const [{ data, error }, ask] = useQuery({ query: WhoAmI })
  const [tenant, chooseTenant] = useState<string | undefined>()
  const me = data?.me

  useEffect(() => {
    if (!me?.expiresAt) return undefined
    const leftMs = Date.parse(me.expiresAt) - Date.now()
    if (leftMs > LONGEST_MS) return undefined
    const timer = setTimeout(() => endSession(token, { code: 'WHEXP', message: '' }), Math.max(leftMs, 0))
    return () => clearTimeout(timer)
  }, [me?.expiresAt, token])

  const known = useMemo<Me | undefined>(() => me && { ...me, tenant: me.tenantId ?? tenant, chooseTenant }, [me, tenant])
  if (known) return <MeContext value={known}>{children}</MeContext>
  return (
    <Center mih="100vh" p="md">
      {error ? <ProblemPanel problem={problemOf(error)} onRetry={() => ask({ requestPolicy: 'network-only' })} /> : <Loader aria-label={common.loading} role="status" />}
    </Center>
  )
}

const SignedIn = ({ token }: { readonly token: string }) => {
  const api = useMemo(() => createApi(token, (problem) => endSession(token, problem)), [token])
  useEffect(() => api.close, [api])
  return (
    <Provider value={api.client}>
      <KnowMe token={token}>
        <Shell />
      </KnowMe>
    </Provider>
  )
}

export const Gate = () => {
  const { token, ended } = useSession()
  return token === undefined ? <SignIn ended={ended} /> : <SignedIn key={token} token={token} />
}
