/** What went wrong, why, and what to do. */
import { Button } from '@mantine/core'
import type { Problem } from '../api/problem.ts'
import { useTexts } from '../i18n/texts.tsx'
import css from './problem.module.css'

export const ProblemPanel = ({ problem, onRetry }: { readonly problem: Problem; readonly onRetry?: (() => void) | undefined }) => {
  const { common } = useTexts()
  const { code } = problem
  const isOurs = code !== 'network' && code !== 'unknown'
  const said = isOurs ? problem : code === 'network' ? { message: common.problems.network, hint: common.problems.networkHint } : { message: common.problems.unknown, detail: problem.message, hint: common.problems.unknownHint }
  return (
    <div className={css['panel']} role="alert">
      <strong>{said.message}</strong>
      {'detail' in said && said.detail && <p>{said.detail}</p>}
      {said.hint && <p className={css['hint']}>{said.hint}</p>}
      <div className={css['foot']}>
        {isOurs && <span className={css['code']}>{common.code(code)}</span>}
        {onRetry && (
          <Button size="compact-sm" variant="default" onClick={onRetry}>
            {common.retry}
          </Button>
        )}
      </div>
    </div>
  )
}
