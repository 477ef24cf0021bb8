import { expect, test } from 'vitest'
import { addAccount, connected, settled, watch } from '../../testing/linked-engine.ts'

test('measures how long a change of leader held commands, and counts those given up', async () => {
  const held: number[] = []
  const givenUp: string[] = []
  const observer = {
    held: (milliseconds: number) => void held.push(milliseconds),
    gaveUp: (answer: string) => void givenUp.push(answer),
  }
  const { engine, time, link } = connected({ observer })
  await settled()
  const undisturbed = link.submit(addAccount)
  time.turnNow()
  await undisturbed
  expect(held).toEqual([])
  engine.automatic = false
  const sent = link.submit(addAccount)
  time.turnNow()
  engine.cut()
  const queued = link.submit(addAccount)
  engine.automatic = true
  time.advanceNow(30)
  engine.open()
  time.turnNow()
  await Promise.all([sent, queued])
  expect(held).toEqual([30, 30])
  engine.automatic = false
  watch(link.submit(addAccount))
  time.turnNow()
  engine.cut()
  watch(link.submit(addAccount))
  time.advanceNow(4_100)
  expect(givenUp.toSorted()).toEqual(['busy', 'unknown'])
  expect(held).toHaveLength(2)
})

test('an account that floods while there is no leader leaves room for the others', async () => {
  const { engine, time, link } = connected({ queueMax: 80 })
  await settled()
  engine.automatic = false
  engine.cut()
  const outcomes: string[] = []
  const follow = (account: number): void =>
    void link.submit(addAccount, Number.POSITIVE_INFINITY, account).then(
      () => outcomes.push(`${account} executed`),
      (error: { code?: unknown }) => outcomes.push(`${account} ${String(error.code)}`),
    )
  for (let n = 0; n < 1_000; n++) follow(7)
  await settled()
  // Ten are held, which is an eighth.
  expect(outcomes).toEqual(Array<string>(990).fill('7 -1008'))
  for (let n = 0; n < 10; n++) follow(8)
  engine.automatic = true
  time.advanceNow(30)
  engine.open()
  time.turnNow()
  await settled()
  const counted = (outcome: string): number => outcomes.filter((one) => one === outcome).length
  expect([counted('7 executed'), counted('8 executed'), counted('8 -1008')]).toEqual([10, 10, 0])
  // What is answered is given back.
  for (let n = 0; n < 10; n++) follow(7)
  time.turnNow()
  await settled()
  expect(counted('7 executed')).toBe(20)
})

test('an account that floods with questions leaves room for the questions of others', async () => {
  const { engine, link } = connected({ queueMax: 80 })
  await settled()
  engine.automatic = false
  engine.cut()
  const refused: number[] = []
  const ask = (account: number): void =>
    void link.query({ kind: 'account', account }, account).catch(() => void refused.push(account))
  for (let n = 0; n < 100; n++) ask(7)
  ask(8)
  watch(link.query({ kind: 'status' }))
  await settled()
  expect(refused).toEqual(Array<number>(90).fill(7))
})
