import { expect, test } from 'vitest'
import { addAccount, connected, settled, watch } from '../../testing/linked-engine.ts'

test('how long a change of leader held a command is measured, and which were given up', async () => {
  const held: number[] = []
  const givenUp: string[] = []
  const observer = {
    held: (milliseconds: number) => void held.push(milliseconds),
    gaveUp: (answer: string) => void givenUp.push(answer),
  }
  const { engine, time, link } = connected({ observer })
  await settled()
  const undisturbed = link.submit(addAccount)
  time.turn()
  await undisturbed
  expect(held).toEqual([])
  engine.automatic = false
  const sent = link.submit(addAccount)
  time.turn()
  engine.cut()
  const queued = link.submit(addAccount)
  engine.automatic = true
  time.advance(30)
  engine.open()
  time.turn()
  await Promise.all([sent, queued])
  expect(held).toEqual([30, 30])
  engine.automatic = false
  watch(link.submit(addAccount))
  time.turn()
  engine.cut()
  watch(link.submit(addAccount))
  time.advance(4_100)
  expect(givenUp.toSorted()).toEqual(['busy', 'unknown'])
  expect(held).toHaveLength(2)
})
