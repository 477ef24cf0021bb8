import type { TimeUnit } from '@uptick/protocol'

/** What the URL of a WebSocket handshake asks for. */
export type Target =
  | {
      readonly kind: 'ws-api'
      readonly timeUnit: TimeUnit
      readonly returnRateLimits: boolean
      /** `serverShutdown=true`: wants a message before this process ends. */
      readonly notices: boolean
    }
  | {
      readonly kind: 'streams'
      readonly combined: boolean
      readonly streams: readonly string[]
      readonly timeUnit: TimeUnit
      readonly notices: boolean
      /** `sequence=true`: messages are numbered, and streams can be resumed. */
      readonly numbered: boolean
    }
  /** Refused with this HTTP status. */
  | { readonly kind: 'refused'; readonly status: 400 | 404; readonly reason: string }

const URL_LENGTH_MAX = 65_536
const STREAMS_MAX = 1024

/**
 * Read the URL of a handshake: `/ws-api/v3`, `/ws`, `/ws/<stream>/<stream>…`, `/stream?streams=a/b`, each below any
 * prefix. Names behind `/stream/` are a raw connection, as the clients that dial it expect.
 */
export function parseTarget(url: string): Target {
  if (url.length > URL_LENGTH_MAX) return refuse('The URL is too long.')
  const mark = url.indexOf('?')
  const path = mark < 0 ? url : url.slice(0, mark)
  const query = new URLSearchParams(mark < 0 ? '' : url.slice(mark + 1))
  const unit = (query.get('timeUnit') ?? 'MILLISECOND').toUpperCase()
  if (unit !== 'MILLISECOND' && unit !== 'MICROSECOND') return refuse('Invalid timeUnit.')
  if ((query.get('responseFormat') ?? 'json').toLowerCase() !== 'json') return refuse('Only JSON is spoken here.')
  // Known clients fail on an event that they do not know, so only clients that ask for it get it.
  const notices = query.get('serverShutdown')?.toLowerCase() === 'true'
  const segments = path.split('/').filter((segment) => segment !== '')
  if (segments.includes('ws-api')) {
    return {
      kind: 'ws-api',
      timeUnit: unit,
      returnRateLimits: query.get('returnRateLimits')?.toLowerCase() !== 'false',
      notices,
    }
  }
  const names = streamNames(segments, query)
  if (names === undefined) return { kind: 'refused', status: 404, reason: 'No WebSocket is served at this path.' }
  if (names.length > STREAMS_MAX) return refuse(`More than ${STREAMS_MAX} streams on one connection.`)
  const numbered = query.get('sequence')?.toLowerCase() === 'true'
  return { kind: 'streams', combined: segments.at(-1) === 'stream', streams: names, timeUnit: unit, notices, numbered }
}

function streamNames(segments: readonly string[], query: URLSearchParams): string[] | undefined {
  const raw = segments.indexOf('ws')
  if (raw >= 0) return decoded(segments.slice(raw + 1))
  const combined = segments.indexOf('stream')
  if (combined < 0) return undefined
  if (combined < segments.length - 1) return decoded(segments.slice(combined + 1))
  // No name has a space: it was a plus sign that the client did not encode (`@+08:00`).
  const names = (query.get('streams') ?? '').replaceAll(' ', '+')
  return names.split('/').filter((name) => name !== '')
}

function decoded(names: readonly string[]): string[] {
  return names.map((name) => {
    try {
      return decodeURIComponent(name)
    } catch {
      return name
    }
  })
}

function refuse(reason: string): Target {
  return { kind: 'refused', status: 400, reason }
}
