import { checkTimeBudget, TimeBudgetError } from '@uptick/runtime'
import { describe, expect, test } from 'vitest'
import { environmentOf, overlays, renderOverlay, workload } from '../manifests.ts'

/** Steps of an engine's shutdown behind one another, in ms: hand-off, links, journal, pool, conditions, ops. */
const ENGINE_STOP_MS = 8_000 + 2_000 + 2_000 + 2_000 + 100 + 1_000

describe.each(overlays)('times of overlay %s', (overlay) => {
  const manifests = renderOverlay(overlay)
  const gateway = workload(manifests, 'Deployment', 'gateway')
  const engine = workload(manifests, 'StatefulSet', 'engine')
  const settings = environmentOf(manifests, gateway)
  const ms = (name: string): number => {
    const value = Number(settings[name])
    if (!Number.isSafeInteger(value)) throw new Error(`${name} is ${settings[name]}`)
    return value
  }
  const budget = {
    graceMs: (gateway.spec.template.spec.terminationGracePeriodSeconds ?? 30) * 1000,
    preStopMs: ms('PRE_STOP_MS'),
    floorMs: ms('DRAIN_FLOOR_MS'),
    drainMs: ms('DRAIN_MS'),
    evictionMs: ms('EVICTION_MS'),
    handOffMs: ms('HAND_OFF_MS'),
    leaseMs: ms('LEASE_MS'),
    holdMs: ms('HOLD_MS'),
  }

  test('a gateway knows what the kubelet grants it', () => {
    expect(ms('GRACE_MS')).toBe(budget.graceMs)
  })

  test('floor + drain + eviction + hand-off < grace, and lease + 1 s < hold < 5 s', () => {
    expect(() => checkTimeBudget(budget)).not.toThrow()
    // The sum is tight enough to mean something: a floor that is not in it would not do.
    expect(() => checkTimeBudget({ ...budget, floorMs: budget.graceMs })).toThrow(TimeBudgetError)
  })

  test('engines and gateways agree on the lease and the hold', () => {
    expect(Number(environmentOf(manifests, engine)['LEASE_MS'])).toBe(budget.leaseMs)
    expect(Number(environmentOf(manifests, engine)['HOLD_MS'])).toBe(budget.holdMs)
  })

  test('an engine can hand off and close before it is killed, and knows when that is', () => {
    const graceMs = engine.spec.template.spec.terminationGracePeriodSeconds! * 1000
    expect(graceMs).toBeGreaterThan(ENGINE_STOP_MS)
    expect(Number(environmentOf(manifests, engine)['GRACE_MS'])).toBe(graceMs)
  })
})
