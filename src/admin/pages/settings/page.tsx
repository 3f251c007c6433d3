/** What holds: for one tenant, and (the operator's) for everybody. */
import { Button, Loader, Modal, Group } from '@mantine/core'
import { useState } from 'react'
import { useClient, useMutation, useQuery } from 'urql'
import { problemOf } from '../../api/problem.ts'
import { useTexts } from '../../i18n/texts.tsx'
import { Segments } from '../../parts/filter-bar.tsx'
import { sayDuration, secondsOf } from '../../parts/duration.ts'
import { PageHead } from '../../parts/page-head.tsx'
import { ProblemPanel } from '../../parts/problem.tsx'
import { Split } from '../../parts/split.tsx'
import { TenantNeeded } from '../../parts/tenant-needed.tsx'
import { useFilters } from '../../parts/use-filters.ts'
import { useMay, useMe } from '../../session/me.ts'
import { operatorSections, tenantSections } from './fields.ts'
import { ChangeSettings, ChangeTenantSettings, OperatorSettings, ResetTenantSettings, TenantSettings } from './settings.graphql'
import { SettingsForm } from './settings-form.tsx'
import css from './page.module.css'

const filterNames = ['of'] as const
type TenantArgument = { readonly tenantId?: string }

const Reset = ({ tenant, onDone }: { readonly tenant: TenantArgument; readonly onDone: () => void }) => {
  const { settings: { reset: texts }, common } = useTexts()
  const [{ error, fetching }, reset] = useMutation(ResetTenantSettings)
  const [isAsked, setAsked] = useState(false)
  const run = async () => {
    const { data } = await reset(tenant)
    if (!data?.resetTenantSettings) return
    setAsked(false)
    onDone()
  }
  return (
    <>
      <Button size="xs" variant="default" onClick={() => setAsked(true)}>{texts.open}</Button>
      <Modal opened={isAsked} onClose={() => setAsked(false)} title={texts.open} centered closeButtonProps={{ 'aria-label': common.close }}>
        <p className={css['text']}>{texts.text}</p>
        {error && <ProblemPanel problem={problemOf(error)} />}
        <Group justify="flex-end" mt="lg">
          <Button variant="default" onClick={() => setAsked(false)}>{common.back}</Button>
          <Button loading={fetching} onClick={() => void run()}>{texts.open}</Button>
        </Group>
      </Modal>
    </>
  )
}

const OfTenant = ({ tenant }: { readonly tenant: TenantArgument }) => {
  const { settings: texts, common } = useTexts()
  const may = useMay()
  const client = useClient()
  const [{ data, error }, ask] = useQuery({ query: TenantSettings, variables: tenant, requestPolicy: 'cache-and-network' })
  const found = data?.tenantSettings
  const reload = () => ask({ requestPolicy: 'network-only' })
  if (error) return <ProblemPanel problem={problemOf(error)} onRetry={reload} />
  if (!found) return <Loader aria-label={common.loading} role="status" />
  const mayChange = may('updateTenantSettings')
  return (
    <>
      <div className={css['line']}>
        <p>{mayChange ? texts.ofTenant(found.tenantId) : texts.byOperator}</p>
        {mayChange && <Reset tenant={tenant} onDone={reload} />}
      </div>
      <SettingsForm
        sections={tenantSections} values={found} isReadOnly={!mayChange}
        placeholders={{ maxEventBytes: texts.asAll(String(found.maxEventBytesInForce ?? '')), retrySchedule: texts.asAll((found.retryScheduleInForce ?? []).map((each) => sayDuration(secondsOf(each))).join(', ')) }}
        onSave={async (changes) => {
          const { error: refused } = await client.mutation(ChangeTenantSettings, { ...tenant, changes }).toPromise()
          if (!refused) reload()
          return refused && problemOf(refused)
        }}
      />
    </>
  )
}

const OfEverybody = () => {
  const { settings: texts, common } = useTexts()
  const client = useClient()
  const [{ data, error }, ask] = useQuery({ query: OperatorSettings, requestPolicy: 'cache-and-network' })
  const found = data?.settings
  const reload = () => ask({ requestPolicy: 'network-only' })
  if (error) return <ProblemPanel problem={problemOf(error)} onRetry={reload} />
  if (!found) return <Loader aria-label={common.loading} role="status" />
  return (
    <>
      <p className={css['line']}>{texts.ofEverybody(found.maxAttempts, found.timeoutMs, found.allowHttp)}</p>
      <SettingsForm
        sections={operatorSections} values={found} isReadOnly={false}
        onSave={async (changes) => {
          const { error: refused } = await client.mutation(ChangeSettings, { changes }).toPromise()
          if (!refused) reload()
          return refused && problemOf(refused)
        }}
      />
    </>
  )
}

export const SettingsPage = () => {
  const { settings: texts } = useTexts()
  const may = useMay()
  const { tenantId } = useMe()
  const { filters, setFilters } = useFilters(filterNames)
  const hasAll = tenantId === null && may('updateSettings')
  const isOfTenant = !hasAll || filters.of === 'tenant'
  return (
    <Split>
      <PageHead title={texts.title} lead={texts.lead} />
      {hasAll && <Segments label={texts.whose} value={filters.of} onChange={(of) => setFilters({ of: of ?? '' })} names={[[undefined, texts.everybody], ['tenant', texts.oneTenant]]} />}
      <div className={css['body']}>
        {isOfTenant ? <TenantNeeded>{(tenant) => <OfTenant tenant={tenant} />}</TenantNeeded> : <OfEverybody />}
      </div>
    </Split>
  )
}
