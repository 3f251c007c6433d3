/** Nothing to show, and the next step. */
import type { ComponentType, ReactNode } from 'react'
import css from './empty.module.css'

export const Empty = ({ icon: Icon, title, text, children }: { readonly icon: ComponentType<{ size?: number }>; readonly title: string; readonly text: string; readonly children?: ReactNode }) => (
  <div className={css['empty']}>
    <span className={css['icon']}>
      <Icon size={26} />
    </span>
    <h2>{title}</h2>
    <p>{text}</p>
    {children}
  </div>
)
