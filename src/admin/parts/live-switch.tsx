/** Whether a list follows what happens, and what came meanwhile. */
import { Button, Switch } from '@mantine/core'
import { useTexts } from '../i18n/texts.tsx'
import css from './live-switch.module.css'

export const LiveSwitch = ({ isLive, onChange }: { readonly isLive: boolean; readonly onChange: (isLive: boolean) => void }) => {
  const { live } = useTexts().shell
  return <Switch size="sm" checked={isLive} onChange={(event) => onChange(event.currentTarget.checked)} label={isLive ? live.on : live.off} title={isLive ? live.turnOff : live.turnOn} />
}

/** Rows that wait because somebody reads further down. */
export const Fresh = ({ words, onShow }: { readonly words: string; readonly onShow: () => void }) => <Button className={css['fresh']} size="xs" radius="xl" onClick={onShow}>{words}</Button>
