import { PALETTE } from '../grafana/palette.ts'
import type { Query } from '../grafana/spec.ts'
import { quantile, rareQuantile } from './promql.ts'

/** The 99th and the 50th percentile of a histogram, by the expression that computes one. */
function both(percentile: (share: number) => string, hasExemplars = false): readonly Query[] {
  return [
    { expr: percentile(0.99), legend: 'p99', colour: PALETTE.orange, hasExemplars },
    { expr: percentile(0.5), legend: 'p50', colour: PALETTE.blue },
  ]
}

/** @param where label matchers, as `SHARD` */
export function percentiles(histogram: string, where: string): readonly Query[] {
  return both((share) => quantile(share, histogram, where))
}

/** The same for a histogram with exemplars: points of single requests, which lead to their traces. */
export function tracedPercentiles(histogram: string, where: string): readonly Query[] {
  return both((share) => quantile(share, histogram, where), true)
}

/** Of what is rare: over the chosen range, 0 when there was nothing. */
export function rarePercentiles(histogram: string, where: string): readonly Query[] {
  return both((share) => rareQuantile(share, histogram, where))
}
