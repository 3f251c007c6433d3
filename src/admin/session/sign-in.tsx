/** Where one comes in: a token is pasted, or the one before has ended. */
import { Button, Code, PasswordInput } from '@mantine/core'
import { type FormEvent, useState } from 'react'
import type { Problem } from '../api/problem.ts'
import { useTexts } from '../i18n/texts.tsx'
import { ProblemPanel } from '../parts/problem.tsx'
import { Preferences } from '../shell/preferences.tsx'
import { Logo } from '../shell/logo.tsx'
import { signIn } from './token.ts'
import css from './sign-in.module.css'

export const SignIn = ({ ended }: { readonly ended: Problem | undefined }) => {
  const { signIn: texts } = useTexts().shell
  const [token, setToken] = useState('')
  const [isEmpty, setEmpty] = useState(false)
  const isExpired = ended?.code === 'WHEXP'

  const submit = (event: FormEvent) => {
    event.preventDefault()
    setEmpty(token.trim() === '')
    if (token.trim() !== '') signIn(token)
  }

  return (
    <main className={css['place']}>
      <div className={css['card']}>
        <Logo />
        <h1>{isExpired ? texts.expired : ended ? texts.refused : texts.title}</h1>
        <p className="dimmed">{isExpired ? texts.expiredText : texts.lead}</p>
        {ended && !isExpired && <ProblemPanel problem={ended} />}
        <form onSubmit={submit}>
          <PasswordInput
            label={texts.label} placeholder={texts.placeholder} value={token} onChange={(event) => setToken(event.currentTarget.value)}
            error={isEmpty && texts.empty} autoComplete="off" spellCheck={false} data-autofocus size="md"
          />
          <Button type="submit" size="md" fullWidth mt="md">
            {texts.action}
          </Button>
        </form>
        <section className={css['how']}>
          <h2>{texts.how}</h2>
          <ul>
            <li>{texts.demo}</li>
            <li>
              {texts.mint}
              <Code block>rowhook token --tenant &lt;id&gt; --role owner</Code>
            </li>
            <li>{texts.provider}</li>
          </ul>
        </section>
      </div>
      <Preferences />
    </main>
  )
}
