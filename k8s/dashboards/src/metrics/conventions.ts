import type { Declared } from './declared.ts'

/** First words: the service, or the part of the runtime that every service has. */
const PREFIXES = ['engine', 'gateway', 'recorder', 'uptick', 'lifecycle', 'readiness', 'log', 'tls', 'drain', 'flag']

/** The unit by the last word of the name; for counters by the last word before `_total`, and `count` where none is. */
const UNITS: Readonly<Record<string, string>> = {
  seconds: 'seconds',
  bytes: 'bytes',
  commands: 'commands',
  sequence: 'sequence',
  sequences: 'commands',
  epoch: 'epoch',
  connections: 'connections',
  subscriptions: 'subscriptions',
  counts: 'counts',
  transactions: 'transactions',
  standbys: 'engines',
  links: 'gateways',
  orders: 'orders',
  held: 'replies',
  flight: 'batches',
  progress: 'handshakes',
  remaining: 'WebSockets',
  low: '32 bits',
  connected: '0 or 1',
  up: '0 or 1',
  fed: '0 or 1',
  diverged: '0 or 1',
  active: '0 or 1',
  role: '0 or 1',
  condition: '0 or 1',
  state: '0 or 1',
  info: '1',
}

/** Not base units, in any place of a name. */
const SCALED =
  /(?:^|_)(?:ms|millis(?:econds)?|us|micros(?:econds)?|ns|nanos(?:econds)?|minutes?|hours?|days?|[kmg]i?b|(?:kilo|mega|giga)bytes|percent)(?:_|$)/

/** What each label says, and why its values are few. A label of clients (an account, an address, an order) is never one. */
export const LABELS: Readonly<Record<string, { readonly meaning: string; readonly valuesMax: number }>> = {
  operation: { meaning: 'operation of the API, from the registry of operations', valuesMax: 80 },
  status: { meaning: 'HTTP status of the answer', valuesMax: 20 },
  answer: { meaning: '`busy` (-1008) or `unknown` (-1007)', valuesMax: 2 },
  reason: { meaning: 'why the gateway ended a connection', valuesMax: 16 },
  outcome: { meaning: 'how something ended', valuesMax: 4 },
  what: { meaning: '`request`, `connection` or `socket`', valuesMax: 3 },
  listener: { meaning: '`public` or `operator`', valuesMax: 2 },
  certificate: { meaning: 'certificate by its use', valuesMax: 4 },
  role: { meaning: 'what an engine does now', valuesMax: 12 },
  ack_policy: { meaning: '`journal` or `journal-synchronous`', valuesMax: 1 },
  table: { meaning: 'table of the read model', valuesMax: 16 },
  condition: { meaning: 'readiness condition', valuesMax: 32 },
  probe: { meaning: '`started`, `ready` or `live`', valuesMax: 3 },
  flag: { meaning: 'feature flag, from the registry of flags', valuesMax: 100 },
  variant: { meaning: '`on` or `off`', valuesMax: 2 },
  release: { meaning: 'release of the process', valuesMax: 1 },
}

/** Bounds of the service level objectives and of the hold, seconds: a bound of a histogram, or a share is a guess. */
const OBJECTIVES = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 4]

/** Metrics that tools of another release read, by name: `npm run deploy`, `status`, `roll`. They are never renamed. */
export const READ_BY_TOOLS = [
  'engine_role',
  'engine_epoch',
  'engine_sequence',
  'engine_lag_commands',
  'gateway_link_epoch',
  'gateway_link_sequence',
  'gateway_requests_total',
  'recorder_recorded_sequence',
  'recorder_lag_sequences',
]

/** Undefined when the name says no unit. */
export function unitOf({ name, type }: Pick<Declared, 'name' | 'type'>): string | undefined {
  if (name.endsWith('_timestamp_seconds')) return 'seconds since 1970'
  if (type === 'counter') return /_(seconds|bytes)_total$/.exec(name)?.[1] ?? 'count'
  return UNITS[name.slice(name.lastIndexOf('_') + 1)]
}

/** In what a metric departs from the conventions of Prometheus, and of this repository. */
export function complaintsAbout(metric: Declared): string[] {
  const { name, type, help, labels, buckets } = metric
  const complaints: string[] = []
  const unless = (holds: boolean, complaint: string): void => void (holds || complaints.push(`${name}: ${complaint}`))
  unless(/^[a-z][a-z0-9]*(?:_[a-z0-9]+)+$/.test(name), 'is not in snake_case')
  unless(PREFIXES.includes(name.slice(0, name.indexOf('_'))), 'begins with no service and no part of the runtime')
  unless(!SCALED.test(name), 'is not in a base unit: seconds, bytes')
  unless(name.endsWith('_total') === (type === 'counter'), 'ends in _total if and only if it is a counter')
  unless(!/_(?:count|sum|bucket)$/.test(name), 'ends in a suffix of histograms')
  unless(unitOf(metric) !== undefined, 'ends in no unit')
  unless(type !== 'histogram' || /_(?:seconds|bytes|commands)$/.test(name), 'is a histogram without a unit')
  unless(/^[A-Z1]/.test(help) && help.includes(' ') && !help.endsWith('.'), `has the help "${help}"`)
  for (const label of labels) unless(LABELS[label] !== undefined, `has the label ${label}, of which no bound is known`)
  const isLatency = /^(?:gateway|engine)_.*_seconds$/.test(name) && type === 'histogram'
  const missing = isLatency ? OBJECTIVES.filter((bound) => !buckets.includes(bound)) : []
  unless(missing.length === 0, `its buckets lack ${missing.join(', ')} s`)
  return complaints
}
