/** Texts of the alerts: what each kind means and what to do, in short; docs/operating.md has more. */
export const alerts = {
  title: 'Alerts',
  lead: 'What is or was in trouble, judged once a minute. Each resolves itself when its cause is gone.',
  one: 'Alert',
  missing: 'This alert is not here',
  missingText: 'Alerts are kept for 90 days after they are over.',
  open: 'Open',
  over: 'Over',
  lookedAfter: 'Looked after',
  by: (who: string) => `${who} looks after it`,
  look: {
    open: 'I look after it',
    again: 'Change the note',
    text: 'Your name stands beside it and in the audit log, and it is not told again until it is over.',
    note: 'Note',
    noteHint: 'For the others: what is known, who does what. It may stay empty.',
  },
  columns: { kind: 'Alert', summary: 'What it says', state: 'State', fired: 'Since', resolved: 'Over since', told: 'Told', lookedAfter: 'Looked after', note: 'Note', subject: 'About' },
  toldNobody: 'nobody so far (channels: SLACK_WEBHOOK_URL, SMTP_URL)',
  empty: { title: 'All is well', text: 'Nothing needs anybody. What was in trouble is under “Over”.' },
  emptyPast: { title: 'Nothing was in trouble', text: 'Alerts of the last 90 days would be here.' },
  whatToDo: 'What to do',
  runbook: 'More in',
  unknown: 'The operating guide says more.',
  places: { failed: 'See what failed', retrying: 'See what is retried', open: 'See what waits', endpoint: 'See the endpoint', audit: 'See the audit log', event: 'See the event' },
  kinds: {
    dead_letters: {
      name: 'Dead letters',
      advice: 'More deliveries failed for good than are allowed. Mostly one receiver is broken: read what it answers, tell its owner, and when it is mended recover what failed. If nobody wants them, they expire and the alert resolves itself.',
    },
    dead_letter_age: {
      name: 'Old dead letters',
      advice: 'A dead letter has waited longer than is allowed: nobody has looked yet. Read what its receiver answers, tell the owner, recover it when the receiver works again.',
    },
    retry_rate: {
      name: 'Many retries',
      advice: 'Too many attempts of the last 15 minutes must be repeated. The list of endpoints shows which ones fail. When it is all of them, look at our own side: DNS, the way out, certificates, the clock.',
    },
    error_rate: {
      name: 'Many failures',
      advice: 'Too many deliveries of the last 15 minutes failed for good. Answers like 400, 404 or 422 say that a receiver does not understand what it gets: has a payload changed?',
    },
    p95_latency: {
      name: 'Slow receivers',
      advice: 'Receivers answer slowly. Nothing is lost by it, and one slow endpoint does not slow the others. If all are slow, look at the way out of your network.',
    },
    availability: {
      name: 'Low availability',
      advice: 'Fewer deliveries of the last 24 hours succeeded than are promised: the sum of what the other alerts said in the course of the day.',
    },
    backlog_age: {
      name: 'Deliveries wait',
      advice: 'A delivery is due and not sent. Look whether a worker serves its endpoint. If one does, its receiver is slow, or its rate or its places are few. If all wait, start another worker.',
    },
    unserved_lane: {
      name: 'Lane without a worker',
      advice: 'Something is due on a lane that no worker takes. This should never happen: look for errors in the log of the workers, restart them one after the other, and report it with the log.',
    },
    worker_lost: {
      name: 'Worker lost',
      advice: 'A worker ended without saying so. The others took over within seconds and nothing is lost; a request that was under way may be repeated under the same webhook-id. Look why: memory, the host, a deploy that does not wait 20 seconds.',
    },
    circle: {
      name: 'Receiver writes back in circles',
      advice: 'A receiver seems to write what makes its next event, and was stopped. Look at the last events, and have its owner keep it from writing what changes nothing, or mute its writes. It is over when nothing was stopped for an hour.',
    },
    capture_failed: {
      name: 'Capture fails',
      advice: 'Writes to a watched table were not captured, wholly or in part; the writes themselves went through. A column is gone, or a condition or payload function fails. Watch the table again as it is now, or mend the function; reconcile lists the rows that have no event.',
    },
    missing_deliveries: {
      name: 'Deliveries are missing',
      advice: 'A delivery that should exist does not. This should never happen but for rows written past the triggers of the log. Explain says what is known; replay makes what is missing.',
    },
    quarantined: {
      name: 'Delivery set aside',
      advice: 'A delivery was set aside because trying it again does harm: workers died of it, or PostgreSQL refuses to record what its receiver answers. Its last error says which. Mend the cause, then retry it.',
    },
    sealed_endpoint: {
      name: 'Secrets that no key opens',
      advice: 'Deliveries wait because no key of the worker opens the secrets of their endpoint: a key was taken away too early, or workers have different keys. Put it back and restart them; doctor names endpoint and key. A key that is lost for good: give the endpoint new secrets.',
    },
    audit_chain: {
      name: 'Audit log was tampered with',
      advice: 'The audit log does not agree with its chain of hashes: somebody with the rights of the owner changed, removed or slipped in rows. Treat it as a security incident: compare with a backup, and with the hashes in the log of the workers.',
    },
    partitions_ahead: {
      name: 'Few partitions ahead',
      advice: 'Partitions of the log exist for less than four weeks ahead. Rows always have a place, but the task that makes partitions does not run, or cannot.',
    },
    expiring_deliveries: {
      name: 'Open deliveries will expire',
      advice: 'A week of the log is dropped within three days and holds deliveries that are still open, such as those of an endpoint that has been paused for weeks. Resume it, or let them go.',
    },
  } as Readonly<Record<string, { readonly name: string; readonly advice: string }>>,
}
