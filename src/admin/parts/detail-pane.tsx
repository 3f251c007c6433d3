/** What is open beside a list: its head, and a way to close it. */
import { ActionIcon } from '@mantine/core'
import { type ReactNode, useEffect, useRef } from 'react'
import { useTexts } from '../i18n/texts.tsx'
import { useKeys } from '../shell/keys.tsx'
import { BackIcon, CloseIcon } from './icons.tsx'
import css from './detail-pane.module.css'

/** As the style sheets of `<Split>` and this have it. */
const SMALL = '(max-width: 62em)'

type Props = { readonly label: string; readonly title: string; readonly badge?: ReactNode; readonly onClose: () => void; readonly children: ReactNode }

export const DetailPane = ({ label, title, badge, onClose, children }: Props) => {
  const { common, shell } = useTexts()
  const pane = useRef<HTMLElement>(null)
  useKeys([{ keys: 'Escape', text: shell.keys.close, run: onClose }])

  // In the place of the list on a small screen it has the keyboard, and gives it back.
  useEffect(() => {
    const before = document.activeElement
    if (matchMedia(SMALL).matches) {
      window.scrollTo({ top: 0 })
      pane.current?.focus({ preventScroll: true })
    }
    return () => {
      if (document.activeElement === document.body && before instanceof HTMLElement) before.focus({ preventScroll: true })
    }
  }, [])

  return (
    <section ref={pane} className={css['pane']} aria-label={label} tabIndex={-1}>
      <header className={css['head']}>
        <ActionIcon variant="subtle" color="gray" className={css['back']} aria-label={common.back} onClick={onClose}><BackIcon /></ActionIcon>
        <h2>{title}</h2>
        {badge}
        <ActionIcon variant="subtle" color="gray" className={css['close']} aria-label={common.close} title={`${common.close} (Esc)`} onClick={onClose}><CloseIcon /></ActionIcon>
      </header>
      {children}
    </section>
  )
}

/** Names and what they stand for; a fact whose value is nothing is left out. */
export const Facts = ({ facts }: { readonly facts: readonly (readonly [name: string, value: ReactNode])[] }) => (
  <dl className={css['facts']}>
    {facts.filter(([, value]) => value !== null && value !== undefined && value !== false).map(([name, value]) => (
      <div key={name}>
        <dt>{name}</dt>
        <dd>{value}</dd>
      </div>
    ))}
  </dl>
)
