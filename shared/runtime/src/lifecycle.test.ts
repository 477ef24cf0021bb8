import { describe, expect, test } from 'vitest'
import { Lifecycle } from './lifecycle.ts'

describe('Lifecycle', () => {
  test('is ready when started and every declared condition is met', () => {
    const lifecycle = new Lifecycle(() => 0)
    lifecycle.set('store', false, 'not connected')
    lifecycle.set('caught-up', true)
    lifecycle.markStarted()
    expect(lifecycle.readiness()).toEqual({
      ok: false,
      conditions: [
        { name: 'store', met: false, reason: 'not connected' },
        { name: 'caught-up', met: true, reason: '' },
      ],
    })
    lifecycle.set('store', true)
    expect(lifecycle.readiness().ok).toBe(true)
  })

  test('is ready without what is only to be known', () => {
    const lifecycle = new Lifecycle(() => 0)
    lifecycle.markStarted()
    lifecycle.note('cache', false, 'away')
    expect(lifecycle.readiness()).toEqual({
      ok: true,
      conditions: [{ name: 'cache', met: false, reason: 'away', isAdvisory: true }],
    })
    lifecycle.set('store', false)
    expect(lifecycle.readiness().ok).toBe(false)
  })

  test('is not ready before it started', () => {
    const lifecycle = new Lifecycle(() => 0)
    expect(lifecycle.readiness().ok).toBe(false)
    lifecycle.markStarted()
    expect(lifecycle.readiness().ok).toBe(true)
  })

  test('tells listeners of changes only', () => {
    const heard: string[] = []
    const lifecycle = new Lifecycle(() => 0)
    lifecycle.onChange(({ name, met }) => heard.push(`${name} ${met}`))
    lifecycle.set('store', false)
    lifecycle.set('store', false)
    lifecycle.set('store', true)
    expect(heard).toEqual(['store false', 'store true'])
  })

  test('is wedged when a heart stops, whatever the conditions say', () => {
    let now = 0
    const lifecycle = new Lifecycle(() => now)
    const beat = lifecycle.heartbeat('loop', 100)
    lifecycle.set('store', false)
    now = 100
    expect(lifecycle.liveness().ok).toBe(true)
    now = 101
    expect(lifecycle.liveness()).toEqual({
      ok: false,
      conditions: [{ name: 'loop', met: false, reason: 'silent for 101 ms, 100 allowed' }],
    })
    beat()
    expect(lifecycle.liveness().ok).toBe(true)
  })
})
