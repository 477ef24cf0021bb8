import { Command, CommandKind, type AccountView, type Exchange, type OrderImage } from '@uptick/core'
import type { ClosedOrders } from './closed-orders.ts'
import type { MemberTable } from './member-table.ts'

/** What queries read: the leader's state, which may be ahead of the journal; the reply gate waits for it. */
export interface QuerySource {
  readonly exchange: Exchange
  readonly closedOrders: ClosedOrders
  readonly epoch: number
  readonly role: string
  /** Who executes the journal; undefined without a leader. */
  readonly members?: Pick<MemberTable, 'lacking'>
}

/** The answer when a question cannot be understood. */
interface QueryError {
  readonly error: string
}

/** Characters of a kind that is repeated because there is none like it. */
const KIND_SHOWN_MAX = 100

const CLIENT_ID = /^[\x20-\x7e]{0,36}$/

type Question = Readonly<Record<string, unknown>>

/**
 * Answer one query as plain JSON, 64-bit amounts as decimal text:
 * `order {account, symbol, orderId?, clientId?}` (open, else closed and retained, else null) ·
 * `openOrders {account, symbol?}` · `account {account}` · `accounts {after?, label?}` (a part, and where the next begins) ·
 * `depth {symbol}` (the whole book) · `catalogue` · `totals` · `status` ·
 * `testOrder {account, symbol, side, type, …}` (the reject code that it would get, money aside) · `lacking {behaviour}` (the
 * members that do not know it). What is not one of these gets `{error}`.
 */
export function answerQuery(source: QuerySource, body: unknown): unknown {
  if (typeof body !== 'object' || body === null) return failure('a query is an object')
  const question: Question = { ...body }
  const { exchange } = source
  switch (question['kind']) {
    case 'order':
      return answerOrder(source, question)
    case 'openOrders':
      return answerOpenOrders(exchange, question)
    case 'account': {
      const account = integer(question, 'account')
      if (account === undefined) return failure('account must be an integer')
      const view = exchange.account(account)
      return view === undefined ? null : accountJson(view)
    }
    case 'accounts':
      return answerAccounts(exchange, question)
    case 'depth': {
      const symbol = integer(question, 'symbol')
      if (symbol === undefined || !hasSymbol(exchange, symbol)) return failure('symbol is not listed')
      return exchange.depth(symbol, 0)
    }
    case 'catalogue':
      return exchange.catalogue()
    case 'testOrder':
      return answerTest(exchange, question)
    case 'totals':
      return exchange.totals().map((total) => textAmounts(total))
    case 'status':
      return answerStatus(source)
    case 'lacking':
      return { lacking: source.members?.lacking(integer(question, 'behaviour') ?? 0) ?? [] }
    default:
      return failure(`unknown query ${JSON.stringify(question['kind'])?.slice(0, KIND_SHOWN_MAX)}`)
  }
}

function answerOrder({ exchange, closedOrders }: QuerySource, question: Question): unknown {
  const account = integer(question, 'account')
  const symbol = integer(question, 'symbol')
  const orderId = integer(question, 'orderId')
  const clientId = question['clientId']
  if (account === undefined || symbol === undefined) return failure('account and symbol must be integers')
  let image: OrderImage | undefined
  if (orderId !== undefined) image = exchange.order(account, orderId) ?? closedOrders.byId(account, orderId)
  else if (typeof clientId === 'string') {
    image = exchange.orderByClientId(account, symbol, clientId) ?? closedOrders.byClientId(account, symbol, clientId)
  } else return failure('orderId or clientId is needed')
  const matches = image !== undefined && image.symbol === symbol
  const named = typeof clientId !== 'string' || image?.clientId === clientId
  return image !== undefined && matches && named ? orderJson(image) : null
}

/** Fields of an order that are numbers. */
const ORDER_FIELDS = [
  'account',
  'symbol',
  'side',
  'type',
  'timeInForce',
  'price',
  'quantity',
  'quoteQuantity',
  'stopPrice',
  'selfTradePrevention',
  'strategyId',
  'strategyType',
] as const

function answerTest(exchange: Exchange, question: Question): unknown {
  const command = new Command()
  command.kind = CommandKind.PLACE
  for (const name of ORDER_FIELDS) {
    const value = integer(question, name)
    if (value === undefined) return failure(`${name} must be an integer`)
    Object.assign(command, { [name]: value })
  }
  const clientId = question['clientId']
  if (typeof clientId !== 'string' || !CLIENT_ID.test(clientId)) return failure('clientId must be text of an id')
  command.clientId.set(clientId)
  return { reject: exchange.test(command) }
}

function answerOpenOrders(exchange: Exchange, question: Question): unknown {
  const account = integer(question, 'account')
  if (account === undefined) return failure('account must be an integer')
  return exchange.openOrders(account, integer(question, 'symbol')).map((image) => orderJson(image))
}

function answerAccounts(exchange: Exchange, question: Question): unknown {
  const after = question['after'] === undefined ? 0 : integer(question, 'after')
  const label = question['label'] ?? ''
  if (after === undefined || after < 0 || typeof label !== 'string') {
    return failure('after must be a whole number, and label a text')
  }
  return exchange.accounts(after, label)
}

function answerStatus({ exchange, closedOrders, epoch, role }: QuerySource): unknown {
  return {
    role,
    epoch,
    sequence: exchange.sequence,
    time: exchange.time,
    hash: hashText(exchange.runningHash()),
    closedOrders: closedOrders.count,
    sessions: exchange.sessions().length,
  }
}

/** A 64-bit hash as 16 hexadecimal digits. */
export function hashText(hash: bigint): string {
  return BigInt.asUintN(64, hash).toString(16).padStart(16, '0')
}

function orderJson(image: OrderImage): unknown {
  return { ...image, cumulativeQuote: String(image.cumulativeQuote) }
}

function accountJson(view: AccountView): unknown {
  return { ...view, balances: view.balances.map((balance) => textAmounts(balance)) }
}

/** The same object with every bigint as decimal text. */
function textAmounts(values: object): object {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, typeof value === 'bigint' ? String(value) : value]),
  )
}

/** Whether the query asks the leader to let another member lead. */
export function isHandOff(body: unknown): boolean {
  return isOfKind(body, 'handOff')
}

/** Whether it asks for the leader's clock, which is no state: nothing is waited for. */
export function isClock(body: unknown): boolean {
  return isOfKind(body, 'clock')
}

function isOfKind(body: unknown, kind: string): boolean {
  return typeof body === 'object' && body !== null && 'kind' in body && body.kind === kind
}

function integer(question: Question, name: string): number | undefined {
  const value = question[name]
  return typeof value === 'number' && Number.isSafeInteger(value) ? value : undefined
}

function hasSymbol(exchange: Exchange, symbol: number): boolean {
  return exchange.catalogue().symbols[symbol] !== undefined
}

function failure(error: string): QueryError {
  return { error }
}
