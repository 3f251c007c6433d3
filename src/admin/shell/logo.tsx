/** The mark and the name. */
import { useTexts } from '../i18n/texts.tsx'
import css from './logo.module.css'

export const Logo = () => {
  const { shell } = useTexts()
  return (
    <span className={css['logo']}>
      <svg width="26" height="26" viewBox="0 0 32 32" aria-hidden="true">
        <rect width="32" height="32" rx="9" fill="var(--mantine-primary-color-filled)" />
        <path d="M8 10h9M8 16h6M8 22h9M20 11.5l4.5 4.5-4.5 4.5" fill="none" stroke="#fff" strokeWidth="2.6" strokeLinecap="round" strokeLinejoin="round" />
      </svg>
      {shell.name}
    </span>
  )
}
