/** The languages there are. English comes with the page; the others are fetched when they are chosen. */
import { en, type Texts } from './en/index.ts'

export const languages = {
  en: { name: 'English', load: () => Promise.resolve(en) },
  es: { name: 'Español', load: async () => (await import('./es/index.ts')).es },
} as const satisfies Record<string, { readonly name: string; readonly load: () => Promise<Texts> }>

export type Language = keyof typeof languages

export const isLanguage = (name: string | null | undefined): name is Language => typeof name === 'string' && Object.hasOwn(languages, name)
