/** Headers of the limits, which a page from elsewhere may read only where it is told so. */
const LIMIT_HEADERS = [
  'Retry-After',
  'X-MBX-USED-WEIGHT',
  'X-MBX-USED-WEIGHT-1M',
  'X-MBX-ORDER-COUNT-10S',
  'X-MBX-ORDER-COUNT-1D',
]

/** In every answer to a request that names an `Origin`: what is public needs no cookie, what is not needs a signature. */
export const CROSS_ORIGIN: Readonly<Record<string, string>> = {
  'access-control-allow-origin': '*',
  'access-control-expose-headers': LIMIT_HEADERS.join(', '),
}
