/** Deliveries and events by hand. */
import { RowhookError } from '../../core/errors.ts'
import { callOne, type Act, type Args } from './act.ts'

/** `dataText` keeps numbers and key order as they are written; `data` has been through a JSON parser. */
const eventData = ({ data, dataText }: Args): string => {
  if (data !== undefined && data !== null && typeof dataText === 'string') {
    throw new RowhookError({ code: 'WHDAT', message: 'The data of the event is given twice.', detail: 'Both data and dataText are there.', hint: 'Leave one out.' })
  }
  if (typeof dataText !== 'string') return JSON.stringify(data ?? {})
  try {
    JSON.parse(dataText)
    return dataText
  } catch (error) {
    throw new RowhookError({ code: 'WHDAT', message: 'The data of the event is not JSON.', detail: `${(error as Error).message}.`, hint: 'Correct dataText, or give data.', cause: error })
  }
}

export const deliveryActs: readonly Act[] = [
  {
    name: 'retryDelivery',
    description: 'Sends a delivery again now, in the place of its pending retry; reopens one that failed, was cancelled or expired. Twice sends once.',
    args: 'id: UUID!\n"Sends also one that succeeded; the receiver sees the same webhook-id."\nforce: Boolean = false',
    payload: '"The delivery as it is now."\ndelivery: Delivery',
    calls: 'retry_delivery(uuid,boolean)',
    run: (client, { id, force }) => callOne(client, 'select (webhooks.retry_delivery($1, $2)).id as "deliveryId"', [id, force]),
  },
  {
    name: 'cancelDelivery',
    description: 'Ends an open delivery unsent; retryDelivery and recover reopen it.',
    args: 'id: UUID!',
    payload: '"The delivery as it is now."\ndelivery: Delivery',
    calls: 'cancel_delivery(uuid)',
    run: (client, { id }) => callOne(client, 'select (webhooks.cancel_delivery($1)).id as "deliveryId"', [id]),
  },
  {
    name: 'recover',
    description: 'Reopens what failed, was cancelled or expired of the events of a window, oldest first. Call it again while remaining is true.',
    args: 'endpointId: UUID!\n"Of events that happened at this time or later."\nsince: Datetime!\n"Before this time; left out: no end."\nuntil: Datetime\n"Most deliveries of this call, 10,000 at the most."\nbatch: Int = 1000',
    payload: '"The endpoint."\nendpoint: Endpoint\n"Deliveries that this call reopened."\nrecovered: Int!\n"Whether more are left: then call it again."\nremaining: Boolean!',
    calls: 'recover(uuid,timestamptz,timestamptz,integer)',
    run: async (client, { endpointId, since, until, batch }) => ({
      ...(await callOne(client, 'select recovered::integer, remaining from webhooks.recover($1, $2, $3, least($4::integer, 10000))', [endpointId, since, until, batch])),
      endpointId,
    }),
  },
  {
    name: 'replay',
    description: 'Delivers the events of a window that match the endpoint as it is now and that it never got, oldest first. Call it again with resumeAfter: lastEvent while remaining is true.',
    args: 'endpointId: UUID!\nsince: Datetime!\nuntil: Datetime\n"Exact names; left out: all."\ntypes: [String!]\n"Most events to look at, 10,000 at the most."\nbatch: Int = 1000\nresumeAfter: UUID',
    payload: '"The endpoint."\nendpoint: Endpoint\n"Deliveries that this call made."\nreplayed: Int!\n"Whether events of the window are left to look at."\nremaining: Boolean!\n"The last event that it looked at: resumeAfter of the next call."\nlastEvent: UUID',
    calls: 'replay(uuid,timestamptz,timestamptz,text[],integer,uuid)',
    run: async (client, { endpointId, since, until, types, batch, resumeAfter }) => ({
      ...(await callOne(
        client,
        'select replayed::integer, remaining, last_event as "lastEvent" from webhooks.replay($1, $2, $3, $4, least($5::integer, 10000), $6)',
        [endpointId, since, until, types, batch, resumeAfter],
      )),
      endpointId,
    }),
  },
  {
    name: 'emitEvent',
    description: 'Records an event by hand; it goes to every endpoint that asks for its type. The same idempotency key again (within 24 hours) gives the first event.',
    args: 'type: String!\ndata: JSON\n"The same as JSON text, which reaches the receiver as it is written."\ndataText: String\nresourceType: String\nresourceId: String\nidempotencyKey: String\n"When it is due; left out: at once."\ndeliverAt: Datetime',
    payload: '"The event, or the one that the key was used for first."\nevent: Event',
    calls: 'emit_event(text,json,text,text,text,text,timestamptz)',
    run: (client, args) =>
      callOne(client, 'select webhooks.emit_event($1, $2, $3, $4, $5, $6, $7) as "eventId"', [
        args['type'], eventData(args), args['tenantId'], args['resourceType'], args['resourceId'], args['idempotencyKey'], args['deliverAt'],
      ]),
  },
]
