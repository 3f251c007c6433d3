/** Endpoints: the list, one of them, and the form that makes and changes them. */
import { useState } from 'react'
import { Redirect, Route, Switch } from 'wouter'
import { useMay } from '../../session/me.ts'
import { EndpointDetail } from './detail.tsx'
import { EditEndpointPage, NewEndpointPage } from './form/form-page.tsx'
import { EndpointsList } from './list-page.tsx'

/** A secret that was made just now. The server says it once, so it is kept while somebody looks at its endpoint, and no longer. */
type FreshSecret = { readonly id: string; readonly secret: string }

export const EndpointsPage = () => {
  const may = useMay()
  const [fresh, setFresh] = useState<FreshSecret | undefined>()
  return (
    <Switch>
      <Route path="/"><EndpointsList /></Route>
      {/* Who may not is led to what may be seen: the link came from somebody who may. */}
      <Route path="/new">{may('createEndpoint') ? <NewEndpointPage onMade={(id, secret) => setFresh({ id, secret })} /> : <Redirect to="" replace />}</Route>
      <Route path="/:id/edit">{({ id }) => (may('updateEndpoint') ? <EditEndpointPage key={id} id={id} /> : <Redirect to={`/${id}`} replace />)}</Route>
      <Route path="/:id">
        {({ id }) => <EndpointDetail key={id} id={id} freshSecret={fresh?.id === id ? fresh.secret : undefined} onFresh={(secret) => setFresh(secret === undefined ? undefined : { id, secret })} />}
      </Route>
    </Switch>
  )
}
