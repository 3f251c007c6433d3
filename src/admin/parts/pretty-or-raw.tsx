/** A body, broken into lines or byte for byte, under its title. */
import { SegmentedControl } from '@mantine/core'
import { useState } from 'react'
import { useTexts } from '../i18n/texts.tsx'
import { Code, prettyJson } from './code.tsx'
import css from './pretty-or-raw.module.css'

export const PrettyOrRaw = ({ title, text }: { readonly title: string; readonly text: string }) => {
  const { common } = useTexts()
  const [form, setForm] = useState('pretty')
  return (
    <>
      <div className={css['head']}>
        <h3>{title}</h3>
        <SegmentedControl size="xs" value={form} onChange={setForm} data={[{ value: 'pretty', label: common.pretty }, { value: 'raw', label: common.raw }]} aria-label={title} />
      </div>
      <Code text={form === 'pretty' ? prettyJson(text) : text} isJson label={title} />
    </>
  )
}
