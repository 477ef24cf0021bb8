import { CommandKind } from '@uptick/core'
import { createDatabase, openTestPool } from '@uptick/journal/testing'
import { encodeHello, LinkRole, outcomeSum } from '@uptick/protocol'
import { expect, test } from 'vitest'
import { OPENING, startEngine, untilRole } from './running-engine.ts'
import { TestGateway } from './test-gateway.ts'

const SESSION = 4711

test('the engine that held them is gone, rows are lost, and a gateway comes back: the shard is halted', async () => {
  const database = await createDatabase()
  const first = await startEngine(database.url)
  const gateway = await TestGateway.connect(first.url, SESSION)
  gateway.openSession()
  for (let number = 1; number <= 5; number++) {
    gateway.send([{ kind: CommandKind.ADD_ACCOUNT, number, text: `account ${number}` }])
    await gateway.untilReplied(number)
  }
  const sequence = gateway.fed.at(-1)!
  expect(sequence).toBe(OPENING + 6)
  const { words, at, epoch } = first.engine.leader!.retained.outcome(sequence)!
  const seen = { sequence, epoch, sum: outcomeSum(words, at) }
  await first.stop()

  const pool = openTestPool(database.url)
  const last = OPENING + 3
  await pool.query('DELETE FROM journal_batch WHERE first_sequence > $1', [last])
  await pool.query('UPDATE journal_head SET last = $1', [last])
  const second = await startEngine(database.url)
  expect(second.engine.role).toBe('leading')
  const back = await TestGateway.open(second.url, SESSION, LinkRole.GATEWAY)
  back.socket.send(encodeHello({ instance: 'gateway-1', session: SESSION, feedFrom: sequence + 1, seen }))
  await untilRole(second, 'halted')
  const halt =
    'SELECT halted, epoch::integer FROM journal_head JOIN (SELECT shard, halted FROM journal_lease) l USING (shard)'
  let { rows } = await pool.query(halt)
  // It has stopped already, and says so in a moment.
  while (rows[0].halted === null) ({ rows } = await pool.query(halt))
  expect(rows).toEqual([
    {
      halted: expect.stringMatching(
        new RegExp(`: gateway-1 was shown outcome ${sequence} of epoch 1, and the journal ends at ${last}$`),
      ),
      epoch: 3,
    },
  ])
  await back.until(() => back.closed !== undefined)
  expect(back.goodbye?.reason).toMatchObject({ reason: 'ahead-of-journal' })
  expect(second.lifecycle.condition('journal')).toMatchObject({ met: false })
  await second.stop()
  await pool.end()
  await database.drop()
})
