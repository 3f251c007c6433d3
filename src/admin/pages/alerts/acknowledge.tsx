/** Says that somebody looks after an alert, with a note for the others; then it is not told again. */
import { Button, Group, Modal, Textarea } from '@mantine/core'
import { type FormEvent, useState } from 'react'
import { useMutation } from 'urql'
import { problemOf } from '../../api/problem.ts'
import { useTexts } from '../../i18n/texts.tsx'
import { CheckIcon } from '../../parts/icons.tsx'
import { ProblemPanel } from '../../parts/problem.tsx'
import { AcknowledgeAlert, type AlertRow } from './alerts.graphql'
import css from './detail.module.css'

const LONGEST = 1_000

export const Acknowledge = ({ of, onDone }: { readonly of: AlertRow; readonly onDone: (row: AlertRow) => void }) => {
  const { alerts: { look }, common } = useTexts()
  const [{ error, fetching }, acknowledge] = useMutation(AcknowledgeAlert)
  const [isOpen, setOpen] = useState(false)
  const [note, setNote] = useState('')
  const words = of.acknowledgedAt === null ? look.open : look.again

  const submit = async (event: FormEvent) => {
    event.preventDefault()
    const { data } = await acknowledge({ id: of.id, note })
    if (!data?.acknowledgeAlert?.alert) return
    setOpen(false)
    onDone(data.acknowledgeAlert.alert)
  }
  return (
    <div className={css['look']}>
      <Button size="xs" variant={of.acknowledgedAt === null ? 'filled' : 'default'} leftSection={<CheckIcon size={15} />} onClick={() => { setNote(of.acknowledgement ?? ''); setOpen(true) }}>{words}</Button>
      <Modal opened={isOpen} onClose={() => setOpen(false)} title={words} centered closeButtonProps={{ 'aria-label': common.close }}>
        <form onSubmit={(event) => void submit(event)}>
          <p>{look.text}</p>
          <Textarea label={look.note} description={look.noteHint} value={note} autosize minRows={3} maxLength={LONGEST} data-autofocus onChange={(event) => setNote(event.currentTarget.value)} />
          {error && <ProblemPanel problem={problemOf(error)} />}
          <Group justify="flex-end" mt="lg">
            <Button variant="default" onClick={() => setOpen(false)}>{common.back}</Button>
            <Button type="submit" loading={fetching}>{words}</Button>
          </Group>
        </form>
      </Modal>
    </div>
  )
}
