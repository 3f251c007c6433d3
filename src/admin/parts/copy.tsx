/** Copies a text and says that it has. */
import { ActionIcon, Button } from '@mantine/core'
import { useEffect, useState } from 'react'
import { useTexts } from '../i18n/texts.tsx'
import { CheckIcon, CopyIcon } from './icons.tsx'

const SHOWN_MS = 1_500

/** The clipboard is there on https and on this machine, where the browser allows it; elsewhere the old way does. */
const write = async (text: string): Promise<void> => {
  try {
    return await navigator.clipboard.writeText(text)
  } catch {
    copyTheOldWay(text)
  }
}

const copyTheOldWay = (text: string): void => {
  const area = document.createElement('textarea')
  area.value = text
  document.body.append(area)
  area.select()
  document.execCommand('copy')
  area.remove()
}

export const useCopy = (): readonly [isCopied: boolean, copy: (text: string) => void] => {
  const [copiedAt, setCopiedAt] = useState(0)
  useEffect(() => {
    if (copiedAt === 0) return undefined
    const timer = setTimeout(() => setCopiedAt(0), SHOWN_MS)
    return () => clearTimeout(timer)
  }, [copiedAt])
  return [copiedAt > 0, (text) => void write(text).then(() => setCopiedAt(Date.now()))]
}

/** Icon alone where `label` names it for screen readers; with the words where `isWide`. `text` may be a function where it is costly to make. */
export const CopyButton = ({ text, label, isWide = false }: { readonly text: string | (() => string); readonly label?: string; readonly isWide?: boolean }) => {
  const { common } = useTexts()
  const [isCopied, copy] = useCopy()
  const icon = isCopied ? <CheckIcon size={16} /> : <CopyIcon size={16} />
  const said = isCopied ? common.copied : (label ?? common.copy)
  const onClick = () => copy(typeof text === 'string' ? text : text())
  return isWide ? (
    <Button size="xs" variant="default" leftSection={icon} onClick={onClick}>
      {said}
    </Button>
  ) : (
    <ActionIcon size="sm" variant="subtle" color="gray" aria-label={said} title={said} onClick={onClick}>
      {icon}
    </ActionIcon>
  )
}
