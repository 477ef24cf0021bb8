import { Command, CommandKind, Exchange } from '@uptick/core'
import { systemTimers } from '@uptick/runtime'
import { expect, test } from 'vitest'
import type { DueActivation } from './activation-schedule.ts'
import { DueActivations, type DueActivationsOptions } from './due-activations.ts'

const BEHAVIOUR = 1

/** What is due, and a leader whose exchange has `active` behaviours; undefined: no leader answers. */
async function lookAt(due: DueActivation, active: readonly number[] | undefined) {
  const said: unknown[] = []
  const exchange = new Exchange()
  let sequence = 0
  const execute = (build: (command: Command) => void): void => {
    const command = new Command()
    build(command)
    exchange.execute(command, ++sequence, 1)
  }
  for (const behaviour of active ?? [])
    execute((command) => {
      command.kind = CommandKind.ACTIVATE_BEHAVIOUR
      command.value = behaviour
    })
  const options: DueActivationsOptions = {
    timers: systemTimers,
    failed: (operation) => void said.push(operation),
    schedule: {
      takeDue: () => Promise.resolve([due]),
      settle: (...outcome) => Promise.resolve(void said.push(outcome)),
    },
    line: {
      submit: (build) => {
        if (active === undefined) return Promise.reject(new Error('no engine leads'))
        const offset = exchange.output.length
        execute(build)
        return Promise.resolve({ words: exchange.output.words, offset })
      },
      query: () => Promise.reject(new Error('no answer')),
    },
  }
  await new DueActivations(options).look()
  return said
}

test('what is due is activated, and the row says from where on', async () => {
  expect(await lookAt({ behaviour: BEHAVIOUR, isMissed: false }, [])).toEqual([
    [BEHAVIOUR, 'ACTIVATED', 'in force from sequence 1 on'],
  ])
})

test('a gateway that ended before it could say so has activated it all the same', async () => {
  expect(await lookAt({ behaviour: BEHAVIOUR, isMissed: false }, [BEHAVIOUR])).toEqual([
    [BEHAVIOUR, 'ACTIVATED', 'the behaviour is active already'],
  ])
})

test('what no build knows is refused', async () => {
  expect(await lookAt({ behaviour: 999, isMissed: false }, [])).toEqual([
    [999, 'REFUSED', 'not every member of the shard supports this behaviour'],
  ])
})

test('without an answer the row stays as it is, to be tried again', async () => {
  expect(await lookAt({ behaviour: BEHAVIOUR, isMissed: false }, undefined)).toEqual(['scheduled activation'])
})

test('what was missed is not activated after its time', async () => {
  expect(await lookAt({ behaviour: BEHAVIOUR, isMissed: true }, [])).toEqual([
    [BEHAVIOUR, 'REFUSED', 'no gateway could activate it at its time'],
  ])
})
