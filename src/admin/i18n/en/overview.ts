/** Texts of the overview. */
const n = new Intl.NumberFormat('en')
const count = (of: number, one: string, many: string) => `${n.format(of)} ${of === 1 ? one : many}`

export const overview = {
  title: 'Overview',
  lead: 'How deliveries fare, and what needs somebody.',
  leadOfAll: 'Choose whose deliveries to look at.',
  success: 'Success',
  ofDeliveries: (of: number) => `of ${count(of, 'delivery', 'deliveries')}`,
  failed: 'Failed',
  forGood: 'for good, in this period',
  latency: 'Response time',
  p95: (time: string) => `median; 95 % within ${time}`,
  noAnswers: 'no answers in this period',
  backlog: 'Waiting',
  due: (of: string) => `${of} due now`,
  noneDue: 'none due now',
  deadLetters: 'Dead letters',
  untilRecovered: 'until recovered or expired',
  failing: 'Failing endpoints',
  ofEndpoints: (of: number) => `of ${count(of, 'endpoint', 'endpoints')}`,
  overTime: 'Deliveries over time',
  quiet: 'Nothing was delivered in this period. Choose a longer one, or send a test from an endpoint.',
  endpoints: 'Endpoints',
  allEndpoints: (of: number) => (of > 8 ? `All ${n.format(of)}` : 'All of them'),
  failingSince: 'failing since',
  letters: (of: string) => `${of} dead`,
  wait: (of: string) => `${of} waiting`,
  fresh: { title: 'Welcome: nothing is delivered yet', text: 'Name a URL of yours and what it shall hear of. A test shows at once whether it arrives.', action: 'Make the first endpoint' },
  tenants: {
    search: 'Search tenants',
    none: 'No tenant is called so',
    noneText: 'A tenant is there as soon as an endpoint or an event names it.',
    endpoints: (of: number) => count(of, 'endpoint', 'endpoints'),
    off: 'Switched off',
    more: 'There are more of them: search for one by its name.',
  },
}
