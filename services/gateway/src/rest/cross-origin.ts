/** Headers of the limits. A page of another origin may read only headers that are named here. */
const LIMIT_HEADERS = [
  'Retry-After',
  'X-MBX-USED-WEIGHT',
  'X-MBX-USED-WEIGHT-1M',
  'X-MBX-ORDER-COUNT-10S',
  'X-MBX-ORDER-COUNT-1D',
]

/** In every answer to a request with an `Origin`: public data needs no cookie, all else needs a signature. */
export const CROSS_ORIGIN: Readonly<Record<string, string>> = {
  'access-control-allow-origin': '*',
  'access-control-expose-headers': LIMIT_HEADERS.join(', '),
}
