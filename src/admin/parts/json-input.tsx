/** A field for JSON: what is wrong with it is said as one types. */
import { Textarea } from '@mantine/core'
import { useTexts } from '../i18n/texts.tsx'

/** @returns what the parser says, nothing where the text is JSON */
export const jsonProblem = (text: string): string | undefined => {
  try {
    JSON.parse(text)
    return undefined
  } catch (error) {
    return (error as Error).message
  }
}

type Props = {
  readonly label: string
  readonly description: string
  readonly value: string
  readonly onChange: (text: string) => void
  /** what the server says of it */
  readonly problem?: string | undefined
  /** an empty text stands for nothing at all */
  readonly mayBeEmpty?: boolean
}

export const JsonInput = ({ label, description, value, onChange, problem, mayBeEmpty = false }: Props) => {
  const { common } = useTexts()
  const fault = mayBeEmpty && value.trim() === '' ? undefined : jsonProblem(value)
  return (
    <Textarea
      label={label} description={description} value={value} onChange={(event) => onChange(event.currentTarget.value)} autosize minRows={4} maxRows={14} spellCheck={false} classNames={{ input: 'mono' }}
      error={fault === undefined ? problem : common.notJson(fault)}
    />
  )
}
