/** What can be done with an endpoint, each with its consequence said before: what the role may, and what makes sense as it is. */
import { ActionIcon, Button, Group, Menu, Modal, TextInput } from '@mantine/core'
import { useState } from 'react'
import { useMutation } from 'urql'
import { Link } from 'wouter'
import { problemOf } from '../../api/problem.ts'
import { useTexts } from '../../i18n/texts.tsx'
import { EditIcon, MoreIcon, PauseIcon, PlayIcon, SendIcon, StopIcon, TrashIcon } from '../../parts/icons.tsx'
import { ProblemPanel } from '../../parts/problem.tsx'
import { useMay, useTenantOf } from '../../session/me.ts'
import { useKeys } from '../../shell/keys.tsx'
import { DeleteEndpoint, DisableEndpoint, EnableEndpoint, PauseEndpoint, ResumeEndpoint } from './acts.graphql'
import { nameOf } from './health.tsx'
import type { Endpoint } from './use-endpoint.ts'
import css from './acts.module.css'

type Act = 'pause' | 'resume' | 'disable' | 'enable' | 'delete'

const useAct = (endpoint: Endpoint) => {
  const variables = { id: endpoint.id, ...useTenantOf()(endpoint) }
  const [paused, pause] = useMutation(PauseEndpoint)
  const [resumed, resume] = useMutation(ResumeEndpoint)
  const [disabled, disable] = useMutation(DisableEndpoint)
  const [enabled, enable] = useMutation(EnableEndpoint)
  const [deleted, remove] = useMutation(DeleteEndpoint)
  const states = { pause: paused, resume: resumed, disable: disabled, enable: enabled, delete: deleted }
  const run = {
    pause: () => pause(variables), resume: () => resume(variables), enable: () => enable(variables), delete: () => remove(variables),
    disable: (reason: string) => disable({ ...variables, ...(reason.trim() ? { reason: reason.trim() } : {}) }),
  }
  return { states, run }
}

type Props = { readonly endpoint: Endpoint; readonly onTest: () => void; readonly onDone: (words: string) => void; readonly onDeleted: () => void }

export const Acts = ({ endpoint, onTest, onDone, onDeleted }: Props) => {
  const { endpoints: { acts }, common } = useTexts()
  const may = useMay()
  const { states, run } = useAct(endpoint)
  const [asked, setAsked] = useState<Act | undefined>()
  const [typed, setTyped] = useState('')
  const { isActive, pausedAt, health } = endpoint
  const backlog = health?.backlog ?? 0
  const name = nameOf(endpoint)
  const offers: readonly { readonly act: Act; readonly mutation: string; readonly makesSense: boolean; readonly icon: typeof PauseIcon; readonly text: string }[] = [
    { act: 'pause', mutation: 'pauseEndpoint', makesSense: isActive && pausedAt === null, icon: PauseIcon, text: acts.pauseText(backlog) },
    { act: 'resume', mutation: 'resumeEndpoint', makesSense: isActive && pausedAt !== null, icon: PlayIcon, text: acts.resumeText(backlog) },
    { act: 'disable', mutation: 'disableEndpoint', makesSense: isActive, icon: StopIcon, text: acts.disableText(backlog) },
    { act: 'enable', mutation: 'enableEndpoint', makesSense: !isActive, icon: PlayIcon, text: acts.enableText },
    { act: 'delete', mutation: 'deleteEndpoint', makesSense: true, icon: TrashIcon, text: acts.deleteText(backlog) },
  ]
  const offered = offers.filter(({ mutation, makesSense }) => makesSense && may(mutation))
  // What brings it back is in plain sight.
  const first = offered.find(({ act }) => act === 'resume' || act === 'enable')
  const listed = offered.filter((each) => each !== first)
  const question = offered.find(({ act }) => act === asked)
  const ask = (act: Act) => { setTyped(''); setAsked(act) }
  const state = asked && states[asked]
  const isConfirmed = asked !== 'delete' || typed.trim() === name

  const doIt = async () => {
    if (!asked || !isConfirmed) return
    const { error } = await run[asked](typed)
    if (error) return
    setAsked(undefined)
    if (asked === 'delete') onDeleted()
    else onDone(acts.done[asked])
  }
  const mayTest = may('sendTest') && isActive
  useKeys(mayTest ? [{ keys: 't', text: acts.test, run: onTest }] : [])

  return (
    <div className={css['acts']}>
      {first && <Button size="xs" leftSection={<first.icon size={15} />} onClick={() => ask(first.act)}>{acts[first.act]}</Button>}
      {mayTest && <Button size="xs" variant={first ? 'default' : 'filled'} leftSection={<SendIcon size={15} />} onClick={onTest}>{acts.test}</Button>}
      {may('updateEndpoint') && <Button component={Link} href={`/${endpoint.id}/edit`} size="xs" variant="default" leftSection={<EditIcon size={15} />}>{acts.edit}</Button>}
      {listed.length > 0 && (
        <Menu position="bottom-end" withinPortal>
          <Menu.Target>
            <ActionIcon variant="default" size={30} aria-label={acts.menu} title={acts.menu}><MoreIcon /></ActionIcon>
          </Menu.Target>
          <Menu.Dropdown>
            {listed.map(({ act, icon: Icon }) => (
              <Menu.Item key={act} leftSection={<Icon size={15} />} {...(act === 'delete' ? { color: 'red' } : {})} onClick={() => ask(act)}>{acts[act]}</Menu.Item>
            ))}
          </Menu.Dropdown>
        </Menu>
      )}
      <Modal opened={question !== undefined} onClose={() => setAsked(undefined)} title={question && `${acts[question.act]}: ${name}`} centered closeButtonProps={{ 'aria-label': common.close }}>
        <form onSubmit={(event) => { event.preventDefault(); void doIt() }}>
          <p className={css['text']}>{question?.text}</p>
          {asked === 'disable' && <TextInput mt="md" label={acts.reason} description={acts.reasonHint} value={typed} onChange={(event) => setTyped(event.currentTarget.value)} data-autofocus />}
          {asked === 'delete' && <TextInput mt="md" label={acts.confirmName(name)} value={typed} onChange={(event) => setTyped(event.currentTarget.value)} data-autofocus autoComplete="off" />}
          {state?.error && <div className={css['problem']}><ProblemPanel problem={problemOf(state.error)} /></div>}
          <Group justify="flex-end" mt="lg">
            <Button variant="default" onClick={() => setAsked(undefined)}>{common.back}</Button>
            <Button type="submit" color={asked === 'delete' || asked === 'disable' ? 'red' : 'accent'} loading={state?.fetching ?? false} disabled={!isConfirmed}>{question && acts[question.act]}</Button>
          </Group>
        </form>
      </Modal>
    </div>
  )
}
