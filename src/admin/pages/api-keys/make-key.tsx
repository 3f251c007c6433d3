/** A new key: for what, with which rights, until when. It is shown once. */
import { Button, Group, Modal, Select, TextInput } from '@mantine/core'
import { type FormEvent, useState } from 'react'
import { useMutation } from 'urql'
import { apiUrl } from '../../api/place.ts'
import { problemOf } from '../../api/problem.ts'
import { useTexts } from '../../i18n/texts.tsx'
import { Code } from '../../parts/code.tsx'
import { PlusIcon } from '../../parts/icons.tsx'
import { ProblemPanel, useSaid } from '../../parts/problem.tsx'
import { ShownOnce } from '../../parts/shown-once.tsx'
import { TenantNeeded } from '../../parts/tenant-needed.tsx'
import { MakeApiKey } from './api-keys.graphql'
import css from './make-key.module.css'

const roles = ['viewer', 'manager', 'owner'] as const
/** Days until the end. */
const ends = { month: 30, quarter: 90, year: 365 } as const
const DAY_MS = 86_400_000

type End = keyof typeof ends | 'never'

const example = (key: string) => `curl -sS ${apiUrl} -H 'authorization: Bearer ${key}' -H 'content-type: application/json' -d '{"query":"{ me { role tenantId } }"}'`

const Form = ({ tenant, onMade }: { readonly tenant: { readonly tenantId?: string }; readonly onMade: (key: string) => void }) => {
  const { apiKeys: { make, roleNames, roleTexts } } = useTexts()
  const said = useSaid()
  const [{ error, fetching }, create] = useMutation(MakeApiKey)
  const [name, setName] = useState('')
  const [role, setRole] = useState<(typeof roles)[number]>('viewer')
  const [end, setEnd] = useState<End>('year')
  const [isAsked, setAsked] = useState(false)
  const problem = error && problemOf(error)
  const nameProblem = isAsked && name.trim() === '' ? make.nameNeeded : problem?.field === 'name' ? said(problem) : undefined

  const submit = async (event: FormEvent) => {
    event.preventDefault()
    setAsked(true)
    if (name.trim() === '') return
    const expiresAt = end === 'never' ? null : new Date(Date.now() + ends[end] * DAY_MS).toISOString()
    const { data } = await create({ ...tenant, name: name.trim(), role, expiresAt })
    if (data?.createApiKey?.key) onMade(data.createApiKey.key)
  }

  return (
    <form className={css['form']} onSubmit={(event) => void submit(event)} noValidate>
      <TextInput label={make.name} description={make.nameHint} value={name} error={nameProblem} onChange={(event) => setName(event.currentTarget.value)} data-autofocus autoComplete="off" />
      <fieldset className={css['roles']}>
        <legend>{make.role}</legend>
        {roles.map((each) => (
          <label key={each} className={css['role']} data-chosen={each === role || undefined}>
            <input type="radio" name="role" value={each} checked={each === role} onChange={() => setRole(each)} />
            <span>
              <strong>{roleNames[each]}</strong>
              <span className="dimmed">{roleTexts[each]}</span>
            </span>
          </label>
        ))}
      </fieldset>
      <Select label={make.end} value={end} onChange={(value) => setEnd((value ?? 'year') as End)} allowDeselect={false} data={[...Object.keys(ends), 'never'].map((value) => ({ value, label: make.ends[value as End] }))} />
      {problem && problem.field !== 'name' && <ProblemPanel problem={problem} />}
      <Group justify="flex-end">
        <Button type="submit" loading={fetching}>{make.run}</Button>
      </Group>
    </form>
  )
}

export const MakeKey = ({ onMade }: { readonly onMade: () => void }) => {
  const { apiKeys: { make }, common } = useTexts()
  const [isOpen, setOpen] = useState(false)
  const [key, setKey] = useState<string | undefined>()
  const close = () => {
    setOpen(false)
    setKey(undefined)
  }
  return (
    <>
      <Button size="xs" leftSection={<PlusIcon size={16} />} onClick={() => setOpen(true)}>{make.open}</Button>
      <Modal opened={isOpen} onClose={close} title={key ? make.made : make.open} centered size="lg" closeOnClickOutside={!key} closeOnEscape={!key} closeButtonProps={{ 'aria-label': common.close }}>
        {key ? (
          <div className={css['form']}>
            <ShownOnce secret={key} label={make.made} text={make.once} />
            <p className={css['try']}>{make.tryIt}</p>
            <Code text={example(key)} label={make.tryIt} />
            <Group justify="flex-end"><Button onClick={close}>{make.stored}</Button></Group>
          </div>
        ) : (
          <TenantNeeded>{(tenant) => <Form tenant={tenant} onMade={(made) => { setKey(made); onMade() }} />}</TenantNeeded>
        )}
      </Modal>
    </>
  )
}
