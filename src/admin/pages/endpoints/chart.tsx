/** Deliveries over time by outcome, and below how long receivers took: drawn here, because a library for it would weigh more than the page. */
import { useMemo, useState } from 'react'
import { useLocation } from 'wouter'
import { useSpeech } from '../../i18n/texts.tsx'
import { localTime } from '../../parts/local-time.ts'
import { toPage } from '../../parts/page-address.ts'
import type { EndpointChartResult } from './endpoints.graphql'
import { sumOf } from './spark.tsx'
import css from './chart.module.css'

export type Bucket = NonNullable<EndpointChartResult['endpointStats']>[number]

const BARS = 132
const LINES = 56

/** A round number not below: 1, 2, 5, 10, 20, 50 … */
const roundUp = (of: number): number => {
  const power = 10 ** Math.floor(Math.log10(Math.max(1, of)))
  return ([1, 2, 5, 10].find((step) => step * power >= of) ?? 10) * power
}

const Latency = ({ buckets, most }: { readonly buckets: readonly Bucket[]; readonly most: number }) => {
  // A line goes through the buckets that have an answer; one that stands alone is a short dash.
  const path = (key: 'p50Ms' | 'p95Ms') => {
    const known = buckets.flatMap((bucket, index) => (bucket[key] === null ? [] : [[index + 0.5, LINES - (bucket[key] / most) * (LINES - 4)] as const]))
    return known.map(([x, y], index) => (index === 0 ? `M${x - 0.3} ${y}H${x}` : `L${x} ${y}`)).join('')
  }
  return (
    <svg className={css['lines']} viewBox={`0 0 ${buckets.length} ${LINES}`} preserveAspectRatio="none" height={LINES} aria-hidden="true">
      <path d={path('p95Ms')} className={css['p95']} />
      <path d={path('p50Ms')} className={css['p50']} />
    </svg>
  )
}

/** @param filters of the deliveries that are counted: a bar leads to those of its time */
export const Chart = ({ buckets, filters, bucketMs }: { readonly buckets: readonly Bucket[]; readonly filters: Readonly<Record<string, string>>; readonly bucketMs: number }) => {
  const { texts: { endpoints: { stats, number }, deliveries: { milliseconds } }, language } = useSpeech()
  const [, go] = useLocation()
  const [at, setAt] = useState<number | undefined>()
  const format = useMemo(() => new Intl.DateTimeFormat(language, bucketMs >= 86_400_000 ? { day: 'numeric', month: 'short' } : bucketMs >= 3_600_000 ? { weekday: 'short', hour: 'numeric', minute: '2-digit' } : { hour: 'numeric', minute: '2-digit' }), [language, bucketMs])
  const most = roundUp(Math.max(1, ...buckets.map(({ deliveries }) => deliveries)))
  const slowest = roundUp(Math.max(1, ...buckets.map(({ p95Ms }) => p95Ms ?? 0)))
  const pointed = at === undefined ? undefined : buckets[at]
  const say = (ms: number) => format.format(new Date(ms))
  const point = (event: React.PointerEvent<HTMLElement>) => {
    const { left, width } = event.currentTarget.getBoundingClientRect()
    setAt(Math.min(buckets.length - 1, Math.max(0, Math.floor(((event.clientX - left) / width) * buckets.length))))
  }
  const open = () => {
    if (!pointed || pointed.deliveries === 0) return
    const from = Date.parse(pointed.at)
    go(toPage(`/deliveries?${new URLSearchParams({ ...filters, time: 'custom', from: localTime(from), to: localTime(from + bucketMs) })}`))
  }
  const marks = [0, Math.floor(buckets.length / 2), buckets.length - 1].map((index) => Date.parse(buckets[index]!.at))

  return (
    <div className={css['chart']}>
      <p className={css['readout']}>
        {pointed ? (
          <>
            <strong>{stats.until(say(Date.parse(pointed.at)), say(Date.parse(pointed.at) + bucketMs))}</strong>
            <span data-kind="succeeded">{stats.delivered} {number(pointed.succeeded)}</span>
            <span data-kind="failed">{stats.failed} {number(pointed.failed)}</span>
            <span data-kind="open">{stats.open} {number(pointed.open)}</span>
            {pointed.p95Ms !== null && <span>{stats.p50} {milliseconds(pointed.p50Ms ?? 0)} · {stats.p95} {milliseconds(pointed.p95Ms)}</span>}
          </>
        ) : (
          <>
            <span data-kind="succeeded">{stats.delivered}</span>
            <span data-kind="failed">{stats.failed}</span>
            <span data-kind="open">{stats.open}</span>
          </>
        )}
      </p>
      {/* The table below has the same for the keyboard and for those who do not see it. */}
      {/* oxlint-disable-next-line jsx-a11y/no-static-element-interactions, jsx-a11y/click-events-have-key-events */}
      <div className={css['plot']} onPointerMove={point} onPointerLeave={() => setAt(undefined)} onClick={open} data-open={(pointed?.deliveries ?? 0) > 0 || undefined}>
        <svg className={css['bars']} viewBox={`0 0 ${buckets.length} ${BARS}`} preserveAspectRatio="none" height={BARS} role="img" aria-label={stats.chart(sumOf(buckets, 'succeeded'), sumOf(buckets, 'failed'), sumOf(buckets, 'open'))}>
          {[0, 0.5, 1].map((line) => <path key={line} d={`M0 ${0.5 + line * (BARS - 1)}H${buckets.length}`} className={css['grid']} />)}
          {at !== undefined && <rect x={at} y={0} width={1} height={BARS} className={css['pointed']} />}
          {buckets.map((bucket, index) => {
            let y = BARS
            return (['succeeded', 'open', 'failed'] as const).map((kind) => {
              const height = bucket[kind] === 0 ? 0 : Math.max(2, (bucket[kind] / most) * BARS)
              y -= height
              return height > 0 && <rect key={`${bucket.at}${kind}`} x={index + 0.12} y={Math.max(0, y)} width={0.76} height={height} className={css[kind]} />
            })
          })}
        </svg>
        <span className={css['most']}>{number(most)}</span>
        <p className={css['caption']}>
          {stats.latency}
          <span data-kind="p50">{stats.p50}</span>
          <span data-kind="p95">{stats.p95}</span>
        </p>
        <div className={css['slow']}>
          <Latency buckets={buckets} most={slowest} />
          <span className={css['most']}>{milliseconds(slowest)}</span>
        </div>
      </div>
      <p className={css['marks']} aria-hidden="true">{marks.map((ms) => <span key={ms}>{say(ms)}</span>)}</p>
    </div>
  )
}
