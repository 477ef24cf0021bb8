import { expect, test } from 'vitest'
import { NumberedClient } from '../../testing/numbered-client.ts'

test('a checker that sees a hole and an overlap', () => {
  const client = new NumberedClient()
  client.take({ first: 1, last: 3 })
  expect(() => client.take({ first: 5, last: 6 })).toThrow('a message from 5 after 3')
  expect(() => client.take({ first: 3, last: 6 })).toThrow('a message from 3 after 3')
  client.take({ first: 4, last: 3 })
})
