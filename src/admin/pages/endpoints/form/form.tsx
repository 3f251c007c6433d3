/** The form that makes and changes an endpoint: it says what is wrong while one types, and what the endpoint would have got. */
import { Button, Group, Select, Textarea, TextInput } from '@mantine/core'
import { useMemo, useRef, useState } from 'react'
import { useQuery } from 'urql'
import type { Problem } from '../../../api/problem.ts'
import { useTexts } from '../../../i18n/texts.tsx'
import { secondsOf, writeDuration } from '../../../parts/duration.ts'
import { ProblemPanel, useSaid } from '../../../parts/problem.tsx'
import { useUnsaved } from '../../../shell/unsaved.ts'
import { TypeChoices } from '../acts.graphql'
import { Defaults } from '../form.graphql'
import { Timeline } from '../timeline.tsx'
import { CredentialsCard } from './credentials-card.tsx'
import { begins, type Draft, type FieldOf, type Problems, problemsOf, waitsOf } from './draft.ts'
import { EventPicker } from './event-picker.tsx'
import { PreviewPanel } from './preview.tsx'
import { useFilterPreview, useUrlProblems } from './use-judged.ts'
import css from './form.module.css'

type Props = {
  readonly start: Draft
  readonly isNew: boolean
  /** names of the headers that are sent now */
  readonly keptHeaders: readonly string[]
  readonly tenant: { readonly tenantId?: string }
  readonly isBusy: boolean
  /** what the server said no to */
  readonly refused: Problem | undefined
  readonly onSave: (draft: Draft) => void
  readonly onCancel: () => void
}

