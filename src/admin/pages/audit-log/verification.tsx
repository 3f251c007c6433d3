/** Whether the log agrees with its chain of hashes: said above it. */
import { Loader } from '@mantine/core'
import { useQuery } from 'urql'
import { problemOf } from '../../api/problem.ts'
import { useTexts } from '../../i18n/texts.tsx'
import { Callout } from '../../parts/callout.tsx'
import { CopyButton } from '../../parts/copy.tsx'
import { ShieldIcon } from '../../parts/icons.tsx'
import { ProblemPanel } from '../../parts/problem.tsx'
import { RelativeTime } from '../../parts/time.tsx'
import { AuditVerification } from './audit-log.graphql'
import css from './verification.module.css'

export const Verification = () => {
  const { auditLog: { verification: texts }, common } = useTexts()
  const [{ data, error }, ask] = useQuery({ query: AuditVerification, requestPolicy: 'cache-and-network' })
  const found = data?.auditVerification
  if (error) return <div className={css['box']}><ProblemPanel problem={problemOf(error)} onRetry={() => ask({ requestPolicy: 'network-only' })} /></div>
  if (!found) return <p className={css['line']}><Loader size="xs" aria-label={common.loading} role="status" /> {texts.running}</p>
  const isBroken = found.broken > 0
  return (
    <Callout tone={isBroken ? 'bad' : found.checked === 0 ? 'calm' : 'good'} role={isBroken ? 'alert' : undefined} className={css['line']}>
      <ShieldIcon size={20} />
      <div>
        <strong>{isBroken ? texts.broken(found.broken, found.firstBroken ?? '') : found.checked === 0 ? texts.nothing : texts.good(found.checked)}</strong>
        {isBroken && <p><span lang="en">{found.problem}</span> {texts.whatToDo}</p>}
        <p className={css['small']}>
          {found.since && <span>{texts.since} <RelativeTime at={found.since} /></span>}
          {found.waiting > 0 && <span>{texts.waiting(found.waiting)}</span>}
          {found.head && <span title={texts.headHint}>{texts.head} <code>{found.head.slice(0, 16)}…</code> <CopyButton text={found.head} label={texts.copyHead} /></span>}
        </p>
      </div>
    </Callout>
  )
}
