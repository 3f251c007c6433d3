/** Texts of the events. */
const n = new Intl.NumberFormat('en')

export const events = {
  title: 'Events',
  lead: 'What happened, whether anybody asked for it or not.',
  search: 'Resource id, or id of an event',
  anyType: 'Any event type',
  nobody: 'Nobody asked for it',
  columns: { type: 'Event', tenant: 'Tenant', outcome: 'Deliveries', at: 'When' },
  empty: { title: 'No events yet', text: 'A row that changes in a watched table becomes an event here within a second; rowhook watch or emit makes the first.' },
  fresh: (of: number, isAtLeast: boolean) => (of === 1 ? 'Show 1 new event' : `Show ${n.format(of)}${isAtLeast ? '+' : ''} new events`),
  emit: {
    open: 'Emit an event',
    title: 'Emit an event by hand',
    text: 'It is recorded like any other and goes to every endpoint that asks for its type. To try one endpoint alone, send it a test instead.',
    type: 'Event type',
    data: 'Data',
    dataHint: 'The example of the type to begin with. It is sent as it is written here.',
    resourceType: 'Resource type',
    resourceId: 'Resource id',
    run: 'Emit it',
  },
  detail: {
    title: 'Event',
    missing: 'This event is not here',
    missingText: 'It was dropped by retention, or belongs to another tenant.',
    who: 'Who got it, and why',
    noEndpoints: 'There is no endpoint that could have got it.',
    notSent: 'Not sent',
    seeDelivery: 'See the delivery',
    payload: 'Body that is sent',
    previous: 'What changed, as it was before',
    omitted: (why: string) => `The payload holds the key columns only: ${why}.`,
    facts: {
      resource: 'Resource', more: 'all of its events', at: 'Happened', due: 'Due', only: 'Only for', tenant: 'Tenant', id: 'Id', user: 'Written by', cause: 'Caused by', context: 'Context',
      depth: (depth: number) => (depth === 1 ? 'one event behind it' : `${n.format(depth)} events behind it`),
    },
  },
}
