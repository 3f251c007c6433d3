/** The frame around every page: where one is, where one can go, who one is. */
import { ActionIcon, AppShell, Burger, Center, Loader } from '@mantine/core'
import { Suspense, useEffect, useState } from 'react'
import { Link, Redirect, Route, Switch, useLocation } from 'wouter'
import { useLostConnection } from '../api/connection.ts'
import { useTexts } from '../i18n/texts.tsx'
import { KeyboardIcon } from '../parts/icons.tsx'
import { useMay } from '../session/me.ts'
import { Account } from './account.tsx'
import { KeyHelp } from './key-help.tsx'
import { useKeys } from './keys.tsx'
import { Logo } from './logo.tsx'
import { NotFound } from './not-found.tsx'
import { firstPage, pages } from './pages.ts'
import { Preferences } from './preferences.tsx'
import css from './shell.module.css'

export const Shell = () => {
  const { shell, common } = useTexts()
  const [location, go] = useLocation()
  const [isMenuOpen, setMenuOpen] = useState(false)
  const [isHelpOpen, setHelpOpen] = useState(false)
  const isLost = useLostConnection()
  const may = useMay()
  const offered = pages.filter(({ needs }) => needs === undefined || may(needs))
  const current = offered.find(({ name }) => location === `/${name}` || location.startsWith(`/${name}/`))
  const nameOf = (name: string) => shell.pages[name] ?? name

  useEffect(() => setMenuOpen(false), [location])
  useEffect(() => void (document.title = current ? `${nameOf(current.name)} · ${shell.name}` : shell.name), [current, shell])
  useKeys([
    ...offered.map(({ name, key }) => ({ keys: `g ${key}`, text: shell.keys.goTo(nameOf(name)), run: () => go(`/${name}`) })),
    { keys: '?', text: shell.keys.help, run: () => setHelpOpen(true) },
  ])

  return (
    <AppShell navbar={{ width: 236, breakpoint: 'sm', collapsed: { mobile: !isMenuOpen } }} header={{ height: 52, collapsed: false }} layout="alt" classNames={{ header: css['header']!, navbar: css['navbar']!, main: css['main']! }}>
      <a href={`${location}#content`} className={css['skip']} onClick={(event) => { event.preventDefault(); document.querySelector<HTMLElement>('#content')?.focus() }}>
        {shell.skip}
      </a>
      <AppShell.Header hiddenFrom="sm">
        <Burger opened={isMenuOpen} onClick={() => setMenuOpen(!isMenuOpen)} size="sm" aria-label={isMenuOpen ? shell.closeMenu : shell.openMenu} />
        <Logo />
      </AppShell.Header>
      <AppShell.Navbar aria-label={shell.navigation}>
        <div className={css['top']}>
          <Logo />
          <Burger hiddenFrom="sm" opened size="sm" onClick={() => setMenuOpen(false)} aria-label={shell.closeMenu} />
        </div>
        <ul className={css['pages']}>
          {offered.map(({ name, icon: Icon }) => (
            <li key={name}>
              <Link href={`/${name}`} className={css['page']} aria-current={current?.name === name ? 'page' : undefined}>
                <Icon />
                {nameOf(name)}
              </Link>
            </li>
          ))}
        </ul>
        <div className={css['foot']}>
          <Preferences>
            <ActionIcon variant="subtle" color="gray" aria-label={shell.keys.open} title={`${shell.keys.open} (?)`} onClick={() => setHelpOpen(true)}>
              <KeyboardIcon />
            </ActionIcon>
          </Preferences>
          <Account />
        </div>
      </AppShell.Navbar>
      <AppShell.Main id="content" tabIndex={-1} data-page={current?.name}>
        <Suspense fallback={<Center mih="40vh"><Loader aria-label={common.loading} role="status" /></Center>}>
          <Switch>
            <Route path="/"><Redirect to={`/${firstPage}`} replace /></Route>
            {offered.map(({ name, view: View }) => (
              <Route key={name} path={`/${name}`} nest>
                <View />
              </Route>
            ))}
            <Route><NotFound /></Route>
          </Switch>
        </Suspense>
      </AppShell.Main>
      <p className={css['lost']} role="status">{isLost && shell.live.lost}</p>
      <KeyHelp isOpen={isHelpOpen} onClose={() => setHelpOpen(false)} />
    </AppShell>
  )
}
