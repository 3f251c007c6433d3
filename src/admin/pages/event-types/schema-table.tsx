/** The fields of an event's data, as its JSON Schema names them: readable without knowing JSON Schema. */
import { useTexts } from '../../i18n/texts.tsx'
import { FieldTable } from '../../parts/field-table.tsx'
import css from './schema-table.module.css'

type Schema = Readonly<Record<string, unknown>>
type Field = { readonly path: string; readonly type: string; readonly isNeeded: boolean; readonly text: string }

const asSchema = (value: unknown): Schema => (typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Schema) : {})

const typeOf = (schema: Schema): string => {
  const { type, format, enum: choices, items } = schema
  if (Array.isArray(choices)) return choices.map((each) => JSON.stringify(each)).join(' | ')
  const name = Array.isArray(type) ? type.join(' | ') : typeof type === 'string' ? type : ''
  if (name === 'array' && items) return `${typeOf(asSchema(items)) || 'any'}[]`
  return typeof format === 'string' ? `${name} (${format})` : name
}

/** Beyond it a table helps nobody; the schema itself stands below. */
const DEEPEST = 4

const fieldsOf = (schema: Schema, path = '', depth = 0): readonly Field[] => {
  const needed = Array.isArray(schema['required']) ? (schema['required'] as unknown[]) : []
  return Object.entries(asSchema(schema['properties'])).flatMap(([name, value]): readonly Field[] => {
    const field = asSchema(value)
    const isList = field['type'] === 'array'
    const own: Field = { path: path + name, type: typeOf(field), isNeeded: needed.includes(name), text: typeof field['description'] === 'string' ? field['description'] : '' }
    return depth >= DEEPEST ? [own] : [own, ...fieldsOf(isList ? asSchema(field['items']) : field, `${path}${name}${isList ? '[]' : ''}.`, depth + 1)]
  })
}

export const SchemaTable = ({ schema }: { readonly schema: unknown }) => {
  const { fields: texts } = useTexts().eventTypes
  const fields = fieldsOf(asSchema(schema))
  if (fields.length === 0) return <p className="dimmed">{texts.none}</p>
  return (
    <FieldTable head={[texts.name, texts.type, texts.text]}>
      {fields.map(({ path, type, isNeeded, text }) => (
        <tr key={path}>
          <th scope="row">{path}</th>
          <td className="mono">{type}</td>
          <td>{isNeeded && <span className={css['needed']}>{texts.needed}</span>} {text}</td>
        </tr>
      ))}
    </FieldTable>
  )
}
