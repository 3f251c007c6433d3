/** An event type made or changed. Its name stays once it has one, since receivers know it. */
import { Button, Group, Modal, Textarea, TextInput } from '@mantine/core'
import { type FormEvent, useState } from 'react'
import { useMutation } from 'urql'
import { problemOf } from '../../api/problem.ts'
import { useTexts } from '../../i18n/texts.tsx'
import { prettyJson } from '../../parts/code.tsx'
import { EditIcon, PlusIcon } from '../../parts/icons.tsx'
import { JsonInput, jsonProblem } from '../../parts/json-input.tsx'
import { ProblemPanel, useSaid } from '../../parts/problem.tsx'
import { ChangeEventType, type EventTypeRow, MakeEventType } from './event-types.graphql'
import css from './edit.module.css'

const NAME = /^[a-z0-9_]+(\.[a-z0-9_]+)+$/

const asText = (value: unknown) => (value === null || value === undefined ? '' : prettyJson(JSON.stringify(value)))

type Props = { readonly row?: EventTypeRow; readonly onDone: (row: EventTypeRow) => void }

const Form = ({ row, onDone }: Props) => {
  const { edit } = useTexts().eventTypes
  const said = useSaid()
  const [made, make] = useMutation(MakeEventType)
  const [changed, change] = useMutation(ChangeEventType)
  const [name, setName] = useState(row?.name ?? '')
  const [description, setDescription] = useState(row?.description ?? '')
  const [example, setExample] = useState(row ? asText(row.example) : '{}')
  const [schema, setSchema] = useState(asText(row?.jsonSchema))
  const error = made.error ?? changed.error
  const problem = error && problemOf(error)
  const of = (field: string) => (problem?.field === field ? said(problem) : undefined)
  const isNameGood = NAME.test(name)
  const isReady = isNameGood && jsonProblem(example) === undefined && (schema.trim() === '' || jsonProblem(schema) === undefined)

  const submit = async (event: FormEvent) => {
    event.preventDefault()
    const given = { description, example: JSON.parse(example) as unknown, jsonSchema: schema.trim() === '' ? null : (JSON.parse(schema) as unknown) }
    const done = row
      ? (await change({ name: row.name, changes: given })).data?.updateEventType?.eventType
      : (await make({ eventType: { name, ...given } })).data?.createEventType?.eventType
    if (done) onDone(done)
  }

  return (
    <form className={css['form']} onSubmit={(event) => void submit(event)} noValidate>
      {!row && <TextInput label={edit.name} description={edit.nameHint} value={name} classNames={{ input: 'mono' }} data-autofocus autoComplete="off" spellCheck={false} error={of('name') ?? (name !== '' && !isNameGood && edit.nameProblem)} onChange={(event) => setName(event.currentTarget.value)} />}
      <Textarea label={edit.description} description={edit.descriptionHint} value={description} autosize minRows={2} error={of('description')} onChange={(event) => setDescription(event.currentTarget.value)} />
      <JsonInput label={edit.example} description={edit.exampleHint} value={example} onChange={setExample} problem={of('example')} />
      <JsonInput label={edit.schema} description={edit.schemaHint} value={schema} onChange={setSchema} problem={of('jsonSchema')} mayBeEmpty />
      {problem && problem.field === undefined && <ProblemPanel problem={problem} />}
      <Group justify="flex-end">
        <Button type="submit" loading={made.fetching || changed.fetching} disabled={!isReady}>{row ? edit.save : edit.make}</Button>
      </Group>
    </form>
  )
}

/** A button that opens the form. */
export const EditEventType = ({ row, onDone }: Props) => {
  const { eventTypes: { edit }, common } = useTexts()
  const [isOpen, setOpen] = useState(false)
  const title = row ? edit.title(row.name) : edit.open
  return (
    <>
      <Button size="xs" variant={row ? 'default' : 'filled'} leftSection={row ? <EditIcon size={15} /> : <PlusIcon size={16} />} onClick={() => setOpen(true)}>{row ? edit.change : edit.open}</Button>
      <Modal opened={isOpen} onClose={() => setOpen(false)} title={title} centered size="lg" closeButtonProps={{ 'aria-label': common.close }}>
        <Form {...(row ? { row } : {})} onDone={(done) => { setOpen(false); onDone(done) }} />
      </Modal>
    </>
  )
}
