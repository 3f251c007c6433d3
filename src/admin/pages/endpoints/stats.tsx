/** How the deliveries of an endpoint fare over a period: figures that lead to the list behind them, and the chart. */
import { SegmentedControl } from '@mantine/core'
import { useEffect } from 'react'
import { useQuery } from 'urql'
import { Link, useSearchParams } from 'wouter'
import { problemOf } from '../../api/problem.ts'
import { useSpeech } from '../../i18n/texts.tsx'
import { toPage } from '../../parts/page-address.ts'
import { ProblemPanel } from '../../parts/problem.tsx'
import { Chart } from './chart.tsx'
import { EndpointChart } from './endpoints.graphql.ts'
import { sumOf } from './spark.tsx'
import { Table } from './stats-table.tsx'
import type { Endpoint } from './use-endpoint.ts'
import css from './stats.module.css'

const HOUR_MS = 3_600_000
const ranges = {
  hour: { interval: { hours: 1 }, bucket: { minutes: 2 }, bucketMs: HOUR_MS / 30 },
  day: { interval: { hours: 24 }, bucket: { hours: 1 }, bucketMs: HOUR_MS },
  week: { interval: { days: 7 }, bucket: { hours: 6 }, bucketMs: 6 * HOUR_MS },
  month: { interval: { days: 30 }, bucket: { days: 1 }, bucketMs: 24 * HOUR_MS },
} as const

type Range = keyof typeof ranges

/** The figures are counted again this often while somebody looks: they read many rows. */
const LOOK_MS = 10_000

const Figure = ({ name, value, tone, to }: { readonly name: string; readonly value: string; readonly tone?: 'good' | 'wait' | 'bad' | undefined; readonly to?: string | undefined }) => {
  const body = <><span className={css['name']}>{name}</span><span className={css['value']} data-tone={tone}>{value}</span></>
  return to ? <Link href={to} className={css['figure']}>{body}</Link> : <div className={css['figure']}>{body}</div>
}

export const Stats = ({ endpoint: { id, health } }: { readonly endpoint: Endpoint }) => {
  const { texts: { endpoints: { stats, number, percent, waiting } } } = useSpeech()
  const [search, setSearch] = useSearchParams()
  const asked = search.get('range') ?? 'day'
  const range: Range = Object.hasOwn(ranges, asked) ? (asked as Range) : 'day'
  const { interval, bucket, bucketMs } = ranges[range]
  const [{ data, error }, ask] = useQuery({ query: EndpointChart, variables: { id, interval, bucket }, requestPolicy: 'cache-and-network' })

  useEffect(() => {
    const timer = setInterval(() => document.visibilityState === 'visible' && ask({ requestPolicy: 'network-only' }), LOOK_MS)
    return () => clearInterval(timer)
  }, [ask])

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
      <div className={css['figures']}>
        <Figure name={stats.success} value={share === undefined ? '–' : percent(share)} tone={share === undefined ? undefined : share >= 0.99 ? 'good' : share >= 0.9 ? 'wait' : 'bad'} />
        <Figure name={stats.delivered} value={number(succeeded)} to={list({ time: range, status: 'success' })} />
        <Figure name={stats.failed} value={number(failed)} tone={failed > 0 ? 'bad' : undefined} to={list({ time: range, status: 'failed' })} />
        <Figure name={stats.retried} value={number(sumOf(buckets, 'retried'))} />
        <Figure name={stats.waiting} value={waiting(health?.backlog ?? 0)} to={list({ status: (health?.failingSince ?? null) === null ? 'pending' : 'retrying' })} />
        <Figure name={stats.deadLetters} value={waiting(health?.deadLetters ?? 0)} tone={(health?.deadLetters ?? 0) > 0 ? 'bad' : undefined} to={list({ status: 'failed' })} />
      </div>
      {error && <ProblemPanel problem={problemOf(error)} onRetry={() => ask({ requestPolicy: 'network-only' })} />}
      {buckets.length > 0 && <Chart buckets={buckets} endpointId={id} bucketMs={bucketMs} />}
      {buckets.some(({ estimated }) => estimated) && <p className="dimmed">{stats.estimated}</p>}
      {buckets.length > 0 && <Table buckets={buckets} />}
    </section>
  )
}
