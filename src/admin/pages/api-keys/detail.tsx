/** One key: whose, what for, and its end. */
import { Button, Group, Loader, Modal } from '@mantine/core'
import { useState } from 'react'
import { useMutation, useQuery } from 'urql'
import { problemOf } from '../../api/problem.ts'
import { useTexts } from '../../i18n/texts.tsx'
import { DetailPane, Facts } from '../../parts/detail-pane.tsx'
import { Empty } from '../../parts/empty.tsx'
import { KeyIcon, StopIcon } from '../../parts/icons.tsx'
import { toPage } from '../../parts/page-address.ts'
import { ProblemPanel } from '../../parts/problem.tsx'
import { RelativeTime } from '../../parts/time.tsx'
import { useMay, useTenantOf } from '../../session/me.ts'
import { Link } from 'wouter'
import { type ApiKeyRow, OneApiKey, RevokeApiKey } from './api-keys.graphql'
import { KeyState } from './key-state.tsx'

const Revoke = ({ of, onDone }: { readonly of: ApiKeyRow; readonly onDone: (row: ApiKeyRow) => void }) => {
  const { apiKeys: { revoke: texts }, common } = useTexts()
  const tenantOf = useTenantOf()
  const [{ error, fetching }, revoke] = useMutation(RevokeApiKey)
  const [isAsked, setAsked] = useState(false)
  const run = async () => {
    const { data } = await revoke({ id: of.id, ...tenantOf(of) })
    setAsked(false)
    if (data?.revokeApiKey?.apiKey) onDone(data.revokeApiKey.apiKey)
  }
  return (
    <>
      <Button size="xs" variant="default" leftSection={<StopIcon size={15} />} onClick={() => setAsked(true)}>{texts.open}</Button>
      {error && <ProblemPanel problem={problemOf(error)} />}
      <Modal opened={isAsked} onClose={() => setAsked(false)} title={texts.title(of.name)} centered closeButtonProps={{ 'aria-label': common.close }}>
        <p>{texts.text}</p>
        <Group justify="flex-end" mt="lg">
          <Button variant="default" onClick={() => setAsked(false)}>{common.back}</Button>
          <Button color="red" loading={fetching} onClick={() => void run()}>{texts.open}</Button>
        </Group>
      </Modal>
    </>
  )
}

type Props = { readonly id: string; readonly onClose: () => void; readonly onChange: (row: ApiKeyRow) => void }

export const ApiKeyDetail = ({ id, onClose, onChange }: Props) => {
  const { apiKeys: texts, common } = useTexts()
  const may = useMay()
  const [{ data, error, fetching }, ask] = useQuery({ query: OneApiKey, variables: { id } })
  const row = data?.apiKey
  const at = (time: string | null) => time && <RelativeTime at={time} />
  return (
    <DetailPane label={texts.one} title={row?.name ?? texts.one} badge={row && <KeyState of={row} />} onClose={onClose}>
      {error && <ProblemPanel problem={problemOf(error)} onRetry={() => ask({ requestPolicy: 'network-only' })} />}
      {!row && fetching && <Loader m="xl" aria-label={common.loading} role="status" />}
      {!row && !fetching && !error && <Empty icon={KeyIcon} title={texts.missing} text={common.problems.missing} />}
      {row && (
        <>
          {row.revokedAt === null && may('revokeApiKey') && <Revoke of={row} onDone={(revoked) => { onChange(revoked); ask({ requestPolicy: 'network-only' }) }} />}
          <Facts
            facts={[
              [texts.columns.role, <>{texts.roleNames[row.role] ?? row.role} <span className="dimmed">{texts.roleTexts[row.role]}</span></>],
              [texts.columns.tenant, row.tenantId],
              [texts.columns.ends, at(row.expiresAt) ?? common.never],
              [texts.columns.revoked, at(row.revokedAt)],
              [texts.columns.by, row.createdBy],
              [texts.columns.made, at(row.createdAt)],
              [texts.columns.id, <span className="mono">{row.id}</span>],
              [texts.columns.did, <Link href={toPage('/audit-log', { actor: `key:${row.id}` })}>{texts.didLink}</Link>],
            ]}
          />
        </>
      )}
    </DetailPane>
  )
}
