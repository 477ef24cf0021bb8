import type { LookupAddress } from 'node:dns'
import { expect, test } from 'vitest'
import { AddressBook } from './address-book.ts'

const address = (last: number): LookupAddress => ({ address: `10.0.0.${last}`, family: 4 })

/** A name server whose answers are given by hand. */
class NameServer {
  readonly asked: string[] = []
  #answers: ((addresses: LookupAddress[]) => void)[] = []

  readonly resolve = (name: string): Promise<LookupAddress[]> => {
    this.asked.push(name)
    return new Promise((answer) => this.#answers.push(answer))
  }

  async answer(...addresses: LookupAddress[]): Promise<void> {
    for (const answer of this.#answers.splice(0)) answer(addresses)
    await new Promise((resolve) => setImmediate(resolve))
  }
}

function found(book: AddressBook, name: string): Promise<unknown> {
  return new Promise((resolve, reject) => {
    book.lookup(name, { all: false }, (error, first) => (error === null ? resolve(first) : reject(error)))
  })
}

test('a dial waits for a name that was never found, and may ask for all its addresses', async () => {
  const server = new NameServer()
  const book = new AddressBook(server.resolve)
  const first = found(book, 'engine-0')
  await server.answer(address(1), address(2))
  expect(await first).toBe('10.0.0.1')
  const all = new Promise((resolve) => {
    book.lookup('engine-0', { all: true }, (_, addresses) => resolve(addresses))
  })
  expect(await all).toEqual([address(1), address(2)])
})

test('while the name server is silent, known addresses are returned at once and it is asked only once', async () => {
  const server = new NameServer()
  const book = new AddressBook(server.resolve)
  const first = found(book, 'engine-0')
  await server.answer(address(1))
  await first
  for (let time = 0; time < 5; time++) expect(await found(book, 'engine-0')).toBe('10.0.0.1')
  expect(server.asked).toHaveLength(2)
  await server.answer(address(7))
  expect(await found(book, 'engine-0')).toBe('10.0.0.7')
})

test('a failed lookup is an error only when no address is known; else the known addresses stay', async () => {
  let fails = true
  const book = new AddressBook(() => (fails ? Promise.reject(new Error('no answer')) : Promise.resolve([address(1)])))
  await expect(found(book, 'engine-0')).rejects.toThrow('no answer')
  fails = false
  expect(await found(book, 'engine-0')).toBe('10.0.0.1')
  fails = true
  expect(await found(book, 'engine-0')).toBe('10.0.0.1')
  expect(await found(book, 'engine-0')).toBe('10.0.0.1')
})

test('names are refreshed, literal addresses are not', () => {
  const server = new NameServer()
  const delays: number[] = []
  const after = (ms: number): (() => void) => {
    delays.push(ms)
    return () => undefined
  }
  const book = new AddressBook(server.resolve)
  book.follow(['ws://engine-0.engine:7000/link', 'ws://10.1.2.3:7000', 'ws://[::1]:7000'], {
    after,
    endOfTurn: () => {},
  })
  expect(server.asked).toEqual(['engine-0.engine'])
  expect(delays).toHaveLength(1)
})
