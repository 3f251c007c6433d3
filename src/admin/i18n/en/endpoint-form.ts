/** Texts of the form that makes and changes endpoints. */
const n = new Intl.NumberFormat('en')

export const endpointForm = {
  create: 'New endpoint', edit: (name: string) => `Edit ${name}`, save: 'Save', make: 'Create endpoint', optional: 'optional', byDefault: (of: string) => `default: ${of}`,
  nothing: 'Nothing was changed.', check: 'Look at what is marked above.',
  parts: { where: 'Where', what: 'What it gets', how: 'How it is sent', credentials: 'Headers and credentials', advanced: 'Formats' },
  url: 'URL', urlHint: 'Each event is sent here by POST.', name: 'Name', nameHint: 'Short, for people. Left empty, the URL stands for it.', description: 'What is it for?',
  events: {
    label: 'Events', search: 'Search the catalogue', all: 'All events', allText: 'Also types that will be added later.', group: (prefix: string) => `All of ${prefix}`, chosen: 'Chosen', remove: (pattern: string) => `Take ${pattern} away`,
    none: 'Nothing in the catalogue matches.', add: (pattern: string) => `Add the pattern ${pattern}`, needed: 'Choose at least one event.', deprecated: 'deprecated', disabled: 'disabled', covered: 'covered by a pattern',
  },
  filter: {
    label: 'Filter', hint: 'A condition over the body that is sent, as an SQL/JSON path. Left empty: every event of the types above.', example: 'Such as $ ? (@.data.total > 100)',
    counting: 'Counting …', none: 'There is no event yet to count.',
    count: (matched: number, asked: number, looked: number, since: string) => `${n.format(matched)} of the newest ${n.format(looked)} events would have come here${asked > matched ? `: ${n.format(asked)} are of these types, and the filter takes ${n.format(matched)}` : ''}. The oldest of them is from ${since}.`,
    latest: 'The newest of them', preview: 'What would have come',
  },
  rate: 'Requests a minute', rateHint: 'What is more waits. Left empty: no limit.', inFlight: 'Requests at once', inFlightHint: '1 to 256', timeout: 'Deadline in seconds', timeoutHint: '1 to 20, for the whole request', attempts: 'Attempts', attemptsHint: 'In all, the first included',
  schedule: 'Waits between attempts', scheduleHint: 'Such as 1m, 5m, 1h. The last one repeats.', noRetry: 'Answers not to retry', noRetryHint: 'HTTP statuses from 400 to 599: such a delivery fails at once.',
  ordering: 'Order', orders: { none: 'None: the fastest way', resource: 'By resource: events of one resource one after the other', endpoint: 'Strict: all events one after the other' },
  headers: { label: 'Further headers', hint: 'Sent with each request. Values are never shown again.', name: 'Name of the header', value: 'Value', add: 'Add a header', remove: 'Remove the header', kept: 'These are sent, their values hidden:', replace: 'Replace all of them', keep: 'Keep them as they are', none: 'All of them will be removed.' },
  oauth: { label: 'OAuth 2 client credentials', hint: 'A token is fetched and sent with each request.', tokenUrl: 'Token URL', clientId: 'Client id', scope: 'Scope', secret: 'Client secret', secretKept: 'Left empty, it stays as it is. It is never shown.', secretNew: 'It is never shown again.', secretOwner: 'An owner sets the client secret.' },
  payload: 'Body', payloads: { standard: 'Standard', legacy: 'Legacy: what receivers of the older systems read' }, signature: 'Signature', signatures: { standard: 'Standard Webhooks', legacy: 'Legacy: x-event and x-signature alone' },
  own: 'A secret that the receiver has already', ownHint: 'Left empty, a good one is made.',
  problems: {
    url: 'Write a URL such as https://example.com/hooks.', number: (from: number, to: number) => `A whole number from ${n.format(from)} to ${n.format(to)}.`, schedule: 'Write waits such as 1m, 5m, 1h, separated by commas.', codes: 'Write statuses from 400 to 599, separated by commas.',
    headerName: 'A name has letters, digits and hyphens, and no header that Rowhook or HTTP sets itself.', headerTwice: 'Two headers have this name.', headerValue: 'A value has printable ASCII characters only.', tokenUrl: 'OAuth needs a token URL and a client id.', patterns: (of: string) => `No event type matches ${of}.`,
  },
  oauthFailed: 'The endpoint is saved, but not its client secret.',
}
