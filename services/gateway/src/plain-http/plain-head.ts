/** The head of a request. It is parsed once and used again for every request with the same bytes. */
export interface PlainHead {
  /** The text of the head, up to and including the empty line. */
  readonly text: string
  readonly method: string
  /** Without the query. */
  readonly path: string
  /** The text after the question mark, as it was sent. */
  readonly query: string
  /** By name in lower case. */
  readonly headers: Readonly<Record<string, string>>
  /** Length of the body in bytes. */
  readonly length: number
}

export const HEAD_BYTES_MAX = 8 * 1024
/** Longest body that any parser reads. No request of the API comes near it. */
export const BODY_BYTES_MAX = 64 * 1024

/** Request line, then one line for each header, ASCII only; no folded lines, no blank before a colon. */
const HEAD = /^(GET|POST|PUT|DELETE) (\/[!-~]*) HTTP\/1\.1\r\n((?:[!#$%&'*+.^_`|~0-9A-Za-z-]+:[\t -~]*\r\n)+)\r\n$/
const LENGTH = /^[0-9]{1,5}$/
/** With any of these a request is more than a head and a body of known length. */
const DEMANDING = ['transfer-encoding', 'upgrade', 'expect', 'trailer', 'te', 'http2-settings', 'proxy-connection']

/**
 * Read the head of a plain request. Returns undefined for anything unusual or wrong, which a full parser judges:
 * another method or version, a header twice, no host, `Connection` with anything but keep-alive, chunks, upgrades,
 * expectations, a GET with a body.
 */
export function readPlainHead(text: string): PlainHead | undefined {
  const match = HEAD.exec(text)
  if (match === null) return undefined
  const [, method = '', target = '', lines = ''] = match
  const headers: Record<string, string> = Object.create(null)
  for (const line of lines.slice(0, -2).split('\r\n')) {
    const colon = line.indexOf(':')
    const name = line.slice(0, colon).toLowerCase()
    if (name in headers) return undefined
    headers[name] = line.slice(colon + 1).trim()
  }
  if (headers['host'] === undefined || DEMANDING.some((name) => name in headers)) return undefined
  if ((headers['connection'] ?? 'keep-alive').toLowerCase() !== 'keep-alive') return undefined
  const length = headers['content-length'] ?? '0'
  if (!LENGTH.test(length) || Number(length) > (method === 'GET' ? 0 : BODY_BYTES_MAX)) return undefined
  const mark = target.indexOf('?')
  const path = mark < 0 ? target : target.slice(0, mark)
  return { text, method, path, query: mark < 0 ? '' : target.slice(mark + 1), headers, length: Number(length) }
}
