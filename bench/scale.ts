/** One worker and several, few endpoints and many, small bodies and large ones. */
import { drain } from './harness/drain.ts'
import type { Figure } from './harness/figure.ts'
import type { Rowhook } from './harness/rowhook.ts'

/** How many deliveries ended well, once each: a receiver's count alone would not tell. */
const succeeded = async ({ pool }: Rowhook) => {
  const { rows } = await pool.query<{ succeeded: number; open: number; attempts: number }>(
    `select count(*) filter (where status = 'success')::integer as succeeded, count(*) filter (where status <> 'success')::integer as open, sum(attempts)::integer as attempts from webhooks.deliveries`,
  )
  const { succeeded, open, attempts } = rows[0]!
  return { lost: open, repeated: attempts - succeeded }
}

export const scale: Figure = {
  name: 'scale',
  what: 'deliveries a second by workers, endpoints and size of bodies',
  metrics: [
    { name: 'rate', unit: 'deliveries/s', digits: 0 },
    { name: 'workerUs', unit: 'µs of worker CPU', digits: 0 },
    { name: 'storeUs', unit: 'µs of database CPU', digits: 0 },
    { name: 'lost', unit: 'lost', digits: 0 },
    { name: 'repeated', unit: 'repeated', digits: 0 },
  ],
  runs: 1,
  size: 10_000,
  sizeOf: 'deliveries',
  ratios: () => ({ one: '1 worker' }),
  bars: [{ says: 'nothing lost with four workers', reached: ({ value }) => value('4 workers', 'lost'), holds: (value) => value === 0 }],
  variants: (bench, count) => {
    const usual = { count, endpoints: 20, bodyBytes: 500, inspect: succeeded }
    return [
      { name: '1 worker', run: () => drain(bench, usual) },
      { name: '2 workers', run: () => drain(bench, { ...usual, workers: 2 }) },
      { name: '4 workers', run: () => drain(bench, { ...usual, workers: 4 }) },
      ...[1, 100, 1_000, 5_000].map((endpoints) => ({ name: `${endpoints} endpoints`, run: () => drain(bench, { ...usual, endpoints }) })),
      { name: '100 B bodies', run: () => drain(bench, { ...usual, bodyBytes: 200 }) },
      { name: '10 KiB bodies', run: () => drain(bench, { ...usual, bodyBytes: 10 * 1024 }) },
      { name: '256 KiB bodies', run: () => drain(bench, { ...usual, count: Math.min(count, 1_000), bodyBytes: 256 * 1024 }) },
    ]
  },
}
