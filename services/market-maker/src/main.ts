import { setTimeout as delay } from 'node:timers/promises'
import { messageOf } from '@uptick/commandline'
import { markets, type Market } from '@uptick/demo'
import { TradingClient } from './client.ts'
import { ladder, othersIn, PriceWalk, type Levels, type OwnOrder } from './quotes.ts'

// Four quotes replaced and a few orders taken per round and market stay far below the limit of 100 orders in 10 s.
const ROUND_MS = 1_500
const DEPTH = 8
/** Levels that are read: all of one's own, and those of others in between. */
const LEVELS_READ = 50
const REPLACED_PER_ROUND = 4

const url = process.env['UPTICK_URL'] ?? ''
const maker = trader('MAKER')
const taker = trader('TAKER')
const stopping = new AbortController()
process.once('SIGTERM', () => stopping.abort())
process.once('SIGINT', () => stopping.abort())

await Promise.all(markets.map((market) => keepAlive(market)))
process.exit(0)

function trader(name: string): TradingClient {
  return new TradingClient(url, {
    apiKey: process.env[`${name}_KEY`] ?? '',
    secret: process.env[`${name}_SECRET`] ?? '',
  })
}

/** Quotes around a wandering price, a few of them moved in each round, and now and then an order that takes. */
async function keepAlive(market: Market): Promise<void> {
  const symbol = market.base + market.quote
  let walk: PriceWalk | undefined
  while (!stopping.signal.aborted) {
    try {
      walk ??= new PriceWalk(market.startPrice, await lastPrice(symbol, market.startPrice), Math.random)
      await requote(symbol, market, walk.step())
      if (Math.random() < 0.7) await take(symbol, market)
    } catch (error) {
      // The exchange may be restarting: the next round finds it again.
      process.stderr.write(`${new Date().toISOString()} ${symbol} ${messageOf(error)}\n`)
    }
    await delay(ROUND_MS * (0.7 + 0.6 * Math.random()), undefined, { signal: stopping.signal }).catch(() => undefined)
  }
}

/** Where the market stood before a restart, else where it begins. */
async function lastPrice(symbol: string, start: number): Promise<number> {
  const response = await fetch(`${url}/api/v3/trades?symbol=${symbol}&limit=1`)
  if (!response.ok) throw new Error(`trades: ${response.status}`)
  const trades: { price: string }[] = JSON.parse(await response.text())
  return trades[0] === undefined ? start : Number(trades[0].price)
}

async function book(symbol: string): Promise<{ bids: Levels; asks: Levels }> {
  const response = await fetch(`${url}/api/v3/depth?symbol=${symbol}&limit=${LEVELS_READ}`)
  if (!response.ok) throw new Error(`depth: ${response.status}`)
  const levels: { bids: Levels; asks: Levels } = JSON.parse(await response.text())
  return levels
}

async function requote(symbol: string, market: Market, middle: number): Promise<void> {
  const resting = openOrders(await maker.call('GET', '/api/v3/openOrders', { symbol }))
  const wanted = ladder(market, middle, DEPTH, Math.random, othersIn(await book(symbol), resting))
  const best = (side: string): number[] =>
    wanted.filter((quote) => quote.side === side).map(({ price }) => Number(price))
  const [lowest, highest] = [Math.min(...best('BUY')), Math.max(...best('SELL'))]
  const crossing = (order: OpenOrder): boolean =>
    order.side === 'BUY'
      ? Number(order.price) >= Math.min(...best('SELL'))
      : Number(order.price) <= Math.max(...best('BUY'))
  const stray = resting.filter(
    (order) => crossing(order) || Number(order.price) < lowest || Number(order.price) > highest,
  )
  const surplus = Math.max(0, resting.length - stray.length - 2 * DEPTH)
  for (const { orderId } of [...stray, ...resting.slice(0, surplus)].slice(0, 2 * REPLACED_PER_ROUND))
    await maker.call('DELETE', '/api/v3/order', { symbol, orderId: String(orderId) }).catch(() => undefined)
  const fresh = ['BUY', 'SELL'].flatMap((side) => {
    const kept = resting.filter((order) => order.side === side && !stray.includes(order)).length
    const mine = wanted.filter((quote) => quote.side === side)
    return mine.slice(0, Math.max(REPLACED_PER_ROUND / 2, DEPTH - kept))
  })
  for (const { side, price, quantity } of fresh)
    await maker.call('POST', '/api/v3/order', { symbol, side, type: 'LIMIT_MAKER', price, quantity }).catch(rejected)
}

async function take(symbol: string, market: Market): Promise<void> {
  const side = Math.random() < 0.5 ? 'BUY' : 'SELL'
  const worth = market.quote === 'BTC' ? 0.01 : 500
  const quoteOrderQty = (worth * (0.2 + Math.random())).toFixed(4)
  await taker.call('POST', '/api/v3/order', { symbol, side, type: 'MARKET', quoteOrderQty }).catch(rejected)
}

/** A rejected order is part of trading; anything else ends the round. */
function rejected(error: unknown): void {
  if (!messageOf(error).includes('"code":-2010')) throw error
}

interface OpenOrder extends OwnOrder {
  readonly orderId: number
}

function openOrders(answer: unknown): OpenOrder[] {
  if (!Array.isArray(answer)) throw new Error('openOrders is not a list')
  return answer
}
