/** Nobody gets past here without a token that the server accepts. */
import { Center, Loader } from '@mantine/core'
import { type ReactNode, useEffect, useMemo, useState } from 'react'
import { Provider, useClient } from 'urql'
import { createApi } from '../api/client.ts'
import { problemOf, type Problem } from '../api/problem.ts'
import { useTexts } from '../i18n/texts.tsx'
import { ProblemPanel } from '../parts/problem.tsx'
import { Shell } from '../shell/shell.tsx'
import { MeContext } from './me.ts'
import { WhoAmI, type WhoAmIResult } from './session.graphql'
import { SignIn } from './sign-in.tsx'
import { TenantRouter, useAddressedTenant } from './tenant-router.tsx'
import { endSession, useSession } from './token.ts'

/** Timers hold no more; whoever has a token for longer is asked when the server refuses it. */
const LONGEST_MS = 2 ** 31 - 1

type Asked = { readonly me?: WhoAmIResult['me']; readonly problem?: Problem }

/** Who one is, asked once; a token that comes to its end is let go. */
const useWhoAmI = (token: string) => {
  const client = useClient()
  const [asked, setAsked] = useState<Asked>({})
  const [round, setRound] = useState(0)
  const expiresAt = asked.me?.expiresAt

  useEffect(() => {
    let isLatest = true
    void client.query(WhoAmI, {}, { requestPolicy: 'network-only' }).toPromise().then(({ data, error }) => {
      if (isLatest) setAsked(data ? { me: data.me } : { problem: error ? problemOf(error) : { code: 'unknown', message: '' } })
    })
    return () => void (isLatest = false)
  }, [client, round])

  useEffect(() => {
    if (!expiresAt) return undefined
    const leftMs = Date.parse(expiresAt) - Date.now()
    // The server has just let it in: where it seems to be over, this machine's clock is ahead, and what the server refuses ends the session.
    if (leftMs <= 0 || leftMs > LONGEST_MS) return undefined
    const timer = setTimeout(() => endSession(token, { code: 'WHEXP', message: '' }), leftMs)
    return () => clearTimeout(timer)
  }, [expiresAt, token])

  return { ...asked, ask: () => { setAsked({}); setRound((before) => before + 1) } }
}

const KnowMe = ({ token, children }: { readonly token: string; readonly children: ReactNode }) => {
  const { common } = useTexts()
  const { me, problem, ask } = useWhoAmI(token)
  const { tenant, chooseTenant } = useAddressedTenant()
  const known = useMemo(() => me && { ...me, tenant: me.tenantId ?? tenant, chooseTenant }, [me, tenant, chooseTenant])
  if (known) return <MeContext value={known}><TenantRouter isOfAll={known.tenantId === null}>{children}</TenantRouter></MeContext>
  return (
    <Center mih="100vh" p="md">
      {problem ? <ProblemPanel problem={problem} onRetry={ask} /> : <Loader aria-label={common.loading} role="status" />}
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
