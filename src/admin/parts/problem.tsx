/** What went wrong, why, and what to do. */
import { Button } from '@mantine/core'
import type { Problem } from '../api/problem.ts'
import { useTexts } from '../i18n/texts.tsx'
import css from './problem.module.css'

type Words = { readonly message: string; readonly detail?: string | undefined; readonly hint?: string | undefined; /** of the server, where they are not those of the reader's language */ readonly original?: string }

const together = (...words: readonly (string | undefined)[]): string => words.filter(Boolean).join(' ')

/** The words for a problem in the reader's language. */
const useWords = (): ((problem: Problem) => Words) => {
  const { common: { problems }, errors } = useTexts()
  return (problem) => {
    const { code, message, detail, hint } = problem
    if (code === 'network') return { message: problems.network, hint: problems.networkHint }
    if (code === 'unknown') return { message: problems.unknown, detail: message, hint: problems.unknownHint }
    const known = errors[code]
    return known && message ? { ...known, original: together(message, detail, hint) } : (known ?? { message, detail, hint })
  }
}

/** The same in one line, for the field that is to blame. */
export const useSaid = (): ((problem: Problem) => string) => {
  const wordsOf = useWords()
  return (problem) => {
    const { message, detail, hint, original } = wordsOf(problem)
    return together(message, detail, hint, original && `(${original})`)
  }
}

export const ProblemPanel = ({ problem, onRetry }: { readonly problem: Problem; readonly onRetry?: (() => void) | undefined }) => {
  const { common } = useTexts()
  const { message, detail, hint, original } = useWords()(problem)
  const { code } = problem
  const isOurs = code !== 'network' && code !== 'unknown'
  return (
    <div className={css['panel']} role="alert">
      <strong>{message}</strong>
      {detail && <p>{detail}</p>}
      {hint && <p className={css['hint']}>{hint}</p>}
      {original && <p className={css['original']}>{common.serverSays} <span lang="en">{original}</span></p>}
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
