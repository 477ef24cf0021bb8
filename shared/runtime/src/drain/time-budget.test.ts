import { describe, expect, test } from 'vitest'
import { ConfigError } from '../config.ts'
import { checkTimeBudget, TimeBudgetError, type TimeBudget } from './time-budget.ts'

function problemsOf(budget: TimeBudget): readonly string[] {
  try {
    checkTimeBudget(budget)
  } catch (error) {
    if (error instanceof TimeBudgetError) return error.problems
    throw error
  }
  return []
}

describe('checkTimeBudget', () => {
  test('accepts what fits, with parts that do not apply left out', () => {
    expect(
      problemsOf({ graceMs: 30_000, floorMs: 5_000, drainMs: 10_000, evictionMs: 10_000, handOffMs: 4_999 }),
    ).toEqual([])
    expect(problemsOf({ graceMs: 30_000, handOffMs: 8_000 })).toEqual([])
    expect(problemsOf({ graceMs: 30_000, leaseMs: 2_000, holdMs: 4_000 })).toEqual([])
  })

  test('shows the sum when the grace period is too short, even by nothing', () => {
    const times = { preStopMs: 1, floorMs: 5_000, drainMs: 10_000, evictionMs: 10_000, handOffMs: 4_999 }
    expect(problemsOf({ graceMs: 30_000, ...times })).toEqual([
      'pre-stop 1 + floor 5000 + drain 10000 + eviction 10000 + hand-off 4999 = 30000 ms must be less than the grace period of 30000 ms',
    ])
  })

  test('shows all problems at once', () => {
    expect(problemsOf({ graceMs: 10, handOffMs: 20, leaseMs: 4_000, holdMs: 5_000 })).toEqual([
      'hand-off 20 = 20 ms must be less than the grace period of 10 ms',
      'lease 4000 + take-over 1000 = 5000 ms must be less than the hold of 5000 ms',
      'a hold of 5000 ms must be less than 5000 ms',
    ])
  })

  test('is a problem of the configuration', () => {
    expect(() => checkTimeBudget({ graceMs: 1, floorMs: 1 })).toThrow(ConfigError)
  })
})
