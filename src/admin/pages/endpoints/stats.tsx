/** How the deliveries of an endpoint fare over a period: figures that lead to the list behind them, and the chart. */
import { SegmentedControl } from '@mantine/core'
import { useQuery } from 'urql'
import { useSearchParams } from 'wouter'
import { problemOf } from '../../api/problem.ts'
import { useSpeech } from '../../i18n/texts.tsx'
import { Figure, Figures } from '../../parts/figures.tsx'
import { toPage } from '../../parts/page-address.ts'
import { ProblemPanel } from '../../parts/problem.tsx'
import { LOOK_MS, type Range, ranges } from '../../parts/ranges.ts'
import { useLooking } from '../../parts/use-looking.ts'
import { Chart } from './chart.tsx'
import { EndpointChart } from './endpoints.graphql'
import { sumOf } from './spark.tsx'
import { Table } from './stats-table.tsx'
import type { Endpoint } from './use-endpoint.ts'
import css from './stats.module.css'

export const Stats = ({ endpoint: { id, health } }: { readonly endpoint: Endpoint }) => {
  const { texts: { endpoints: { stats, number, percent, waiting } } } = useSpeech()
  const [search, setSearch] = useSearchParams()
  const asked = search.get('range') ?? 'day'
  const range: Range = Object.hasOwn(ranges, asked) ? (asked as Range) : 'day'
  const { interval, bucket, bucketMs } = ranges[range]
  const [{ data, error }, ask] = useQuery({ query: EndpointChart, variables: { id, interval, bucket }, requestPolicy: 'cache-and-network' })
  useLooking(() => ask({ requestPolicy: 'network-only' }), LOOK_MS)

  const buckets = data?.endpointStats ?? []
  const [succeeded, failed] = [sumOf(buckets, 'succeeded'), sumOf(buckets, 'failed')]
  const share = succeeded + failed === 0 ? undefined : succeeded / (succeeded + failed)
  const list = (more: Record<string, string>) => toPage(`/deliveries?${new URLSearchParams({ endpoint: id, ...more })}`)
  const choose = (next: string) => setSearch((before) => { const after = new URLSearchParams(before); after.set('range', next); return after }, { replace: true })
  return (
    <section className={css['stats']} aria-label={stats.title}>
      <header className={css['head']}>
        <h2>{stats.title}</h2>
        <SegmentedControl size="xs" value={range} onChange={choose} data={Object.keys(ranges).map((value) => ({ value, label: stats.ranges[value as Range] }))} aria-label={stats.range} />
      </header>
      <Figures>
        <Figure name={stats.success} value={share === undefined ? '–' : percent(share)} tone={share === undefined ? undefined : share >= 0.99 ? 'good' : share >= 0.9 ? 'wait' : 'bad'} />
        <Figure name={stats.delivered} value={number(succeeded)} to={list({ time: range, status: 'success' })} />
        <Figure name={stats.failed} value={number(failed)} tone={failed > 0 ? 'bad' : undefined} to={list({ time: range, status: 'failed' })} />
        <Figure name={stats.retried} value={number(sumOf(buckets, 'retried'))} />
        <Figure name={stats.waiting} value={waiting(health?.backlog ?? 0)} to={list({ status: (health?.failingSince ?? null) === null ? 'pending' : 'retrying' })} />
        <Figure name={stats.deadLetters} value={waiting(health?.deadLetters ?? 0)} tone={(health?.deadLetters ?? 0) > 0 ? 'bad' : undefined} to={list({ status: 'failed' })} />
      </Figures>
      {error && <ProblemPanel problem={problemOf(error)} onRetry={() => ask({ requestPolicy: 'network-only' })} />}
      {buckets.length > 0 && <Chart buckets={buckets} filters={{ endpoint: id }} bucketMs={bucketMs} />}
      {buckets.some(({ estimated }) => estimated) && <p className="dimmed">{stats.estimated}</p>}
      {buckets.length > 0 && <Table buckets={buckets} />}
    </section>
  )
}
