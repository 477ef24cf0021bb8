import { type BalanceEvent, type Event, EventKind, type Outcome } from '../src/event.ts'

/**
 * An outcome in the form in which production and oracle are compared: BALANCE events sorted (their order is the core's
 * own business), definitions left out (their text is too).
 */
export function comparable(outcome: Outcome): Outcome {
  const isBalance = (event: Event): event is BalanceEvent => event.kind === EventKind.BALANCE
  const balances = outcome.events.filter(isBalance).toSorted((a, b) => a.account - b.account || a.asset - b.asset)
  const others = outcome.events
    .filter((event) => !isBalance(event))
    .map((event) => (event.kind === EventKind.CATALOGUE ? { ...event, definition: '' } : event))
  return { ...outcome, events: [...others, ...balances] }
}

/** Where two plain values differ first: a path and both values; undefined when they are equal. */
export function difference(actual: unknown, expected: unknown, path = ''): string | undefined {
  if (Object.is(actual, expected)) return undefined
  if (typeof actual !== 'object' || typeof expected !== 'object' || actual === null || expected === null) {
    return `${path}: ${text(actual)}, oracle ${text(expected)}`
  }
  for (const key of new Set([...Object.keys(expected), ...Object.keys(actual)])) {
    const found = difference(
      (actual as Record<string, unknown>)[key],
      (expected as Record<string, unknown>)[key],
      `${path}.${key}`,
    )
    if (found) return found
  }
  return undefined
}

/** JSON that can also hold a bigint. */
export function text(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) => (typeof inner === 'bigint' ? `${inner}n` : inner)) ?? 'absent'
}
