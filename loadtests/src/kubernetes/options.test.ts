import { expect, test } from 'vitest'
import { proofCommandLine, type ProofCommand } from './options.ts'
import { chosen, scenarios } from './scenarios/index.ts'

async function parsed(...args: string[]): Promise<ProofCommand> {
  const commands: ProofCommand[] = []
  const list = (): never => {
    throw new Error('a command was expected')
  }
  const line = proofCommandLine({}, { prove: async (command) => void commands.push(command), list })
  await line.parseAsync(args, { from: 'user' })
  return commands[0]!
}

test('a cluster that is started also provides its network and its faults', async () => {
  const { cluster, through, options } = await parsed('--all', '--cluster', 'my cluster')
  expect({ cluster, through }).toEqual({ cluster: 'my cluster', through: 'my cluster run' })
  expect(options.fault).toBeDefined()
  expect((await parsed('roll-all')).options.fault).toBeUndefined()
})

test('a command line without a request is refused', async () => {
  await expect(parsed()).rejects.toThrow('Name scenarios')
  await expect(parsed('--all', '--rate', '0')).rejects.toThrow("'--rate <n>' argument '0' is invalid")
  expect((await parsed('--quick', '--rate', 'half')).options.rate).toBe('half')
})

test('scenarios are chosen by name, several by a common prefix', () => {
  expect(chosen([], false)).toEqual(scenarios)
  expect(chosen(['zone-loss', 'steady'], false).map(({ name }) => name)).toEqual([
    'zone-loss-cut',
    'zone-loss-power',
    'steady',
  ])
  expect(() => chosen(['rolls'], false)).toThrow('There is no scenario rolls')
})

test('the quick proof has the control, and no planned scenario except the control may fail', () => {
  const quick = chosen([], true)
  expect(quick.map(({ name }) => name)).toEqual(['roll-all', 'drain-nodes', 'rollback', 'bad-release', 'control'])
  expect(scenarios.filter(({ mustFail }) => mustFail).map(({ name }) => name)).toEqual(['control'])
})
