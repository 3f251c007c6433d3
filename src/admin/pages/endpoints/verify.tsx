/** A receiver for this endpoint, written out in the language of whoever reads. */
import { SegmentedControl } from '@mantine/core'
import { useState } from 'react'
import { useTexts } from '../../i18n/texts.tsx'
import { Code } from '../../parts/code.tsx'
import { receiverOf } from './snippets/receiver.ts'
import { type SnippetName, snippets } from './snippets/all.ts'
import type { Endpoint } from './use-endpoint.ts'
import css from './verify.module.css'

export const Verify = ({ endpoint }: { readonly endpoint: Endpoint }) => {
  const { verify } = useTexts().endpoints
  const [language, setLanguage] = useState<SnippetName>('node')
  const receiver = receiverOf(endpoint)
  const { name, file, run, write } = snippets[language]
  return (
    <section aria-label={verify.title}>
      <h2>{verify.title}</h2>
      <p className={css['text']}>{verify.text} {verify.secretName(receiver.secretName)}</p>
      <div className={css['languages']}>
        <SegmentedControl size="xs" value={language} onChange={(value) => setLanguage(value as SnippetName)} data={Object.entries(snippets).map(([value, { name: label }]) => ({ value, label }))} aria-label={verify.language} />
      </div>
      <p className={css['file']}><code>{file}</code>{run && <code className="dimmed">$ {run}</code>}</p>
      <Code text={write(receiver)} label={name} />
    </section>
  )
}
