/** The room of a page: all of it, or the left half beside what is open. On a small screen one thing at a time. */
import type { ReactNode, Ref } from 'react'
import css from './split.module.css'

export const Split = ({ children, detail, pane }: { readonly children: ReactNode; readonly detail?: ReactNode; readonly pane?: Ref<HTMLDivElement> }) => {
  const isOpen = detail !== undefined && detail !== null && detail !== false
  return (
    <div className={css['split']} data-open={isOpen || undefined}>
      <div className={css['pane']} ref={pane}>{children}</div>
      {detail}
    </div>
  )
}
