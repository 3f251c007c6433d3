/** What stands where a list stands: the list, why it could not be read, or what to do as there is nothing in it. */
import { Button } from '@mantine/core'
import type { ComponentType, ReactNode } from 'react'
import type { Problem } from '../api/problem.ts'
import { useTexts } from '../i18n/texts.tsx'
import { Empty } from './empty.tsx'
import { FilterIcon } from './icons.tsx'
import { ProblemPanel } from './problem.tsx'
import css from './list-or-empty.module.css'

type Props = {
  readonly list: { readonly rows: readonly unknown[]; readonly isLoading: boolean; readonly problem: Problem | undefined; readonly reload: () => void }
  /** there is nothing at all yet */
  readonly empty: { readonly title: string; readonly text: string }
  readonly icon: ComponentType<{ size?: number }>
  /** the next step, below `empty` */
  readonly next?: ReactNode
  /** takes the filters away; nothing: none is set */
  readonly onClear: (() => void) | undefined
  readonly children: ReactNode
}

export const ListOrEmpty = ({ list: { rows, isLoading, problem, reload }, empty, icon, next, onClear, children }: Props) => {
  const { common } = useTexts()
  const isEmpty = rows.length === 0 && !isLoading && !problem
  return (
    <div className={css['list']}>
      {problem && <ProblemPanel problem={problem} onRetry={reload} />}
      {isEmpty && !onClear && <Empty icon={icon} {...empty}>{next}</Empty>}
      {isEmpty && onClear && (
        <Empty icon={FilterIcon} {...common.nothingFound}>
          <Button variant="default" onClick={onClear}>{common.clearFilters}</Button>
        </Empty>
      )}
      {!isEmpty && !(problem && rows.length === 0) && children}
    </div>
  )
}
