/** After an outage: everything that failed again, or what an endpoint never got, batch by batch. */
import { Button, Group, Modal, SegmentedControl, TextInput } from '@mantine/core'
import { useEffect, useState } from 'react'
import { useTexts } from '../../i18n/texts.tsx'
import { EndpointChoice, useChosenEndpoint } from '../../parts/endpoint-choice.tsx'
import { HistoryIcon } from '../../parts/icons.tsx'
import { localTime } from '../../parts/local-time.ts'
import { ProblemPanel } from '../../parts/problem.tsx'
import { useMay } from '../../session/me.ts'
import { type Act, type Task, useBulk } from './use-bulk.ts'
import css from './bulk.module.css'

type Props = { readonly endpointId: string | undefined; readonly onDone: () => void }

const DAY_MS = 86_400_000

const Form = ({ endpointId, onDone }: Props) => {
  const { bulk } = useTexts().deliveries
  const { common } = useTexts()
  const may = useMay()
  const acts = (['recover', 'replay'] as const).filter(may)
  const [act, setAct] = useState<Act>(acts[0] ?? 'recover')
  const [chosen, setChosen] = useState(endpointId ?? null)
  const [since, setSince] = useState(localTime(Date.now() - DAY_MS))
  const [until, setUntil] = useState('')
  const [types, setTypes] = useState('')
  const endpoint = useChosenEndpoint(chosen)
  const task: Task | undefined = endpoint && since !== '' ? {
    act, endpoint, since: new Date(since).toISOString(), until: until === '' ? undefined : new Date(until).toISOString(), types: types.split(/[\s,]+/).filter(Boolean),
  } : undefined
  const { preview, progress, problem, run, stop, ask } = useBulk(task)
  useEffect(() => { if (progress?.isOver) onDone() }, [progress?.isOver])
  const isRunning = progress !== undefined && !progress.isOver

  return (
    <>
      <SegmentedControl fullWidth value={act} onChange={(value) => setAct(value)} data={acts.map((value) => ({ value, label: bulk[value] }))} disabled={isRunning} aria-label={bulk.title} />
      <p className={css['what']}>{act === 'recover' ? bulk.recoverText : bulk.replayText}</p>
      <div className={css['fields']}>
        <EndpointChoice isLabelled label={bulk.endpoint} value={chosen} onChange={setChosen} disabled={isRunning} error={chosen === null && bulk.endpointNeeded} />
        <div className={css['window']}>
          <TextInput type="datetime-local" label={bulk.since} value={since} onChange={(event) => setSince(event.currentTarget.value)} disabled={isRunning} />
          <TextInput type="datetime-local" label={bulk.until} description={bulk.untilHint} inputWrapperOrder={['label', 'input', 'description']} value={until} onChange={(event) => setUntil(event.currentTarget.value)} disabled={isRunning} />
        </div>
        {act === 'replay' && <TextInput label={bulk.types} description={bulk.typesHint} value={types} onChange={(event) => setTypes(event.currentTarget.value)} disabled={isRunning} />}
      </div>
      {problem && <ProblemPanel problem={problem} onRetry={ask} />}
      <p className={css['said']} role="status">
        {progress ? (progress.isOver ? (progress.isStopped ? bulk.stopped(progress.done) : bulk.done(progress.done)) : bulk.running(progress.done)) : preview ? bulk.preview(preview.deliveries, preview.more) : task && !problem ? bulk.counting : ''}
      </p>
      {progress && <progress className={css['bar']} aria-label={bulk.title} value={progress.isOver ? 1 : progress.done} max={progress.isOver ? 1 : Math.max(preview?.deliveries ?? 1, progress.done, 1)} />}
      <Group justify="flex-end" mt="md">
        {isRunning && <Button variant="default" onClick={stop}>{bulk.stop}</Button>}
        {!progress?.isOver && <Button loading={isRunning} disabled={!task || !preview || preview.deliveries === 0} onClick={run}>{bulk.run(preview?.deliveries)}</Button>}
        {progress?.isOver && <Button variant="default" onClick={ask}>{common.again}</Button>}
      </Group>
    </>
  )
}

/** A button that opens it, for those who may. */
export const Bulk = (props: Props) => {
  const { deliveries: { bulk }, common } = useTexts()
  const may = useMay()
  const [isOpen, setOpen] = useState(false)
  if (!may('recover') && !may('replay')) return null
  return (
    <>
      <Button size="xs" variant="default" leftSection={<HistoryIcon size={16} />} onClick={() => setOpen(true)}>{bulk.open}</Button>
      <Modal opened={isOpen} onClose={() => setOpen(false)} title={bulk.title} centered size="lg" closeButtonProps={{ 'aria-label': common.close }}>
        <Form {...props} />
      </Modal>
    </>
  )
}
