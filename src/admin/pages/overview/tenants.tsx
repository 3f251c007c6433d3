/** The tenants, for the operator to choose whose things to look at. */
import { TextInput } from '@mantine/core'
import { useState } from 'react'
import { useQuery } from 'urql'
import { problemOf } from '../../api/problem.ts'
import { useTexts } from '../../i18n/texts.tsx'
import { Empty } from '../../parts/empty.tsx'
import { BuildingIcon, SearchIcon } from '../../parts/icons.tsx'
import { ProblemPanel } from '../../parts/problem.tsx'
import { Pill } from '../../parts/status.tsx'
import { useMe } from '../../session/me.ts'
import { TenantChoices } from '../../session/session.graphql'
import css from './tenants.module.css'

export const Tenants = () => {
  const { tenants: texts } = useTexts().overview
  const { chooseTenant } = useMe()
  const [search, setSearch] = useState('')
  const [{ data, error, fetching }] = useQuery({ query: TenantChoices, variables: { search } })
  const tenants = data?.tenants?.nodes ?? []
  return (
    <>
      <TextInput className={css['search']} type="search" value={search} placeholder={texts.search} aria-label={texts.search} leftSection={<SearchIcon size={16} />} onChange={(event) => setSearch(event.currentTarget.value)} />
      {error && <ProblemPanel problem={problemOf(error)} />}
      {tenants.length === 0 && !fetching && !error && <Empty icon={BuildingIcon} title={texts.none} text={texts.noneText} />}
      <ul className={css['tenants']}>
        {tenants.map(({ id, endpoints, sending }) => (
          <li key={id}>
            <button type="button" className={css['tenant']} onClick={() => chooseTenant(id)}>
              <strong>{id}</strong>
              <span className="dimmed">{texts.endpoints(endpoints)}</span>
              {!sending && <Pill tone="wait">{texts.off}</Pill>}
            </button>
          </li>
        ))}
      </ul>
      {data?.tenants?.pageInfo.hasNextPage && <p className="dimmed">{texts.more}</p>}
    </>
  )
}
