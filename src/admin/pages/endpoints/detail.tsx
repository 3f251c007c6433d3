/** One endpoint: how it fares, what was sent lately, how it is sent to, and how a receiver verifies it. */
import { Button, Center, Loader } from '@mantine/core'
import { useState } from 'react'
import { Link, useLocation, useSearchParams } from 'wouter'
import { problemOf } from '../../api/problem.ts'
import { useTexts } from '../../i18n/texts.tsx'
import { CopyButton } from '../../parts/copy.tsx'
import { Empty } from '../../parts/empty.tsx'
import { BackIcon, SearchIcon } from '../../parts/icons.tsx'
import { ProblemPanel } from '../../parts/problem.tsx'
import { Split } from '../../parts/split.tsx'
import { useMay } from '../../session/me.ts'
import { useKeys } from '../../shell/keys.tsx'
import { Acts } from './acts.tsx'
import { Facts } from './facts.tsx'
import type { FreshSecret as Fresh } from './form/form-page.tsx'
import { HealthPill, nameOf } from './health.tsx'
import { Notice } from './notice.tsx'
import { Recent } from './recent.tsx'
import { FreshSecret, SecretCard } from './secret.tsx'
import { Stats } from './stats.tsx'
import { TestDialog } from './test-dialog.tsx'
import { useEndpoint } from './use-endpoint.ts'
import { Verify } from './verify.tsx'
import css from './detail.module.css'

type Props = { readonly id: string; readonly fresh: Fresh | undefined; readonly onFresh: (fresh: Fresh | undefined) => void }

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

const Missing = () => {
  const { missing } = useTexts().endpoints
  return <Empty icon={SearchIcon} title={missing.title} text={missing.text}><Button component={Link} href="" variant="default">{missing.action}</Button></Empty>
}

const Known = ({ id, fresh, onFresh }: Props) => {
  const { endpoints, common, shell } = useTexts()
  const [, go] = useLocation()
  const [search] = useSearchParams()
  const may = useMay()
  const { endpoint, error, isLoading, reload } = useEndpoint(id)
  const [isTesting, setTesting] = useState(false)
  const [said, setSaid] = useState('')
  const kept = new URLSearchParams([...search].filter(([name]) => name !== 'range'))
  const back = kept.size > 0 ? `?${kept}` : ''
  useKeys([{ keys: 'Escape', text: shell.keys.close, run: () => go(back) }])

  if (!endpoint) {
    if (error) return <ProblemPanel problem={problemOf(error)} onRetry={reload} />
    return isLoading ? <Center mih="40vh"><Loader aria-label={common.loading} role="status" /></Center> : <Missing />
  }
  const isThere = endpoint.deletedAt === null
  const test = may('sendTest') && isThere && endpoint.isActive ? () => setTesting(true) : undefined
  return (
    <>
      <Link href={back} className={css['back']}><BackIcon size={15} />{endpoints.title}</Link>
      <header className={css['head']}>
        <div className={css['who']}>
          <h1>{nameOf(endpoint)}</h1>
          <HealthPill of={endpoint} />
          <p className={css['url']}><span>{endpoint.url}</span> <CopyButton text={endpoint.url} /></p>
          {endpoint.description && <p className={css['description']}>{endpoint.description}</p>}
        </div>
        {isThere && <Acts endpoint={endpoint} onTest={() => setTesting(true)} onDone={(words) => { setSaid(words); reload() }} onDeleted={() => go('')} />}
      </header>
      <p className={css['said']} role="status">{said}</p>
      {error && <ProblemPanel problem={problemOf(error)} onRetry={reload} />}
      {fresh?.problem && <ProblemPanel problem={fresh.problem} />}
      {fresh && <FreshSecret secret={fresh.secret} onStored={() => onFresh(undefined)} />}
      <Notice endpoint={endpoint} />
      <div className={css['grid']}>
        <div className={css['main']}>
          <div className={css['card']}><Stats endpoint={endpoint} /></div>
          <div className={css['card']}><Recent endpoint={endpoint} onTest={test} /></div>
          {isThere && <div className={css['card']}><Verify endpoint={endpoint} /></div>}
        </div>
        <div className={css['side']}>
          {isThere && <div className={css['card']}><SecretCard endpoint={endpoint} onFresh={(secret) => { onFresh({ id, secret }); reload() }} /></div>}
          <div className={css['card']}><Facts endpoint={endpoint} /></div>
        </div>
      </div>
      {test && <TestDialog endpoint={endpoint} isOpen={isTesting} onClose={() => setTesting(false)} />}
    </>
  )
}

export const EndpointDetail = (props: Props) => <Split>{UUID.test(props.id) ? <Known {...props} /> : <Missing />}</Split>
