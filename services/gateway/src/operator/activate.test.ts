import { Command, CommandKind, Exchange } from '@uptick/core'
import { expect, test } from 'vitest'
import { activate } from './activate.ts'
import { OperatorError } from './operator-error.ts'

/** A leader that knows no behaviour 77, and what it says about who lacks it. */
function lineTo(answer: unknown): Parameters<typeof activate>[0] {
  return {
    submit: (build) => {
      const exchange = new Exchange()
      const command = new Command()
      build(command)
      expect(command.kind).toBe(CommandKind.ACTIVATE_BEHAVIOUR)
      exchange.execute(command, 1, 1)
      return Promise.resolve({ words: exchange.output.words, offset: 0 })
    },
    query: (question) => {
      expect(question).toEqual({ kind: 'lacking', behaviour: 77 })
      if (answer instanceof Error) return Promise.reject(answer)
      return Promise.resolve({ value: answer as never, sequence: 1 })
    },
  }
}

async function refusal(answer: unknown): Promise<unknown> {
  const error: unknown = await activate(lineTo(answer), 77).catch((thrown: unknown) => thrown)
  return error instanceof OperatorError ? [error.status, error.code, error.message] : error
}

test('a refusal names the members that do not know the behaviour', async () => {
  const lacking = [
    { holder: 'engine-1-ab', url: 'ws://one/link', how: 'follows' },
    { holder: 'engine-2-cd', url: 'ws://two/link', how: 'reads' },
  ]
  expect(await refusal({ lacking })).toEqual([
    409,
    'BEHAVIOUR_UNKNOWN',
    'behaviour 77 is not known to engine-1-ab (ws://one/link), ' +
      'engine-2-cd (ws://two/link, which reads the journal without a link to the leader)',
  ])
})

test.each([
  ['a leader of a release that cannot say', { error: 'unknown query "lacking"' }],
  ['one that does not answer', new Error('no answer')],
  ['one where all know it by now', { lacking: [] }],
])('%s refuses all the same', async (_, answer) => {
  expect(await refusal(answer)).toEqual([
    409,
    'BEHAVIOUR_UNKNOWN',
    'not every member of the shard supports this behaviour',
  ])
})
