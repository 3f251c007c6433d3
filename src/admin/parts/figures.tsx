/** Figures side by side, each leading to the list behind it. */
import type { ReactNode } from 'react'
import { Link } from 'wouter'
import css from './figures.module.css'

export const Figures = ({ children }: { readonly children: ReactNode }) => <div className={css['figures']}>{children}</div>

type Props = {
  readonly name: string
  readonly value: string
  readonly tone?: 'good' | 'wait' | 'bad' | undefined
  readonly to?: string | undefined
  /** below it, in a few words, what it is measured by */
  readonly note?: string
}

export const Figure = ({ name, value, tone, to, note }: Props) => {
  const body = (
    <>
      <span className={css['name']}>{name}</span>
      <span className={css['value']} data-tone={tone}>{value}</span>
      {note && <span className={css['note']}>{note}</span>}
    </>
  )
  return to ? <Link href={to} className={css['figure']}>{body}</Link> : <div className={css['figure']}>{body}</div>
}
