import { expect, test } from 'vitest'
import { parseOptions, type ProofCommand } from './options.ts'
import { chosen, scenarios } from './scenarios/index.ts'

function parsed(...args: string[]): ProofCommand {
  const command = parseOptions(args, '/base')
  if (command === 'help' || command === 'list') throw new Error('a command was expected')
  return command
}

test('a cluster that is brought up also gives its network and its faults', () => {
  const { cluster, through, options } = parsed('--all', '--cluster', 'my cluster')
  expect({ cluster, through }).toEqual({ cluster: 'my cluster', through: 'my cluster run' })
  expect(options.fault).toBeDefined()
  expect(parsed('roll-all').options.fault).toBeUndefined()
})

test('something has to be asked for', () => {
  expect(() => parseOptions([], '/base')).toThrow('name scenarios')
  expect(() => parsed('--all', '--rate', '0')).toThrow('--rate 0')
  expect(parsed('--quick', '--rate', 'half').options.rate).toBe('half')
})

test('scenarios are chosen by name, several by the begin of theirs', () => {
  expect(chosen([], false)).toEqual(scenarios)
  expect(chosen(['zone-loss', 'steady'], false).map(({ name }) => name)).toEqual([
    'zone-loss-cut',
    'zone-loss-power',
    'steady',
  ])
  expect(() => chosen(['rolls'], false)).toThrow('there is no scenario rolls')
})

test('the quick proof has the control, and every planned scenario but the control must not fail', () => {
  const quick = chosen([], true)
  expect(quick.map(({ name }) => name)).toEqual(['roll-all', 'drain-nodes', 'rollback', 'bad-release', 'control'])
  expect(scenarios.filter(({ mustFail }) => mustFail).map(({ name }) => name)).toEqual(['control'])
})
