/** Of the namespace and shard that the user chose. */
export const SHARD = 'namespace=~"$namespace", shard=~"$shard"'
/** Of the instances as well. */
export const INSTANCE = `${SHARD}, instance=~"$instance"`
/** Placing, amending and cancelling: the operations of which the objective of acknowledgement speaks. */
export const ORDERS = 'operation=~"order[.](place|amend|cancel).*"'

const INTERVAL = '$__rate_interval'

/** @param where label matchers, as `SHARD` */
export function rate(counter: string, where: string): string {
  return `rate(${counter}{${where}}[${INTERVAL}])`
}

/** Sum of rates, by labels if there are any. */
export function sumRate(counter: string, where: string, by = ''): string {
  return `${sum(by)} (${rate(counter, where)})`
}

export function sum(by = ''): string {
  return by === '' ? 'sum' : `sum by (${by})`
}

/** A quantile of a histogram, estimated within its buckets. */
export function quantile(share: number, histogram: string, where: string, by = ''): string {
  return `histogram_quantile(${share}, ${sumRate(`${histogram}_bucket`, where, by === '' ? 'le' : `le, ${by}`)})`
}

/**
 * A quantile of what is rare: over the chosen range, 0 when there was nothing.
 */
export function rareQuantile(share: number, histogram: string, where: string): string {
  return orZero(`(histogram_quantile(${share}, sum by (le) (increase(${histogram}_bucket{${where}}[$__range]))) >= 0)`)
}

/** Where nothing of it happened or is configured there are no series: that is 0, and not a gap. */
export function orZero(expr: string): string {
  return `${expr} or vector(0)`
}
