/** What a reader prefers on this device: language, colours. Nothing secret. */
type Name = 'language' | 'scheme'

export const readPreference = (name: Name): string | undefined => {
  try {
    return localStorage.getItem(`rowhook.${name}`) ?? undefined
  } catch {
    return undefined
  }
}

export const writePreference = (name: Name, value: string): void => {
  try {
    localStorage.setItem(`rowhook.${name}`, value)
  } catch {
    // it holds until the page is reloaded
  }
}
