/** An event by hand, as if a table had made it: it goes to every endpoint that asks for its type. */
import { Button, Group, Modal, Select, TextInput } from '@mantine/core'
import { type FormEvent, useEffect, useState } from 'react'
import { useMutation, useQuery } from 'urql'
import { problemOf } from '../../api/problem.ts'
import { useTexts } from '../../i18n/texts.tsx'
import { prettyJson } from '../../parts/code.tsx'
import { BoltIcon } from '../../parts/icons.tsx'
import { JsonInput, jsonProblem } from '../../parts/json-input.tsx'
import { ProblemPanel, useSaid } from '../../parts/problem.tsx'
import { TenantNeeded } from '../../parts/tenant-needed.tsx'
import { EmitEvent, EmitExample, EventTypeNames } from './events.graphql'
import css from './emit.module.css'

const FIRST = 'test.event'
/** Of these the API tells on which field they belong. */
const fields = ['data', 'type']

const Form = ({ tenant, onDone }: { readonly tenant: { readonly tenantId?: string }; readonly onDone: (id: string) => void }) => {
  const { emit } = useTexts().events
  const said = useSaid()
  const [{ error, fetching }, send] = useMutation(EmitEvent)
  const [type, setType] = useState(FIRST)
  const [typed, setTyped] = useState<string | undefined>()
  const [resourceType, setResourceType] = useState('')
  const [resourceId, setResourceId] = useState('')
  const [{ data: choices }] = useQuery({ query: EventTypeNames })
  const [{ data: known }] = useQuery({ query: EmitExample, variables: { name: type } })
  const example = known?.eventType?.name === type ? known.eventType : undefined
  const data = typed ?? (example ? prettyJson(JSON.stringify(example.example)) : '')
  const problem = error && problemOf(error)
  const of = (field: string) => (problem?.field === field ? said(problem) : undefined)
  // What was written for one type is seldom right for another.
  useEffect(() => setTyped(undefined), [type])

  const submit = async (event: FormEvent) => {
    event.preventDefault()
    const { data: answer } = await send({ ...tenant, type, dataText: data, resourceType: resourceType.trim() || null, resourceId: resourceId.trim() || null })
    if (answer?.emitEvent?.event) onDone(answer.emitEvent.event.id)
  }
  return (
    <form className={css['form']} onSubmit={(event) => void submit(event)} noValidate>
      <p className={css['text']}>{emit.text}</p>
      {/* Types that arrive while somebody writes would take the words away. */}
      <Select
        disabled={!choices} label={emit.type} description={example?.description} value={type} onChange={(value) => setType(value ?? FIRST)} data={(choices?.eventTypes?.nodes ?? []).map(({ name }) => name)} searchable
        allowDeselect={false} comboboxProps={{ withinPortal: false }} maxDropdownHeight={260} error={of('type')}
      />
      <JsonInput label={emit.data} description={emit.dataHint} value={data} onChange={setTyped} problem={of('data')} />
      <div className={css['pair']}>
        <TextInput label={emit.resourceType} value={resourceType} placeholder={type.split('.')[0] ?? ''} autoComplete="off" onChange={(event) => setResourceType(event.currentTarget.value)} />
        <TextInput label={emit.resourceId} value={resourceId} autoComplete="off" onChange={(event) => setResourceId(event.currentTarget.value)} />
      </div>
      {problem && !fields.includes(problem.field ?? '') && <ProblemPanel problem={problem} />}
      <Group justify="flex-end">
        <Button type="submit" loading={fetching} disabled={jsonProblem(data) !== undefined}>{emit.run}</Button>
      </Group>
    </form>
  )
}

/** A button that opens the form. */
export const Emit = ({ onDone }: { readonly onDone: (id: string) => void }) => {
  const { events: { emit }, common } = useTexts()
  const [isOpen, setOpen] = useState(false)
  return (
    <>
      <Button size="xs" variant="default" leftSection={<BoltIcon size={16} />} onClick={() => setOpen(true)}>{emit.open}</Button>
      <Modal opened={isOpen} onClose={() => setOpen(false)} title={emit.title} centered size="lg" closeButtonProps={{ 'aria-label': common.close }}>
        <TenantNeeded>{(tenant) => <Form tenant={tenant} onDone={(id) => { setOpen(false); onDone(id) }} />}</TenantNeeded>
      </Modal>
    </>
  )
}
