/** The signing secret: hidden, revealed on the record, rotated with an overlap; and once in plain sight when it is new. */
import { Button, Group, Modal, Select } from '@mantine/core'
import { useState } from 'react'
import { useMutation } from 'urql'
import { problemOf } from '../../api/problem.ts'
import { useTexts } from '../../i18n/texts.tsx'
import { CopyButton } from '../../parts/copy.tsx'
import { sayDuration } from '../../parts/duration.ts'
import { EyeIcon, KeyIcon, RetryIcon } from '../../parts/icons.tsx'
import { ProblemPanel } from '../../parts/problem.tsx'
import { ShownOnce } from '../../parts/shown-once.tsx'
import { RelativeTime, useNowMs } from '../../parts/time.tsx'
import { useMay, useTenantOf } from '../../session/me.ts'
import { RevealSecret, RotateSecret } from './acts.graphql'
import type { Endpoint } from './use-endpoint.ts'
import css from './secret.module.css'

export const FreshSecret = ({ secret, onStored }: { readonly secret: string; readonly onStored: () => void }) => {
  const { secret: texts } = useTexts().endpoints
  return (
    <section className={css['fresh']} aria-label={texts.once}>
      <h2><KeyIcon size={17} />{texts.once}</h2>
      <ShownOnce secret={secret} label={texts.once} text={texts.onceText} />
      <Button size="xs" variant="subtle" onClick={onStored}>{texts.stored}</Button>
    </section>
  )
}

const overlaps = { none: { seconds: 0 }, hour: { hours: 1 }, day: { hours: 24 }, days: { days: 3 }, week: { days: 7 } } as const
type Overlap = keyof typeof overlaps

const Both = ({ until }: { readonly until: string }) => {
  const { secret } = useTexts().endpoints
  const leftSeconds = Math.max(0, (Date.parse(until) - useNowMs()) / 1_000)
  return (
    <div className={css['both']} role="status">
      <strong>{secret.both}</strong>
      <span>{secret.bothText} <RelativeTime at={until} /></span>
      <span className={css['left']}>{secret.left(sayDuration(leftSeconds))}</span>
    </div>
  )
}

export const SecretCard = ({ endpoint, onFresh }: { readonly endpoint: Endpoint; readonly onFresh: (secret: string) => void }) => {
  const { endpoints: { secret: texts, acts }, common } = useTexts()
  const may = useMay()
  const variables = { id: endpoint.id, ...useTenantOf()(endpoint) }
  const [revealing, reveal] = useMutation(RevealSecret)
  const [rotating, rotate] = useMutation(RotateSecret)
  const [shown, setShown] = useState<string | undefined>()
  const [isAsked, setAsked] = useState(false)
  const [overlap, setOverlap] = useState<Overlap>('day')
  const mayReveal = may('revealSecret')
  const mayRotate = may('rotateSecret')
  const until = endpoint.health?.oldSecretUntil

  const doReveal = async () => {
    const { data } = await reveal(variables)
    if (data?.revealSecret?.secret) setShown(data.revealSecret.secret)
  }
  const doRotate = async () => {
    const { data } = await rotate({ ...variables, overlap: overlaps[overlap] })
    if (!data?.rotateSecret?.secret) return
    setAsked(false)
    setShown(undefined)
    onFresh(data.rotateSecret.secret)
    window.scrollTo({ top: 0 })
  }
  return (
    <section aria-label={texts.title}>
      <h2>{texts.title}</h2>
      <p className={css['text']}>{texts.text}{!mayReveal && !mayRotate && ` ${texts.none}`}</p>
      <div className={css['line']}>
        <code className={css['plain']} data-hidden={shown === undefined || undefined}>{shown ?? (endpoint.signatureProfile === 'legacy' ? '••••••••••••••••' : 'whsec_••••••••••••••••')}</code>
        {shown !== undefined && <CopyButton text={shown} label={texts.copy} />}
      </div>
      {shown !== undefined && <p className={css['text']}>{texts.revealed}</p>}
      {until && <Both until={until} />}
      <Group gap="xs" mt="sm">
        {mayReveal && shown === undefined && <Button size="compact-sm" variant="default" leftSection={<EyeIcon size={15} />} loading={revealing.fetching} onClick={() => void doReveal()}>{acts.reveal}</Button>}
        {shown !== undefined && <Button size="compact-sm" variant="default" onClick={() => setShown(undefined)}>{texts.hide}</Button>}
        {mayRotate && <Button size="compact-sm" variant="default" leftSection={<RetryIcon size={15} />} onClick={() => setAsked(true)}>{acts.rotate}</Button>}
      </Group>
      {revealing.error && <div className={css['problem']}><ProblemPanel problem={problemOf(revealing.error)} /></div>}
      <Modal opened={isAsked} onClose={() => setAsked(false)} title={acts.rotate} centered closeButtonProps={{ 'aria-label': common.close }}>
        <p className={css['text']}>{texts.rotateText}</p>
        <Select
          mt="md" label={texts.overlap} value={overlap} allowDeselect={false} onChange={(value) => setOverlap((value ?? 'day') as Overlap)} comboboxProps={{ withinPortal: false }}
          data={Object.keys(overlaps).map((value) => ({ value, label: texts.overlaps[value as Overlap] }))}
        />
        {overlap === 'none' && <p className={css['warning']}>{texts.noneText}</p>}
        {rotating.error && <div className={css['problem']}><ProblemPanel problem={problemOf(rotating.error)} /></div>}
        <Group justify="flex-end" mt="lg">
          <Button variant="default" onClick={() => setAsked(false)}>{common.back}</Button>
          <Button loading={rotating.fetching} onClick={() => void doRotate()}>{acts.rotate}</Button>
        </Group>
      </Modal>
    </section>
  )
}
