/** Sends the example of an event type to one endpoint, and shows what becomes of it as it happens. */
import { Button, Group, Loader, Modal, Select } from '@mantine/core'
import { useEffect, useState } from 'react'
import { useClient, useMutation, useQuery } from 'urql'
import { Link } from 'wouter'
import { problemOf } from '../../api/problem.ts'
import { watch } from '../../api/watch.ts'
import { useTexts } from '../../i18n/texts.tsx'
import { Code } from '../../parts/code.tsx'
import { toPage } from '../../parts/page-address.ts'
import { ProblemPanel } from '../../parts/problem.tsx'
import { AnswerCode, Status } from '../../parts/status.tsx'
import { useTenantOf } from '../../session/me.ts'
import { type DeliveryRow, EndpointDeliveries } from '../deliveries/deliveries.graphql'
import { TypeChoices, SendTest, TestedDelivery, TypeExample } from './acts.graphql'
import type { Endpoint } from './use-endpoint.ts'
import css from './test-dialog.module.css'

const FIRST = 'test.event'

/** A delivery as it is now. */
const useDelivery = (sent: DeliveryRow | undefined): DeliveryRow | undefined => {
  const client = useClient()
  const [row, setRow] = useState<DeliveryRow | undefined>()
  const [id, endpointId] = [sent?.id, sent?.endpointId]
  useEffect(() => {
    setRow(undefined)
    if (id === undefined || endpointId === undefined) return undefined
    const take = (next: DeliveryRow | null | undefined) => {
      if (next?.id === id) setRow(next)
    }
    return watch(client, EndpointDeliveries, { endpointId }, (changed) => {
      if (changed) take(changed.deliveryUpdated)
      else void client.query(TestedDelivery, { id }, { requestPolicy: 'network-only' }).toPromise().then(({ data }) => take(data?.delivery))
    })
  }, [client, id, endpointId])
  return row ?? sent
}

const Result = ({ row, isPaused }: { readonly row: DeliveryRow; readonly isPaused: boolean }) => {
  const { endpoints: { test }, deliveries } = useTexts()
  const isOver = row.attemptCount > 0
  const words = !isOver ? (isPaused ? test.paused : test.watching) : row.status === 'success' ? test.accepted : row.responseCode === null ? test.nothing : test.refused
  return (
    <div className={css['result']} role="status">
      <Status of={row.status} />
      {isOver && row.responseCode !== null && <AnswerCode code={row.responseCode} />}
      {isOver && row.responseTimeMs !== null && <span className="dimmed">{test.seen(deliveries.milliseconds(row.responseTimeMs))}</span>}
      {!isOver && !isPaused && <Loader size="xs" />}
      <p>{words}</p>
      {row.lastError && <p className={css['error']} lang="en">{row.lastError}</p>}
      <Link href={toPage(`/deliveries/${row.id}`)}>{test.open}</Link>
    </div>
  )
}

export const TestDialog = ({ endpoint, isOpen, onClose }: { readonly endpoint: Endpoint; readonly isOpen: boolean; readonly onClose: () => void }) => {
  const { endpoints: { test }, common } = useTexts()
  const tenantOf = useTenantOf()
  const [type, setType] = useState(FIRST)
  const [sent, setSent] = useState<DeliveryRow | undefined>()
  const [sending, send] = useMutation(SendTest)
  const [{ data: catalogue }] = useQuery({ query: TypeChoices, pause: !isOpen })
  const [{ data: example }] = useQuery({ query: TypeExample, variables: { name: type }, pause: !isOpen })
  const row = useDelivery(sent)
  const types = (catalogue?.eventTypes?.nodes ?? []).filter(({ enabled }) => enabled)

  const doSend = async () => {
    setSent(undefined)
    const { data } = await send({ id: endpoint.id, eventType: type, ...tenantOf(endpoint) })
    if (data?.sendTest?.delivery) setSent(data.sendTest.delivery)
  }
  return (
    <Modal opened={isOpen} onClose={onClose} title={test.title} centered size="lg" closeButtonProps={{ 'aria-label': common.close }}>
      <form onSubmit={(event) => { event.preventDefault(); void doSend() }}>
        <p className={css['text']}>{test.text}</p>
        {/* Types that arrive while somebody writes would take the words away. */}
        <Select
          disabled={!catalogue} mt="md" label={test.type} value={type} onChange={(value) => setType(value ?? FIRST)} data={types.map(({ name }) => name)} searchable allowDeselect={false}
          description={example?.eventType?.description} comboboxProps={{ withinPortal: false }} maxDropdownHeight={260}
        />
        {example?.eventType && (
          <details className={css['example']}>
            <summary>{test.example}</summary>
            <Code text={JSON.stringify(example.eventType.example, null, 2)} isJson label={test.example} />
          </details>
        )}
        {sending.error && <div className={css['problem']}><ProblemPanel problem={problemOf(sending.error)} /></div>}
        {row && <Result row={row} isPaused={endpoint.pausedAt !== null} />}
        <Group justify="flex-end" mt="lg">
          <Button variant="default" onClick={onClose}>{common.close}</Button>
          <Button type="submit" loading={sending.fetching}>{row ? test.again : test.send}</Button>
        </Group>
      </form>
    </Modal>
  )
}
