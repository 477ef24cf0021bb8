import { FlowError } from './flow-error.ts'
import type { FlowCommand, FlowMarket } from './order-command.ts'

/**
 * Order events of Bitstamp's public feed, as CSV with the columns id, timestamp, exchange.timestamp, price (USD),
 * volume (10^-8 BTC, remaining), action (created, changed, deleted), direction (bid, ask).
 *
 * `created` is a limit order and `deleted` its cancel. `changed` reports a fill, which the engine has to reproduce.
 */
export const bitstampMarket: FlowMarket = { priceDecimals: 2, quantityDecimals: 8, baseDecimals: 8, quoteDecimals: 10 }

const HEADER = 'id,timestamp,exchange.timestamp,price,volume,action,direction'
const PRICE = /^(\d{1,12})(?:\.(\d{1,2}))?$/
/** The UTF-8 byte order mark that spreadsheets write, read as Latin-1. */
const BYTE_ORDER_MARK = '\u00EF\u00BB\u00BF'
const LINE_MAX = 1_000

/** @throws FlowError that names the first line with a wrong format */
export async function* readBitstamp(data: AsyncIterable<Buffer>): AsyncGenerator<readonly FlowCommand[]> {
  let rest = ''
  let number = 0
  for await (const chunk of data) {
    const lines = (rest + chunk.toString('latin1')).split('\n')
    rest = lines.pop() ?? ''
    if (rest.length > LINE_MAX)
      throw new FlowError(`line ${number + lines.length + 1} is longer than ${LINE_MAX} characters`)
    const commands: FlowCommand[] = []
    for (const line of lines) take(line, ++number, commands)
    yield commands
  }
  const last: FlowCommand[] = []
  if (rest !== '') take(rest, ++number, last)
  if (number === 0) throw new FlowError('the file is empty')
  yield last
}

function take(text: string, number: number, commands: FlowCommand[]): void {
  const line = text.replaceAll('"', '').trimEnd()
  if (number === 1) {
    if (line.replace(BYTE_ORDER_MARK, '') !== HEADER) throw new FlowError(`line 1 is not the header ${HEADER}`)
    return
  }
  if (line === '') return
  const columns = line.split(',')
  const [id, , , price = '', volume, action, direction] = columns
  const side = direction === 'bid' ? 'BUY' : direction === 'ask' ? 'SELL' : undefined
  if (columns.length !== 7 || side === undefined || !isCount(id))
    throw new FlowError(`line ${number} is not an order event: ${line}`)
  if (action === 'changed') return
  if (action === 'deleted') commands.push({ kind: 'cancel', id: Number(id), side })
  else if (action === 'created') {
    const found = PRICE.exec(price)
    if (found === null || !isCount(volume))
      throw new FlowError(`line ${number} has a price or volume that is none: ${line}`)
    const cents = Number(found[1]) * 100 + Number((found[2] ?? '').padEnd(2, '0'))
    commands.push({ kind: 'place', id: Number(id), side, price: cents, quantity: Number(volume) })
  } else throw new FlowError(`line ${number} has an unknown action: ${line}`)
}

/** Whole numbers, also written as 2e+05 by the program that exported them. */
function isCount(text: string | undefined): text is string {
  if (text === undefined || !/^\d+(e\+?\d+)?$/.test(text)) return false
  return Number.isSafeInteger(Number(text))
}
