/** Where one lands: how the deliveries of a tenant fare, and what needs somebody. Each figure leads to what it counts. */
import { Button, Loader, SegmentedControl } from '@mantine/core'
import { lazy, Suspense } from 'react'
import { useQuery } from 'urql'
import { Link } from 'wouter'
import { problemOf } from '../../api/problem.ts'
import { useTexts } from '../../i18n/texts.tsx'
import { Empty } from '../../parts/empty.tsx'
import { Figure, Figures } from '../../parts/figures.tsx'
import { EndpointIcon, PlusIcon } from '../../parts/icons.tsx'
import { toPage } from '../../parts/page-address.ts'
import { PageHead } from '../../parts/page-head.tsx'
import { ProblemPanel } from '../../parts/problem.tsx'
import { LOOK_MS, type Range, ranges } from '../../parts/ranges.ts'
import { Split } from '../../parts/split.tsx'
import { useFilters } from '../../parts/use-filters.ts'
import { useLooking } from '../../parts/use-looking.ts'
import { useMay, useMe } from '../../session/me.ts'
import { Table } from '../endpoints/stats-table.tsx'
import { FirstEndpoints } from './endpoints.tsx'
import { Overview, type OverviewResult } from './overview.graphql'
import { Tenants } from './tenants.tsx'
import { Trouble } from './trouble.tsx'
import css from './page.module.css'

/** The figures are there before the chart is fetched. */
const Chart = lazy(async () => ({ default: (await import('../endpoints/chart.tsx')).Chart }))

type Stats = NonNullable<OverviewResult['tenantStats']>

const filterNames = ['range'] as const

const TenantFigures = ({ stats, range }: { readonly stats: Stats; readonly range: Range }) => {
  const { overview: texts, endpoints: { number, percent, waiting }, deliveries: { milliseconds } } = useTexts()
  const { successRate: share, p50Ms, p95Ms, failed, deadLetters, due, failingEndpoints } = stats
  return (
    <Figures>
      <Figure name={texts.success} value={share === null ? '–' : percent(share)} tone={share === null ? undefined : share >= 0.99 ? 'good' : share >= 0.9 ? 'wait' : 'bad'} to={toPage('/deliveries', { time: range })} note={texts.ofDeliveries(stats.deliveries)} />
      <Figure name={texts.failed} value={number(failed)} tone={failed > 0 ? 'bad' : undefined} to={toPage('/deliveries', { time: range, status: 'failed' })} note={texts.forGood} />
      <Figure name={texts.latency} value={p50Ms === null ? '–' : milliseconds(p50Ms)} to={toPage('/deliveries', { time: range, status: 'success' })} note={p95Ms === null ? texts.noAnswers : texts.p95(milliseconds(p95Ms))} />
      <Figure name={texts.backlog} value={waiting(stats.backlog)} tone={due > 1_000 ? 'wait' : undefined} to={toPage('/deliveries', { status: 'open' })} note={due === 0 ? texts.noneDue : texts.due(waiting(due))} />
      <Figure name={texts.deadLetters} value={waiting(deadLetters)} tone={deadLetters > 0 ? 'bad' : undefined} to={toPage('/deliveries', { status: 'failed' })} note={texts.untilRecovered} />
      <Figure name={texts.failing} value={number(failingEndpoints)} tone={failingEndpoints > 0 ? 'bad' : 'good'} to={toPage('/endpoints')} note={texts.ofEndpoints(stats.endpoints)} />
    </Figures>
  )
}

const OfTenant = ({ tenant, range }: { readonly tenant: { readonly tenantId?: string }; readonly range: Range }) => {
  const { overview: texts, common, endpoints: { stats: { estimated } } } = useTexts()
  const may = useMay()
  const { interval, bucket, bucketMs } = ranges[range]
  const [{ data, error, stale }, ask] = useQuery({ query: Overview, variables: { ...tenant, interval, bucket }, requestPolicy: 'cache-and-network' })
  const stats = data?.tenantStats
  useLooking(() => ask({ requestPolicy: 'network-only' }), LOOK_MS)

  if (error && !stats) return <ProblemPanel problem={problemOf(error)} onRetry={() => ask({ requestPolicy: 'network-only' })} />
  if (!stats) return <Loader m="xl" aria-label={common.loading} role="status" />
  if (stats.endpoints === 0 && stats.deliveries === 0) {
    return (
      <div className={css['panel']}>
        <Empty icon={EndpointIcon} title={texts.fresh.title} text={texts.fresh.text}>
          {may('createEndpoint') && <Button component={Link} href={toPage('/endpoints/new')} leftSection={<PlusIcon size={16} />}>{texts.fresh.action}</Button>}
        </Empty>
      </div>
    )
  }
  return (
    <>
      {error && <ProblemPanel problem={problemOf(error)} />}
      <TenantFigures stats={stats} range={range} />
      <section className={css['panel']} aria-label={texts.overTime} aria-busy={stale}>
        <h2>{texts.overTime}</h2>
        {stats.deliveries === 0 && <p className="dimmed">{texts.quiet}</p>}
        <Suspense fallback={<div className={css['chart']} />}><Chart buckets={stats.buckets} filters={{}} bucketMs={bucketMs} /></Suspense>
        {stats.estimated && <p className="dimmed">{estimated}</p>}
        <Table buckets={stats.buckets} />
      </section>
      <FirstEndpoints count={stats.endpoints} />
    </>
  )
}

export const OverviewPage = () => {
  const { overview: texts, endpoints: { stats } } = useTexts()
  const { role, tenant } = useMe()
  const { filters, setFilters } = useFilters(filterNames)
  const range: Range = Object.hasOwn(ranges, filters.range ?? '') ? (filters.range as Range) : 'day'
  const isOfAll = role === 'operator' && tenant === undefined
  return (
    <Split>
      <PageHead title={texts.title} lead={isOfAll ? texts.leadOfAll : texts.lead}>
        {!isOfAll && <SegmentedControl size="xs" value={range} onChange={(next) => setFilters({ range: next })} data={Object.keys(ranges).map((value) => ({ value, label: stats.ranges[value as Range] }))} aria-label={stats.range} />}
      </PageHead>
      <Trouble />
      {isOfAll ? <Tenants /> : <OfTenant tenant={role === 'operator' && tenant !== undefined ? { tenantId: tenant } : {}} range={range} />}
    </Split>
  )
}
