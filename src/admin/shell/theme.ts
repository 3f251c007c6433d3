/** How the page looks, where it differs from Mantine: one accent, quiet greys, a dark side that is blue rather than black. */
import { createTheme, type CSSVariablesResolver, type MantineColorsTuple, type MantineColorSchemeManager } from '@mantine/core'
import { readPreference, writePreference } from '../parts/preference.ts'

const accent: MantineColorsTuple = ['#eef0ff', '#dfe2fe', '#c0c6fc', '#9fa7f9', '#8189f6', '#6b70f1', '#5a5be8', '#4f46e5', '#4338ca', '#3730a3']
const gray: MantineColorsTuple = ['#f8f9fb', '#f1f3f6', '#e5e8ee', '#d5dae3', '#b3bbc9', '#8791a3', '#5d6779', '#475063', '#2c3444', '#171d2a']
const dark: MantineColorsTuple = ['#e3e7f0', '#c3cad8', '#9aa4b8', '#737e94', '#3a4256', '#2a3143', '#1b2130', '#11151f', '#0d1018', '#090b11']

export const theme = createTheme({
  primaryColor: 'accent',
  primaryShade: { light: 7, dark: 6 },
  colors: { accent, gray, dark },
  defaultRadius: 'md',
  cursorType: 'pointer',
  fontFamily: 'ui-sans-serif, system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif',
  fontFamilyMonospace: 'ui-monospace, SFMono-Regular, "SF Mono", Menlo, Consolas, "Liberation Mono", monospace',
  fontSizes: { xs: '0.75rem', sm: '0.8125rem', md: '0.875rem', lg: '1rem', xl: '1.25rem' },
  respectReducedMotion: true,
})

/** Colours by their use; every text of them has a contrast of 4.5 or more on its ground. */
export const variables: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    '--mantine-color-error': '#c0263a', '--mantine-color-body': '#ffffff', '--mantine-color-dimmed': '#5d6779', '--mantine-color-placeholder': '#667084',
    '--ground': '#f8f9fb', '--panel': '#ffffff', '--line': '#e5e8ee', '--hover': '#f4f5f9', '--chosen': '#eef0ff', '--shadow': '0 1px 2px rgb(23 29 42 / 6%)',
    '--good': '#0b7a4b', '--good-soft': '#e3f6ec', '--bad': '#c0263a', '--bad-soft': '#fdeaec', '--wait': '#8f5a00', '--wait-soft': '#fdf2d8',
    '--calm': '#5d6779', '--calm-soft': '#eef0f4', '--news': '#3b4fd8', '--news-soft': '#e9edff',
    '--code-key': '#3730a3', '--code-string': '#0b7a4b', '--code-number': '#b3540f', '--code-word': '#a02a78', '--code-ground': '#f8f9fb',
  },
  dark: {
    '--mantine-color-error': '#ff8b97', '--mantine-color-body': '#141925', '--mantine-color-dimmed': '#9aa4b8', '--mantine-color-placeholder': '#8791a6',
    '--ground': '#0d1018', '--panel': '#141925', '--line': '#262d3d', '--hover': '#1a2030', '--chosen': '#22274a', '--shadow': 'none',
    '--good': '#5fd39b', '--good-soft': '#10301f', '--bad': '#ff8b97', '--bad-soft': '#3d1620', '--wait': '#f0bd5c', '--wait-soft': '#35270b',
    '--calm': '#9aa4b8', '--calm-soft': '#222939', '--news': '#9fb0ff', '--news-soft': '#1e2650',
    '--code-key': '#aab4ff', '--code-string': '#7fd9ab', '--code-number': '#f2b377', '--code-word': '#f19ad0', '--code-ground': '#0f131d',
  },
})

const isScheme = (name: string | undefined): name is 'light' | 'dark' | 'auto' => name === 'light' || name === 'dark' || name === 'auto'

export const schemeManager: MantineColorSchemeManager = {
  get: (fallback) => {
    const chosen = readPreference('scheme')
    return isScheme(chosen) ? chosen : fallback
  },
  set: (scheme) => writePreference('scheme', scheme),
  subscribe: () => undefined,
  unsubscribe: () => undefined,
  clear: () => undefined,
}
