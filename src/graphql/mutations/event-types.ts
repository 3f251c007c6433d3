/** The catalogue of event types, which the operator edits. */
import { asColumns, callOne, type Act } from './act.ts'

const EVENT_TYPE = '"The event type as it is now."\neventType: EventType'

const fields = `
  "When it happens, for people."
  description: String
  "JSON Schema of its data; null: not described."
  jsonSchema: JSON
  "Example data, which a test sends."
  example: JSON
  "False: its events are recorded but delivered to nobody."
  enabled: Boolean`

export const eventTypeInputs = `
"A new event type."
input NewEventType {
  "Dotted name in lower case, the thing first and then what happened: sale.created."
  name: String!${fields}
}
"What is to change. What is left out stays; the name cannot change, since receivers know it."
input EventTypeChanges {${fields}
}`

export const eventTypeActs: readonly Act[] = [
  {
    name: 'createEventType',
    description: 'Registers an event type, for all tenants.',
    args: 'eventType: NewEventType!',
    payload: EVENT_TYPE,
    isOfAll: true,
    calls: 'create_event_type(jsonb)',
    run: (client, { eventType }) => callOne(client, 'select (webhooks.create_event_type($1)).name as "eventTypeName"', [asColumns(eventType)]),
  },
  {
    name: 'updateEventType',
    description: 'Changes what is given of an event type and leaves the rest.',
    args: 'name: String!\nchanges: EventTypeChanges!',
    payload: EVENT_TYPE,
    isOfAll: true,
    calls: 'update_event_type(text,jsonb)',
    run: (client, { name, changes }) => callOne(client, 'select (webhooks.update_event_type($1, $2)).name as "eventTypeName"', [name, asColumns(changes)]),
  },
  {
    name: 'deprecateEventType',
    description: 'Marks an event type as one that new endpoints should not ask for. It is delivered as before.',
    args: 'name: String!\n"False takes the mark away."\ndeprecated: Boolean = true',
    payload: EVENT_TYPE,
    isOfAll: true,
    calls: 'deprecate_event_type(text,boolean)',
    run: (client, { name, deprecated }) => callOne(client, 'select (webhooks.deprecate_event_type($1, $2)).name as "eventTypeName"', [name, deprecated]),
  },
]
