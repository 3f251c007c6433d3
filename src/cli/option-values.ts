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

/** For an option that may be given several times. */
export const collect = (text: string, before: readonly string[]): readonly string[] => [...before, text]
