/** Alerts, which the operator looks after. */
import { callOne, type Act } from './act.ts'

export const alertActs: readonly Act[] = [
  {
    name: 'acknowledgeAlert',
    description: 'Says that the caller looks after an open alert: until it is over it is not told again. Once more: the latest who and note hold.',
    args: 'id: UUID!\n"For the others: what is known, who does what."\nnote: String',
    payload: '"The alert as it is now."\nalert: Alert',
    isOfAll: true,
    calls: 'acknowledge_alert(uuid,text)',
    run: (client, { id, note }) => callOne(client, 'select (webhooks.acknowledge_alert($1, $2)).id as "alertId"', [id, note]),
  },
]
