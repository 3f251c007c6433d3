/** A box that says how something stands, in the colour of its tone: good, bad, wait, news, calm. */
import type { ReactNode } from 'react'
import css from './callout.module.css'

type Props = {
  readonly tone: string
  /** status: read aloud when it changes; alert: at once */
  readonly role?: 'status' | 'alert' | 'group' | undefined
  readonly label?: string
  /** what stands differently in it */
  readonly className?: string | undefined
  readonly children: ReactNode
}

export const Callout = ({ tone, role, label, className, children }: Props) => (
  <div className={`${css['callout']} ${className ?? ''}`} data-tone={tone} role={role} aria-label={label}>
    {children}
  </div>
)
