/** Who is signed in, for which tenant, and the way out. */
import { ActionIcon, Select } from '@mantine/core'
import { useState } from 'react'
import { useQuery } from 'urql'
import { useTexts } from '../i18n/texts.tsx'
import { BuildingIcon, SignOutIcon } from '../parts/icons.tsx'
import { useRelative } from '../parts/time.tsx'
import { useMe } from '../session/me.ts'
import { TenantChoices } from '../session/session.graphql'
import { signOut } from '../session/token.ts'
import css from './account.module.css'

/** The operator has all tenants and looks at one or at all; which there are is asked as they type. */
const TenantChoice = () => {
  const { account } = useTexts().shell
  const { tenant, chooseTenant } = useMe()
  const [search, setSearch] = useState('')
  const [{ data }] = useQuery({ query: TenantChoices, variables: { search: search === tenant ? '' : search } })
  const known = (data?.tenants?.nodes ?? []).map(({ id }) => id)
  return (
    <Select
      size="xs" label={account.tenant} placeholder={account.allTenants} leftSection={<BuildingIcon size={15} />} className={css['choice']} searchable clearable
      value={tenant ?? null} onChange={(chosen) => chooseTenant(chosen ?? undefined)} onSearchChange={setSearch} data={tenant && !known.includes(tenant) ? [tenant, ...known] : known} filter={({ options }) => options}
    />
  )
}

const Ends = ({ at }: { readonly at: string }) => {
  const { account } = useTexts().shell
  return <>{account.ends(useRelative(at))}</>
}

export const Account = () => {
  const { account } = useTexts().shell
  const { subject, role, tenantId, expiresAt } = useMe()
  return (
    <div className={css['account']}>
      {role === 'operator' && tenantId === null && <TenantChoice />}
      <div className={css['who']}>
        <span className={css['initial']} aria-hidden="true">{subject.replace(/^key:/, '').slice(0, 1).toUpperCase()}</span>
        <span className={css['names']} title={expiresAt ? undefined : subject}>
          <strong>{subject}</strong>
          <span className="dimmed">
            {account.roles[role] ?? role}
            {tenantId !== null && ` · ${tenantId}`}
          </span>
          {expiresAt && <span className={css['ends']}><Ends at={expiresAt} /></span>}
        </span>
        <ActionIcon variant="subtle" color="gray" aria-label={account.signOut} title={account.signOut} onClick={signOut}>
          <SignOutIcon />
        </ActionIcon>
      </div>
    </div>
  )
}
