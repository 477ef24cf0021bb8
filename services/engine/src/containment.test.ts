import { CommandKind, Exchange, Reject } from '@uptick/core'
import { expect, test } from 'vitest'
import { commandsFrame, started } from '../testing/memory-cluster.ts'
import { JournalStore } from '../testing/journal-store.ts'

const SESSION = 77

const open = { kind: CommandKind.OPEN_SESSION }
const account = (number: number) => ({ kind: CommandKind.ADD_ACCOUNT, number, text: `account ${number}` })

function failingAt(label: string): () => Exchange {
  class Poisoned extends Exchange {
    override execute(...parameters: Parameters<Exchange['execute']>): ReturnType<Exchange['execute']> {
      if (parameters[0].text === label) throw new Error('planted: an impossible state')
      return super.execute(...parameters)
    }
  }
  return () => new Poisoned()
}

test('a command that breaks an assertion stops all answers; skipped, it is refused and the rest goes on', async () => {
  const store = new JournalStore()
  const openExchange = failingAt('account 2')
  const first = await started(store, { openExchange })
  const gateway = first.link()
  gateway.hello(SESSION, 0)
  gateway.give(commandsFrame(SESSION, [open, account(1)]))
  await first.time.turn()
  gateway.give(commandsFrame(SESSION, [account(2), account(3)]))
  gateway.ask(1, { kind: 'status' })
  await first.time.turn()
  expect(first.engine.role).toBe('contained')
  expect(first.conditions.get('contained')).toBe(false)
  expect(first.evidence).toEqual(['poison-0-3'])
  expect(gateway.fed()).toEqual([1, 2])
  expect(store.last).toBe(4)

  const second = await started(store, { openExchange })
  expect(second.engine.role).toBe('contained')
  expect(second.failures).toEqual([])
  await second.journal.skip(3)
  await second.time.advance(2000)
  expect(second.failures).toEqual(['sequence 3 is skipped now'])

  const third = await started(store, { openExchange })
  const again = third.link()
  again.hello(SESSION, 3)
  again.give(commandsFrame(SESSION, [account(4)]))
  await third.time.turn()
  expect(again.outcomes()).toEqual([`2 ${Reject.UNKNOWN_COMMAND}`, '3 0', '4 0'])
})
