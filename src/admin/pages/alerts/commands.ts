/** What one types on a server, for each kind of alert; the same in every language. */
export const commands: Readonly<Record<string, string>> = {
  dead_letters: 'rowhook deliveries list --status failed\nrowhook recover <endpoint> --since <time>',
  dead_letter_age: 'rowhook deliveries list --status failed',
  retry_rate: 'rowhook endpoints list',
  error_rate: 'rowhook deliveries list --status failed',
  backlog_age: 'rowhook doctor',
  unserved_lane: 'rowhook doctor',
  worker_lost: 'rowhook doctor',
  quarantined: 'rowhook deliveries list --status failed\nselect webhooks.retry_delivery(\'<delivery>\')',
  capture_failed: 'rowhook doctor\nselect * from webhooks.reconcile(\'<table>\')',
  missing_deliveries: 'select * from webhooks.explain(\'<event>\')\nrowhook replay <endpoint> --since <time>',
  audit_chain: 'select * from webhooks.verify_audit_log()',
  partitions_ahead: 'rowhook partitions --run',
  expiring_deliveries: 'rowhook endpoints resume <id>',
}
