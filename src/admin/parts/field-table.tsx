/** A small table beside something that is open: names, and what is known of each. */
import type { ReactNode } from 'react'
import css from './field-table.module.css'

/** @param head of its columns; rows begin with `<th scope="row">` */
export const FieldTable = ({ head, children }: { readonly head: readonly string[]; readonly children: ReactNode }) => (
  <div className={css['scroll']}>
    <table className={css['fields']}>
      <thead>
        <tr>{head.map((name) => <th key={name} scope="col">{name}</th>)}</tr>
      </thead>
      <tbody>{children}</tbody>
    </table>
  </div>
)
