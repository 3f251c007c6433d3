/** What can be done with a delivery: what the role may, and what makes sense as it is. */
import { Button, Group, Modal } from '@mantine/core'
import { useState } from 'react'
import { useMutation } from 'urql'
import { problemOf } from '../../api/problem.ts'
import { useTexts } from '../../i18n/texts.tsx'
import { CopyButton } from '../../parts/copy.tsx'
import { RetryIcon, StopIcon } from '../../parts/icons.tsx'
import { ProblemPanel } from '../../parts/problem.tsx'
import { useMay, useTenantOf } from '../../session/me.ts'
import { asCurl } from './curl.ts'
import { CancelDelivery, type DeliveryRow, RetryDelivery } from './deliveries.graphql'
import type { Delivery } from './what-next.ts'
import css from './actions.module.css'

type Asked = 'cancel' | 'again'

export const headersOf = (headers: unknown): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries((headers ?? {}) as Record<string, unknown>).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : String(value)]))

export const Actions = ({ delivery, onDone }: { readonly delivery: Delivery; readonly onDone: (row: DeliveryRow, words: string) => void }) => {
  const { deliveries: { detail }, common } = useTexts()
  const may = useMay()
  const tenantOf = useTenantOf()
  const [retried, retry] = useMutation(RetryDelivery)
  const [cancelled, cancel] = useMutation(CancelDelivery)
  const [asked, setAsked] = useState<Asked | undefined>()
  const { id, status, endpoint, body, attempts } = delivery
  const isOpen = status === 'pending' || status === 'retrying'
  const isReceiverThere = endpoint !== null && endpoint.deletedAt === null && endpoint.isActive
  const error = retried.error ?? cancelled.error
  const isBusy = retried.fetching || cancelled.fetching

  const doRetry = async (force: boolean) => {
    const { data } = await retry({ id, force, ...tenantOf(delivery) })
    setAsked(undefined)
    if (data?.retryDelivery?.delivery) onDone(data.retryDelivery.delivery, detail.retried)
  }
  const doCancel = async () => {
    const { data } = await cancel({ id, ...tenantOf(delivery) })
    setAsked(undefined)
    if (data?.cancelDelivery?.delivery) onDone(data.cancelDelivery.delivery, detail.cancelledNow)
  }
  const questions = {
    cancel: { title: detail.cancel, text: detail.cancelText, run: doCancel, color: 'red' },
    again: { title: detail.retryAgain, text: detail.retryAgainText, run: () => doRetry(true), color: 'accent' },
  }
  const question = asked && questions[asked]

  return (
    <>
      <div className={css['actions']}>
        {may('retryDelivery') && isReceiverThere && status !== 'success' && (
          <Button size="xs" leftSection={<RetryIcon size={15} />} loading={retried.fetching} onClick={() => void doRetry(false)}>{detail.retry}</Button>
        )}
        {may('retryDelivery') && isReceiverThere && status === 'success' && (
          <Button size="xs" variant="default" leftSection={<RetryIcon size={15} />} onClick={() => setAsked('again')}>{detail.retryAgain}</Button>
        )}
        {may('cancelDelivery') && isOpen && (
          <Button size="xs" variant="default" leftSection={<StopIcon size={15} />} onClick={() => setAsked('cancel')}>{detail.cancel}</Button>
        )}
        {endpoint && body && <CopyButton isWide label={detail.curl} text={() => asCurl(endpoint.url, headersOf(attempts.nodes.at(-1)?.requestHeaders), body)} />}
      </div>
      {error && <div className={css['problem']}><ProblemPanel problem={problemOf(error)} /></div>}
      <Modal opened={question !== undefined} onClose={() => setAsked(undefined)} title={question?.title} centered closeButtonProps={{ 'aria-label': common.close }}>
        <p className={css['text']}>{question?.text}</p>
        <Group justify="flex-end" mt="lg">
          <Button variant="default" onClick={() => setAsked(undefined)}>{common.back}</Button>
          <Button color={question?.color ?? 'accent'} loading={isBusy} onClick={() => void question?.run()}>{question?.title}</Button>
        </Group>
      </Modal>
    </>
  )
}
