/** The texts in the language of the reader: their own choice, else the first that their browser asks for. */
import { createContext, type ReactNode, useContext, useEffect, useMemo, useState } from 'react'
import { readPreference, writePreference } from '../parts/preference.ts'
import { en, type Texts } from './en/index.ts'
import { isLanguage, type Language, languages } from './languages.ts'

type Speech = { readonly texts: Texts; readonly language: Language; readonly choose: (language: Language) => void }

const SpeechContext = createContext<Speech>({ texts: en, language: 'en', choose: () => undefined })

const preferred = (): Language => {
  const chosen = readPreference('language')
  if (isLanguage(chosen)) return chosen
  return navigator.languages.map((each) => each.slice(0, 2)).find(isLanguage) ?? 'en'
}

export const SpeechProvider = ({ children }: { readonly children: ReactNode }) => {
  const [language, setLanguage] = useState(preferred)
  const [spoken, setSpoken] = useState<{ readonly texts: Texts; readonly language: Language } | undefined>(language === 'en' ? { texts: en, language } : undefined)

  useEffect(() => {
    let isLatest = true
    // Where the texts of a language cannot be fetched, English is better than nothing.
    void languages[language].load().catch(() => en).then((texts) => {
      if (!isLatest) return
      setSpoken({ texts, language })
      document.documentElement.lang = language
    })
    return () => void (isLatest = false)
  }, [language])

  const speech = useMemo(() => spoken && { ...spoken, choose: (next: Language) => { writePreference('language', next); setLanguage(next) } }, [spoken])
  return speech && <SpeechContext value={speech}>{children}</SpeechContext>
}

export const useSpeech = (): Speech => useContext(SpeechContext)

export const useTexts = (): Texts => useSpeech().texts
