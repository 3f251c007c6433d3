/** Values of options, checked while the command line is read. */
import { InvalidArgumentError } from 'commander'

/** A whole number within bounds, for commander's argument parser. */
export const asNumber =
  (least: number, most: number) =>
  (text: string): number => {
    const number = Number(text)
    if (!/^\d{1,9}$/.test(text) || number < least || number > most) throw new InvalidArgumentError(`It must be a whole number from ${least} to ${most}.`)
    return number
  }

/** The id of an endpoint or a delivery, for commander's argument parser. */
export const asId = (text: string): string => {
  if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text)) throw new InvalidArgumentError('It must be an id, such as 019aa7a2-3f00-7000-8000-000000000001.')
  return text
}

/** For an option that may be given several times. */
export const collect = (text: string, before: readonly string[] = []): readonly string[] => [...before, text]