export const EndpointForm = ({ start, isNew, keptHeaders, tenant, isBusy, refused, onSave, onCancel }: Props) => {
  const { endpointForm: texts, common } = useTexts()
  const said = useSaid()
  const [draft, setDraft] = useState(start)
  const [touched, setTouched] = useState<ReadonlySet<string>>(new Set())
  const [isTried, setTried] = useState(false)
  const [refusedDraft, setRefusedDraft] = useState<Draft | undefined>()
  const form = useRef<HTMLFormElement>(null)
  const set = (change: Partial<Draft>) => setDraft((before) => ({ ...before, ...change }))
  const touch = (field: keyof Problems) => setTouched((before) => new Set([...before, field]))

  useUnsaved(draft !== start)

  const [{ data: catalogue }] = useQuery({ query: TypeChoices })
  const [{ data: defaults }] = useQuery({ query: Defaults, variables: tenant })
  const urlProblems = useUrlProblems(draft.url)
  const { preview, problem: previewProblem, isAsking } = useFilterPreview(draft.events, draft.filter, tenant)
  const own = useMemo(() => problemsOf(draft, isNew, texts), [draft, isNew, texts])

  const [urlProblem] = urlProblems
  // The server's no to what was sent holds until something is changed.
  const isStill = refused !== undefined && refusedDraft === draft
  const fieldOf: FieldOf = (field) => {
    if (isStill && refused.field === field) return said(refused)
    if (field === 'url' && urlProblem) return said({ ...urlProblem, hint: urlProblem.hint ?? undefined, detail: urlProblem.detail ?? undefined })
    if (field === 'filter' && previewProblem?.field === 'filter') return said(previewProblem)
    if (field === 'events' && previewProblem?.field === 'events') return said(previewProblem)
    return isTried || touched.has(field) ? own[field] : undefined
  }
  const isGood = Object.values(own).every((problem) => problem === undefined) && urlProblems.length === 0 && previewProblem === undefined
  const save = () => {
    setTried(true)
    if (isGood) {
      setRefusedDraft(draft)
      onSave(draft)
      return
    }
    // After they are shown.
    requestAnimationFrame(() => form.current?.querySelector<HTMLElement>('[aria-invalid="true"], [role="alert"]')?.scrollIntoView({ block: 'center' }))
  }
  const hasField = (field: string | undefined) => field !== undefined && (field in own || ['name', 'description', 'filter', 'secret'].includes(field))
  const field = (name: keyof Problems, key: keyof Draft) => ({
    value: draft[key] as string, error: fieldOf(name), onBlur: () => touch(name), onChange: (event: { readonly currentTarget: { readonly value: string } }) => set({ [key]: event.currentTarget.value }),
  })
  const inForce = defaults?.tenantSettings
  const waits = waitsOf(draft.retrySchedule)
  const shownWaits = waits && waits.length > 0 ? waits : (inForce?.retryScheduleInForce ?? []).flatMap((wait) => (wait ? [secondsOf(wait)] : []))
  const attempts = draft.maxAttempts.trim() === '' ? (inForce?.maxAttemptsInForce ?? 1) : Number(draft.maxAttempts)
  const byDefault = (of: number | null | undefined) => (isNew && of ? texts.byDefault(String(of)) : undefined)

  return (
    <form ref={form} className={css['form']} noValidate onSubmit={(event) => { event.preventDefault(); save() }} onKeyDown={(event) => (event.metaKey || event.ctrlKey) && event.key === 'Enter' && save()}>
      <div className={css['fields']}>
        <fieldset className={css['card']}>
          <legend>{texts.parts.where}</legend>
          <TextInput label={texts.url} description={texts.urlHint} placeholder={begins.url} required withAsterisk={false} type="url" inputMode="url" autoComplete="off" spellCheck={false} data-autofocus={isNew || undefined} {...field('url', 'url')} />
          <div className={css['pair']}>
            <TextInput label={texts.name} description={texts.nameHint} autoComplete="off" {...field('name', 'name')} />
            <TextInput label={texts.description} description={texts.optional} autoComplete="off" {...field('description', 'description')} />
          </div>
        </fieldset>
        <fieldset className={css['card']}>
          <legend>{texts.parts.what}</legend>
          <EventPicker types={catalogue?.eventTypes?.nodes ?? []} chosen={draft.events} onChange={(events) => { set({ events }); touch('events') }} problem={fieldOf('events')} />
          <Textarea label={texts.filter.label} description={texts.filter.hint} placeholder={texts.filter.example} autosize={false} rows={2} classNames={{ input: css['mono']! }} spellCheck={false} {...field('filter', 'filter')} />
        </fieldset>
        <fieldset className={css['card']}>
          <legend>{texts.parts.how}</legend>
          <div className={css['pair']}>
            <TextInput label={texts.rate} description={texts.rateHint} inputMode="numeric" {...field('rateLimit', 'rateLimit')} />
            <TextInput label={texts.inFlight} description={texts.inFlightHint} inputMode="numeric" {...field('maxInFlight', 'maxInFlight')} />
            <TextInput label={texts.attempts} description={texts.attemptsHint} placeholder={byDefault(inForce?.maxAttemptsInForce)} inputMode="numeric" {...field('maxAttempts', 'maxAttempts')} />
            <TextInput label={texts.timeout} description={texts.timeoutHint} placeholder={byDefault((inForce?.timeoutMsInForce ?? 0) / 1_000)} inputMode="decimal" {...field('timeoutMs', 'timeout')} />
          </div>
          <TextInput label={texts.schedule} description={texts.scheduleHint} placeholder={isNew && shownWaits.length > 0 ? texts.byDefault(shownWaits.map(writeDuration).join(', ')) : undefined} {...field('retrySchedule', 'retrySchedule')} />
          {waits && shownWaits.length > 0 && attempts >= 1 && attempts <= 100 && <Timeline attempts={attempts} waits={shownWaits} />}
          <TextInput label={texts.noRetry} description={texts.noRetryHint} {...field('noRetryCodes', 'noRetryCodes')} />
          <Select label={texts.ordering} value={draft.ordering} allowDeselect={false} onChange={(value) => set({ ordering: value ?? 'none' })} data={Object.entries(texts.orders).map(([value, label]) => ({ value, label }))} />
        </fieldset>
        <CredentialsCard draft={draft} set={set} keptHeaders={keptHeaders} isNew={isNew} fieldOf={fieldOf} field={field} />
      </div>
      <aside className={css['aside']}>
        <PreviewPanel preview={preview} isAsking={isAsking} />
        {isStill && !hasField(refused.field) && <ProblemPanel problem={refused} />}
        {isTried && !isGood && <p className={css['problem']} role="alert">{texts.check}</p>}
        <Group gap="xs">
          <Button type="submit" loading={isBusy}>{isNew ? texts.make : texts.save}</Button>
          <Button variant="default" onClick={onCancel}>{common.cancel}</Button>
        </Group>
      </aside>
    </form>
  )
}
