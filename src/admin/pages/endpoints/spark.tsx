/** The last 24 hours of an endpoint in a line of bars: delivered, open, failed. */
import { useTexts } from '../../i18n/texts.tsx'
import type { EndpointRow } from './endpoints.graphql'
import css from './spark.module.css'

type Buckets = EndpointRow['sparkline']

const WIDTH = 4
const GAP = 1
const HEIGHT = 24

export const sumOf = <K extends string>(buckets: readonly { readonly [key in K]: number }[], key: K): number => buckets.reduce((sum, bucket) => sum + bucket[key], 0)

export const Spark = ({ buckets }: { readonly buckets: Buckets }) => {
  const { endpoints } = useTexts()
  const most = Math.max(1, ...buckets.map(({ deliveries }) => deliveries))
  // Whatever is there is seen: a single failure among thousands has two pixels.
  const tall = (of: number) => (of === 0 ? 0 : Math.max(2, (of / most) * HEIGHT))
  return (
    <svg className={css['spark']} width={buckets.length * (WIDTH + GAP)} height={HEIGHT} role="img" aria-label={endpoints.spark(sumOf(buckets, 'succeeded'), sumOf(buckets, 'failed'))}>
      {buckets.map(({ at, succeeded, failed, open }, index) => {
        const x = index * (WIDTH + GAP)
        const stack = [['succeeded', tall(succeeded)], ['open', tall(open)], ['failed', tall(failed)]] as const
        let y = HEIGHT
        return (
          <g key={at}>
            <rect x={x} y={HEIGHT - 1} width={WIDTH} height={1} className={css['ground']} />
            {stack.map(([kind, height]) => height > 0 && <rect key={kind} x={x} y={Math.max(0, (y -= height))} width={WIDTH} height={height} className={css[kind]} />)}
          </g>
        )
      })}
    </svg>
  )
}
