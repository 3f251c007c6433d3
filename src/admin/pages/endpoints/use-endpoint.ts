/** One endpoint, kept fresh while somebody looks: each change of a delivery of its is told by the server. */
import { useEffect, useRef } from 'react'
import { useClient, useQuery } from 'urql'
import { watch } from '../../api/watch.ts'
import { EndpointDeliveries } from '../deliveries/deliveries.graphql'
import { OneEndpoint, type OneEndpointResult } from './endpoints.graphql'

export type Endpoint = NonNullable<OneEndpointResult['endpoint']>

/** It is read again this often at most. */
const PACE_MS = 700

export const useEndpoint = (id: string) => {
  const client = useClient()
  const [{ data, error, fetching }, ask] = useQuery({ query: OneEndpoint, variables: { id }, requestPolicy: 'cache-and-network' })
  const soon = useRef<ReturnType<typeof setTimeout> | undefined>(undefined)
  const isThere = Boolean(data?.endpoint)

  useEffect(() => {
    if (!isThere) return undefined
    const end = watch(client, EndpointDeliveries, { endpointId: id }, () => {
      soon.current ??= setTimeout(() => {
        soon.current = undefined
        ask({ requestPolicy: 'network-only' })
      }, PACE_MS)
    })
    return () => {
      end()
      clearTimeout(soon.current)
      soon.current = undefined
    }
  }, [ask, client, id, isThere])

  // What an id that is none stands for is nothing, and no mistake of somebody who followed a link.
  return { endpoint: data?.endpoint ?? undefined, error, isLoading: fetching, reload: () => ask({ requestPolicy: 'network-only' }) }
}
