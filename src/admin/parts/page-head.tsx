/** The head of a page: what it is, and what can be done with all of it. */
import type { ReactNode } from 'react'
import css from './page-head.module.css'

export const PageHead = ({ title, lead, children }: { readonly title: string; readonly lead: string; readonly children?: ReactNode }) => (
  <header className={css['head']}>
    <div>
      <h1>{title}</h1>
      <p>{lead}</p>
    </div>
    <div className={css['actions']}>{children}</div>
  </header>
)
