/** Colours and language. */
import { ActionIcon, Menu, useMantineColorScheme } from '@mantine/core'
import { isLanguage, languages } from '../i18n/languages.ts'
import { useSpeech } from '../i18n/texts.tsx'
import { CheckIcon, LanguageIcon, MoonIcon, SunIcon, SystemIcon } from '../parts/icons.tsx'
import css from './preferences.module.css'

const schemes = [['light', SunIcon], ['dark', MoonIcon], ['auto', SystemIcon]] as const

export const Preferences = ({ children }: { readonly children?: React.ReactNode }) => {
  const { texts: { shell }, language, choose } = useSpeech()
  const { colorScheme, setColorScheme } = useMantineColorScheme()
  const Current = schemes.find(([name]) => name === colorScheme)?.[1] ?? SystemIcon
  return (
    <div className={css['bar']}>
      <Menu position="top-start" withinPortal>
        <Menu.Target>
          <ActionIcon variant="subtle" color="gray" aria-label={shell.scheme.label} title={shell.scheme.label}>
            <Current />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          {schemes.map(([name, Icon]) => (
            <Menu.Item key={name} leftSection={<Icon size={16} />} rightSection={name === colorScheme ? <CheckIcon size={14} /> : undefined} onClick={() => setColorScheme(name)}>
              {shell.scheme[name]}
            </Menu.Item>
          ))}
        </Menu.Dropdown>
      </Menu>
      <Menu position="top-start" withinPortal>
        <Menu.Target>
          <ActionIcon variant="subtle" color="gray" aria-label={shell.language} title={shell.language}>
            <LanguageIcon />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          {Object.entries(languages).map(([each, { name }]) => (
            <Menu.Item key={each} lang={each} rightSection={each === language ? <CheckIcon size={14} /> : undefined} onClick={() => isLanguage(each) && choose(each)}>
              {name}
            </Menu.Item>
          ))}
        </Menu.Dropdown>
      </Menu>
      {children}
    </div>
  )
}
