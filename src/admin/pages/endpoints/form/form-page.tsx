/** Making and changing an endpoint: what surrounds the form, and what saving does. */
import { Center, Loader } from '@mantine/core'
import { useState } from 'react'
import { useMutation } from 'urql'
import { useLocation } from 'wouter'
import { type Problem, problemOf } from '../../../api/problem.ts'
import { useTexts } from '../../../i18n/texts.tsx'
import { Empty } from '../../../parts/empty.tsx'
import { SearchIcon } from '../../../parts/icons.tsx'
import { PageHead } from '../../../parts/page-head.tsx'
import { ProblemPanel } from '../../../parts/problem.tsx'
import { Split } from '../../../parts/split.tsx'
import { TenantNeeded } from '../../../parts/tenant-needed.tsx'
import { useTenantOf } from '../../../session/me.ts'
import { forgetUnsaved } from '../../../shell/unsaved.ts'
import { CreateEndpoint, SetOauthSecret, UpdateEndpoint } from '../form.graphql'
import { nameOf } from '../health.tsx'
import { type Endpoint, useEndpoint } from '../use-endpoint.ts'
import { changesOf, type Draft, draftOf, newEndpointOf } from './draft.ts'
import { EndpointForm } from './form.tsx'

/** A secret that was made just now: the server says it once. */
export type FreshSecret = {
  readonly id: string
  readonly secret: string
  /** what did not work after the endpoint was made */
  readonly problem?: Problem
}

export const NewEndpointPage = ({ onMade }: { readonly onMade: (made: FreshSecret) => void }) => {
  const { endpointForm: texts, endpoints } = useTexts()
  const [, go] = useLocation()
  const [start] = useState(() => draftOf(undefined))
  const [made, create] = useMutation(CreateEndpoint)
  const [, setOauth] = useMutation(SetOauthSecret)

  const save = async (draft: Draft, named: { readonly tenantId?: string }) => {
    const { data } = await create({ endpoint: newEndpointOf(draft), ...(draft.secret ? { secret: draft.secret } : {}), ...named })
    const answer = data?.createEndpoint
    if (!answer?.endpoint || !answer.secret) return
    const { id } = answer.endpoint
    const { error } = draft.isOauth && draft.oauthSecret ? await setOauth({ id, secret: draft.oauthSecret, ...named }) : {}
    // The endpoint is there already, so it is told on its page.
    onMade({ id, secret: answer.secret, ...(error ? { problem: { ...problemOf(error), message: `${texts.oauthFailed} ${problemOf(error).message}` } } : {}) })
    forgetUnsaved()
    go(`/${id}`, { replace: true })
  }
  return (
    <Split>
      <PageHead title={texts.create} lead={endpoints.empty.text} />
      <TenantNeeded>
        {(named) => <EndpointForm start={start} isNew keptHeaders={[]} tenant={named} isBusy={made.fetching} refused={made.error && problemOf(made.error)} onSave={(draft) => void save(draft, named)} onCancel={() => { forgetUnsaved(); go('') }} />}
      </TenantNeeded>
    </Split>
  )
}

const Known = ({ endpoint }: { readonly endpoint: Endpoint }) => {
  const { endpointForm: texts } = useTexts()
  const [, go] = useLocation()
  const [{ fetching }, update] = useMutation(UpdateEndpoint)
  const [, setOauth] = useMutation(SetOauthSecret)
  const [refused, setRefused] = useState<Problem | undefined>()
  // What it was when the form was opened: events that arrive meanwhile change nothing of what somebody writes.
  const [start] = useState(() => draftOf(endpoint))
  const named = useTenantOf()(endpoint)
  const back = () => {
    forgetUnsaved()
    go(`/${endpoint.id}`)
  }

  const save = async (draft: Draft) => {
    const changes = changesOf(start, draft)
    const { error } = Object.keys(changes).length > 0 ? await update({ id: endpoint.id, changes, ...named }) : {}
    if (error) return setRefused(problemOf(error))
    if (draft.isOauth && draft.oauthSecret) {
      const { error: secretError } = await setOauth({ id: endpoint.id, secret: draft.oauthSecret, ...named })
      if (secretError) return setRefused({ ...problemOf(secretError), message: `${texts.oauthFailed} ${problemOf(secretError).message}`, field: undefined })
    }
    return back()
  }
  return (
    <>
      <PageHead title={texts.edit(nameOf(endpoint))} lead={endpoint.url} />
      <EndpointForm start={start} isNew={false} keptHeaders={endpoint.headerNames.flatMap((name) => name ?? [])} tenant={named} isBusy={fetching} refused={refused} onSave={(draft) => void save(draft)} onCancel={back} />
    </>
  )
}

export const EditEndpointPage = ({ id }: { readonly id: string }) => {
  const { common, endpoints } = useTexts()
  const { endpoint, error, isLoading, reload } = useEndpoint(id)
  return (
    <Split>
      {endpoint && <Known endpoint={endpoint} />}
      {!endpoint && error && <ProblemPanel problem={problemOf(error)} onRetry={reload} />}
      {!endpoint && !error && (isLoading ? <Center mih="40vh"><Loader aria-label={common.loading} role="status" /></Center> : <Empty icon={SearchIcon} title={endpoints.missing.title} text={endpoints.missing.text} />)}
    </Split>
  )
}
