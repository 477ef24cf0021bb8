import { expect, test } from 'vitest'
import { ConnectionLine } from './connection-line.ts'

/** Call `join` for each item (an address and a number; `p` is a proxy). Returns the items without a place. */
function joinAll(line: ConnectionLine<string>, items: readonly string[]): string[] {
  return items.flatMap((item) => line.join(item.slice(0, 1), item, item.startsWith('p')) ?? [])
}

function drain(line: ConnectionLine<string>): string[] {
  const all: string[] = []
  for (let item = line.next(); item !== undefined; item = line.next()) all.push(item)
  return all
}

test('addresses take turns, and each keeps its own order', () => {
  const line = new ConnectionLine<string>()
  expect(joinAll(line, ['a1', 'a2', 'a3', 'a4', 'b1', 'b2', 'c1'])).toEqual([])
  expect(line.size).toBe(7)
  expect(drain(line)).toEqual(['a1', 'b1', 'c1', 'a2', 'b2', 'a3', 'a4'])
  expect(line.size).toBe(0)
})

test('a connection waits for one turn of another address, however much that has in its queue', () => {
  const line = new ConnectionLine<string>()
  joinAll(line, ['a1', 'a2', 'a3'])
  expect(line.next()).toBe('a1')
  joinAll(line, ['b1'])
  expect(drain(line)).toEqual(['a2', 'b1', 'a3'])
})

test('past the share of an address its newest connections have no place', () => {
  const line = new ConnectionLine<string>({ waitingPerAddressMax: 2 })
  expect(joinAll(line, ['a1', 'a2', 'a3', 'b1', 'a4'])).toEqual(['a3', 'a4'])
  expect(drain(line)).toEqual(['a1', 'b1', 'a2'])
  expect(joinAll(line, ['a5'])).toEqual([])
})

test('the address of a proxy has no share, only the bound of all', () => {
  const line = new ConnectionLine<string>({ waitingMax: 4, waitingPerAddressMax: 1 })
  expect(joinAll(line, ['p1', 'p2', 'p3', 'a1', 'a2', 'p4'])).toEqual(['a2', 'p4'])
})

test('in a full queue the address with the most makes room for the others', () => {
  const line = new ConnectionLine<string>({ waitingMax: 4, waitingPerAddressMax: 4 })
  expect(joinAll(line, ['a1', 'a2', 'a3', 'b1'])).toEqual([])
  expect(joinAll(line, ['c1', 'b2', 'c2', 'a4'])).toEqual(['a3', 'b2', 'c2', 'a4'])
  expect(line.size).toBe(4)
  expect(drain(line)).toEqual(['a1', 'b1', 'c1', 'a2'])
})

test('a connection that is put back is the next of its address, also when the queue is full', () => {
  const line = new ConnectionLine<string>({ waitingMax: 2, waitingPerAddressMax: 2 })
  joinAll(line, ['a1', 'a2'])
  const first = line.next()!
  joinAll(line, ['a3'])
  line.putBack('a', first)
  expect(line.size).toBe(3)
  expect(drain(line)).toEqual(['a1', 'a2', 'a3'])
})
