/** Texts of the endpoints: list, detail, what can be done with one. */
const n = new Intl.NumberFormat('en')
const count = (of: number, one: string, many: string) => `${n.format(of)} ${of === 1 ? one : many}`
/** The server counts no further. */
const upTo = (of: number, one: string, many: string) => (of >= 10_000 ? `${n.format(of)} or more ${many}` : count(of, one, many))
const deliveries = (of: number) => upTo(of, 'delivery', 'deliveries')

export const endpoints = {
  title: 'Endpoints',
  lead: 'Where events are sent, and how it goes.',
  create: 'New endpoint',
  search: 'Name or URL',
  columns: { state: 'Health', endpoint: 'Endpoint', events: 'Events', activity: 'Last 24 hours', success: 'Success', waiting: 'Waiting', last: 'Last sent' },
  states: { label: 'State', all: 'All', active: 'Active', paused: 'Paused', disabled: 'Disabled' },
  allEvents: 'all events',
  filtered: 'filtered',
  moreEvents: (of: number) => `+${n.format(of)}`,
  number: (of: number) => n.format(of),
  percent: (share: number) => `${(Math.floor(share * 1_000) / 10).toFixed(share === 1 ? 0 : 1)} %`,
  spark: (succeeded: number, failed: number) => `${n.format(succeeded)} delivered, ${n.format(failed)} failed in the last 24 hours`,
  waiting: (of: number) => (of >= 10_000 ? '10,000+' : n.format(of)),
  rateLimited: 'waits for its rate limit',
  empty: { title: 'No endpoint yet', text: 'An endpoint is a URL of yours that gets events by POST, signed. Make one, and send it a test right after.' },
  emptyViewer: 'Somebody with the role manager or owner can make one.',
  missing: { title: 'This endpoint is not here', text: 'It does not exist, or belongs to another tenant.', action: 'All endpoints' },
  health: {
    ok: 'Healthy', new: 'Nothing sent yet', failing: 'Failing', open: 'Circuit open', probing: 'Probing', held: 'Held', refused: 'Credentials refused',
    paused: 'Paused', disabled: 'Disabled', off: 'Switched off', deleted: 'Deleted',
  },
  notice: {
    failing: (since: string) => `Every attempt has failed, the first of them ${since}. What fails is retried by the schedule.`,
    open: (when: string) => `It failed too often, so nothing is sent for now. One request tries it ${when}.`,
    openNow: 'It failed too often, so nothing is sent for now. One request is about to try it.',
    probing: 'It failed too often. One request tries it now; if it is accepted, everything flows again.',
    held: (when: string) => `The receiver asked for a pause. It gets the next request ${when}.`,
    refused: (since: string) => `Its receiver answered 401 or 403 (${since}): it does not accept the credentials that are sent to it. Check headers and OAuth.`,
    paused: (since: string) => `Paused ${since}. Events collect, and nothing is sent until somebody resumes it.`,
    disabled: (why: string) => `Disabled: ${why}. It collects nothing. Once it is enabled, replay brings what it missed.`,
    off: 'Sending is switched off for this tenant, or for everybody. What collects is sent as soon as it is on again.',
    deleted: (since: string) => `Deleted ${since}. Its deliveries stay readable until retention takes them.`,
    rate: (when: string) => `Its rate of requests a minute is used up; what is due goes on ${when}.`,
    waiting: (of: number) => `${deliveries(of)} ${of === 1 ? 'waits' : 'wait'}.`,
  },
  stats: {
    title: 'Deliveries', range: 'Period', ranges: { hour: '1 hour', day: '24 hours', week: '7 days', month: '30 days' },
    success: 'Success', delivered: 'Delivered', failed: 'Failed', retried: 'Took retries', waiting: 'Waiting now', deadLetters: 'Dead letters',
    open: 'Open', latency: 'Response time', p50: 'median', p95: '95 %', table: 'As a table', from: 'From', until: (from: string, to: string) => `${from} to ${to}`,
    chart: (delivered: number, failed: number, open: number) => `${count(delivered, 'delivery', 'deliveries')} accepted, ${n.format(failed)} failed, ${n.format(open)} open in this period`,
    estimated: 'More than could be counted: these figures are estimates.', none: 'Nothing was sent in this period.',
  },
  recent: { title: 'Latest deliveries', all: 'All of them', failed: 'Those that failed', empty: 'Nothing has been sent to it yet. A test shows at once whether it is heard.' },
  facts: {
    title: 'How it is sent', events: 'Events', filter: 'Filter', headers: 'Headers', auth: 'OAuth 2', rate: 'Rate', noLimit: 'no limit', perMinute: (of: number) => `${n.format(of)} a minute`,
    inFlight: 'At once', atOnce: (of: number) => count(of, 'request', 'requests'), timeout: 'Deadline', ordering: 'Order', orders: { none: 'none', resource: 'by resource', endpoint: 'strict' } as Record<string, string>,
    format: 'Body', signature: 'Signature', legacy: 'legacy', standard: 'standard', retries: 'Attempts', noRetry: 'Not retried', made: 'Made', by: (who: string) => `by ${who}`, changed: 'Changed', id: 'Id',
  },
  timeline: {
    label: 'When the attempts come', first: 'at once', after: (time: string) => `+ ${time}`,
    end: (attempts: number, time: string) => (attempts === 1 ? 'One attempt; what fails is a dead letter at once.' : `${n.format(attempts)} attempts; a dead letter after ${time}.`),
  },
  acts: {
    menu: 'More actions', edit: 'Edit', test: 'Send a test', pause: 'Pause', resume: 'Resume', disable: 'Disable', enable: 'Enable', delete: 'Delete', rotate: 'Rotate the secret', reveal: 'Reveal',
    pauseText: (of: number) => `Nothing is sent to it until somebody resumes it. Events go on collecting${of > 0 ? `; ${deliveries(of)} ${of === 1 ? 'waits' : 'wait'} already` : ''}.`,
    resumeText: (of: number) => (of > 0 ? `${deliveries(of)} that collected ${of === 1 ? 'goes' : 'go'} out now, the oldest first, within its limits.` : 'Nothing has collected. It gets what happens from now on.'),
    disableText: (of: number) => `It collects nothing more${of > 0 ? `, and ${deliveries(of)} that ${of === 1 ? 'is' : 'are'} still open ${of === 1 ? 'is' : 'are'} cancelled` : ''}. Once enabled again, replay brings what it missed and recover what was cancelled.`,
    enableText: 'It gets what happens from now on, and its failures are forgotten. What it missed comes by replay, what was cancelled by recover; both are under deliveries.',
    deleteText: (of: number) => `It gets nothing more${of > 0 ? `, and ${deliveries(of)} that ${of === 1 ? 'is' : 'are'} still open ${of === 1 ? 'is' : 'are'} cancelled` : ''}. This cannot be undone. What was sent stays readable until retention takes it.`,
    reason: 'Reason', reasonHint: 'For whoever wonders later. It may stay empty.',
    confirmName: (name: string) => `Type ${name} to confirm`,
    done: { pause: 'Paused.', resume: 'Resumed.', disable: 'Disabled.', enable: 'Enabled.', delete: 'Deleted.' },
  },
  secret: {
    title: 'Signing secret', text: 'The receiver verifies each request with it.', none: 'Only owners may see or change it.', hide: 'Hide', revealed: 'The audit log says that you looked.',
    once: 'Your signing secret', onceText: 'It is shown this once. Put it where the receiver reads its secrets; an owner can reveal it again, which the audit log tells.', stored: 'I have stored it', copy: 'Copy the secret',
    rotateText: 'A new secret signs from now on. The one before signs beside it until the overlap ends, so that the receiver can change over without losing anything.',
    overlap: 'Overlap', overlaps: { none: 'None: the old one ends now', hour: '1 hour', day: '24 hours', days: '3 days', week: '7 days' },
    noneText: 'Requests already under way, and receivers that have not changed over, will fail to verify.',
    both: 'Two secrets sign', bothText: 'The old one ends', left: (time: string) => `${time} left`,
  },
  test: {
    title: 'Send a test', text: 'The example of an event type goes to this endpoint alone, whatever it asks for.', type: 'Event type', example: 'What it sends', send: 'Send', again: 'Send another', watching: 'On its way …',
    paused: 'It is paused: the test waits until it is resumed.', seen: (ms: string) => `answered in ${ms}`, open: 'Open the delivery',
    accepted: 'It arrived, and the receiver accepted it.', refused: 'It was sent, and not accepted.', nothing: 'The receiver gave no answer.',
  },
  verify: {
    title: 'Verify in your code', text: 'A whole receiver that answers only to requests that this endpoint signed. Put the secret into the environment under the name it reads.',
    language: 'Language', secretName: (name: string) => `It reads the secret from ${name}.`,
  },
}
