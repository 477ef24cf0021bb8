import { expect, test } from 'vitest'
import { PlayedMarket, type PlayedOrder } from '../../testing/played-market.ts'
import { Acknowledgements } from './acknowledgements.ts'
import { acknowledgementFindings, checkAcknowledged } from './check-acknowledged.ts'

const orders: readonly PlayedOrder[] = [
  ['maker', 1, 'SELL', 10, 500],
  ['taker', 2, 'BUY', 10, 500],
  ['resting', 1, 'SELL', 20, 100],
  ['cancelled', 1, 'SELL', 30, 100],
]

/** A market in which all of `orders` were accepted, and traders that were told exactly that. */
function played(): { market: PlayedMarket; told: Acknowledgements; ids: Record<string, number> } {
  const market = new PlayedMarket()
  const told = new Acknowledgements()
  const ids: Record<string, number> = {}
  for (const order of orders) {
    const [clientId, account, side, price, quantity] = order
    told.sent({ clientId, account, side, price: String(price), quantity: String(quantity) })
    ids[clientId] = market.place(...order)
    told.acknowledged(clientId, ids[clientId])
  }
  market.cancel(1, ids['cancelled']!)
  told.cancelled.add(ids['cancelled']!)
  return { market, told, ids }
}

const sent = (clientId: string, account = 1) =>
  ({ clientId, account, side: 'SELL', price: '40', quantity: '1' }) as const

function findings(told: Acknowledgements, { record, market }: PlayedMarket): string[] {
  return acknowledgementFindings(told, record, market).map(({ kind, clientId, text }) => `${kind} ${clientId}: ${text}`)
}

test('answers and journal agree', () => {
  const { market, told } = played()
  told.sent(sent('refused'))
  told.failed('refused', -2010)
  told.sent(sent('never came'))
  told.failed('never came', -1007)
  told.sent(sent('came'))
  told.lost('came')
  market.place('came', 1, 'SELL', 40, 1)
  expect(findings(told, market)).toEqual([])
  expect(checkAcknowledged(told, market.record, market.market)).toEqual([])
})

test('an acknowledged order that is not in the journal is lost', () => {
  const { market, told } = played()
  told.sent(sent('gone'))
  told.acknowledged('gone', 77)
  expect(findings(told, market)).toEqual(['lost gone: gone was acknowledged as 77, the journal has nothing'])
})

test('an order that is there twice is doubled, whatever its trader was told', () => {
  const { market, told } = played()
  told.sent(sent('twice'))
  told.lost('twice')
  const ids = [1, 2].map(() => {
    const id = market.place('twice', 1, 'SELL', 40, 1)
    market.cancel(1, id)
    return id
  })
  expect(new Set(ids).size).toBe(2)
  expect(findings(told, market)).toEqual([`doubled twice: twice was accepted 2 times: ${ids.join(', ')}`])
})

test('an order that was acknowledged under another id is a contradiction', () => {
  const { market, told, ids } = played()
  told.acknowledged('resting', 78)
  expect(findings(told, market)).toEqual([
    `contradiction resting: resting was acknowledged as 78, the journal has ${ids['resting']}`,
  ])
})

test('a refused order that is in the journal is a contradiction', () => {
  const { market, told, ids } = played()
  told.failed('resting', -2010)
  expect(findings(told, market)).toEqual([
    `contradiction resting: resting was refused (-2010), the journal has ${ids['resting']}`,
  ])
})

test('an order that was sent and has no result is a contradiction', () => {
  const { market, told } = played()
  told.sent(sent('open'))
  expect(findings(told, market)).toEqual(['contradiction open: open was sent and has no fate'])
})

test('an order that no trader sent is a contradiction, except of an unwatched account', () => {
  const { market, told } = played()
  market.place('nobody', 2, 'SELL', 40, 1)
  expect(findings(told, market)).toEqual(['contradiction nobody: 2/nobody is in the journal, but no trader sent it'])
  const empty = new Acknowledgements()
  expect(findings(empty, market)).toEqual([])
})

test.each([
  ['side', { side: 'BUY' }],
  ['price', { price: '21' }],
  ['quantity', { quantity: '101' }],
] as const)('one with another %s than was sent is a contradiction', (_what, changes) => {
  const { market, told } = played()
  const record = told.toJSON()
  const changed = record.orders.map(({ order, fate }) =>
    order.clientId === 'resting' ? { order: { ...order, ...changes }, fate } : { order, fate },
  )
  const other = Acknowledgements.from({ ...record, orders: changed })
  expect(findings(other, market)).toEqual([
    expect.stringMatching(/^contradiction resting: \d+ is not the order that resting named$/),
  ])
})

test('an order of another account than that of its sender is lost there, and has no sender here', () => {
  const { market, told } = played()
  told.sent(sent('mine', 2))
  told.acknowledged('mine', market.place('mine', 1, 'SELL', 40, 1))
  expect(findings(told, market)).toEqual([expect.stringMatching(/^lost mine: mine was acknowledged as \d+/)])
})

test('an accepted order without an image is a contradiction', () => {
  const { market, told, ids } = played()
  market.record.orders.delete(ids['resting']!)
  expect(findings(told, market)).toEqual([`contradiction resting: ${ids['resting']} was accepted and has no image`])
})

test('an acknowledged cancel that did not happen is a contradiction', () => {
  const { market, told, ids } = played()
  told.cancelled.add(ids['resting']!)
  told.cancelled.add(79)
  expect(findings(told, market)).toEqual([
    `contradiction resting: the cancel of ${ids['resting']} was acknowledged, its status is 1`,
    'contradiction : the cancel of 79 was acknowledged, its status is undefined',
  ])
})

test.each([-1000, -1001, -1006, -1007])('after an answer %i the outcome is unknown: both are right', (code) => {
  const told = new Acknowledgements()
  told.sent(sent('open'))
  told.failed('open', code)
  expect(told.get('open')?.fate).toEqual({ kind: 'unknown' })
  expect([told.count('unknown'), told.count('refused'), told.waiting()]).toEqual([1, 0, []])
})

test('a client order id is used once, and only orders that were sent have a result', () => {
  const told = new Acknowledgements()
  told.sent(sent('once'))
  expect(() => told.sent(sent('once'))).toThrow('was used before')
  expect(() => told.lost('never')).toThrow('was never sent')
})
