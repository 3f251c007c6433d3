/** Endpoints: the list, one of them, and the form that makes and changes them. */
import { useState } from 'react'
import { Redirect, Route, Switch } from 'wouter'
import { useMay } from '../../session/me.ts'
import { EndpointDetail } from './detail.tsx'
import { EditEndpointPage, type FreshSecret, NewEndpointPage } from './form/form-page.tsx'
import { EndpointsList } from './list-page.tsx'

export const EndpointsPage = () => {
  const may = useMay()
  // Kept until somebody says that it is stored, or leaves for another page.
  const [fresh, setFresh] = useState<FreshSecret | undefined>()
  return (
    <Switch>
      <Route path="/"><EndpointsList /></Route>
      {/* Who may not is led to what may be seen: the link came from somebody who may. */}
      <Route path="/new">{may('createEndpoint') ? <NewEndpointPage onMade={setFresh} /> : <Redirect to="" replace />}</Route>
      <Route path="/:id/edit">{({ id }) => (may('updateEndpoint') ? <EditEndpointPage key={id} id={id} /> : <Redirect to={`/${id}`} replace />)}</Route>
      <Route path="/:id">
        {({ id }) => <EndpointDetail key={id} id={id} fresh={fresh?.id === id ? fresh : undefined} onFresh={setFresh} />}
      </Route>
    </Switch>
  )
}
