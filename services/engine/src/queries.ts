import { Command, CommandKind, type AccountView, type Exchange, type OrderImage } from '@uptick/core'
import {
  kindAsked,
  type AccountAnswer,
  type AnswerTo,
  type Asked,
  type OrderAnswer,
  type QuestionKind,
  type Refused,
} from '@uptick/protocol'
import type { ClosedOrders } from './closed-orders.ts'
import type { MemberTable } from './member-table.ts'

/** What queries read: the leader's state, which may be ahead of the journal; the reply gate waits for it. */
export interface QuerySource {
  readonly exchange: Exchange
  readonly closedOrders: ClosedOrders
  readonly epoch: number
  readonly role: string
  /** The processes that execute the journal; undefined without a leader. */
  readonly members?: Pick<MemberTable, 'lacking'>
}

/** Characters of a kind that is repeated because there is none like it. */
const KIND_SHOWN_MAX = 100

const CLIENT_ID = /^[\x20-\x7e]{0,36}$/

/** The questions that the leader's state answers. */
type StateKind = Exclude<QuestionKind, 'clock' | 'processes' | 'handOff' | 'lost' | 'repair' | 'release'>

const answers: {
  readonly [Kind in StateKind]: (source: QuerySource, question: Asked<Kind>) => AnswerTo<Kind> | Refused
} = {
  order: answerOrder,
  openOrders: ({ exchange }, { account, symbol }) => {
    const owner = integer(account)
    if (owner === undefined) return failure('account must be an integer')
    return exchange.openOrders(owner, integer(symbol)).map((image) => orderJson(image))
  },
  account: ({ exchange }, { account }) => {
    const asked = integer(account)
    if (asked === undefined) return failure('account must be an integer')
    const view = exchange.account(asked)
    return view === undefined ? null : accountJson(view)
  },
  accounts: answerAccounts,
  depth: ({ exchange }, question) => {
    const symbol = integer(question.symbol)
    if (symbol === undefined || !hasSymbol(exchange, symbol)) return failure('symbol is not listed')
    return exchange.depth(symbol, 0)
  },
  catalogue: ({ exchange }) => exchange.catalogue(),
  testOrder: answerTest,
  totals: ({ exchange }) =>
    exchange.totals().map(({ asset, free, locked, fees, deposits, withdrawals }) => ({
      asset,
      free: String(free),
      locked: String(locked),
      fees: String(fees),
      deposits: String(deposits),
      withdrawals: String(withdrawals),
    })),
  status: answerStatus,
  lacking: ({ members }, { behaviour }) => ({ lacking: members?.lacking(integer(behaviour) ?? 0) ?? [] }),
}

function isOfState(kind: unknown): kind is StateKind {
  return typeof kind === 'string' && Object.hasOwn(answers, kind)
}

/** Answer one question to the state as plain JSON. What is none gets `{error}`. */
export function answerQuery(source: QuerySource, body: unknown): AnswerTo<StateKind> | Refused {
  if (typeof body !== 'object' || body === null) return failure('a query is an object')
  const kind = kindAsked(body)
  if (!isOfState(kind)) return failure(`unknown query ${JSON.stringify(kind)?.slice(0, KIND_SHOWN_MAX)}`)
  return answers[kind](source, { ...body })
}

function answerOrder({ exchange, closedOrders }: QuerySource, question: Asked<'order'>): AnswerTo<'order'> | Refused {
  const account = integer(question.account)
  const symbol = integer(question.symbol)
  const orderId = integer(question.orderId)
  const { clientId } = question
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

function answerTest({ exchange }: QuerySource, question: Asked<'testOrder'>): AnswerTo<'testOrder'> | Refused {
  const command = new Command()
  command.kind = CommandKind.PLACE
  for (const name of ORDER_FIELDS) {
    const value = integer(question[name])
    if (value === undefined) return failure(`${name} must be an integer`)
    Object.assign(command, { [name]: value })
  }
  const { clientId } = question
  if (typeof clientId !== 'string' || !CLIENT_ID.test(clientId)) return failure('clientId must be text of an id')
  command.clientId.set(clientId)
  return { reject: exchange.test(command) }
}

function answerAccounts({ exchange }: QuerySource, question: Asked<'accounts'>): AnswerTo<'accounts'> | Refused {
  const after = question.after === undefined ? 0 : integer(question.after)
  const label = question.label ?? ''
  if (after === undefined || after < 0 || typeof label !== 'string') {
    return failure('after must be a whole number, and label a text')
  }
  return exchange.accounts(after, label)
}

function answerStatus({ exchange, closedOrders, epoch, role }: QuerySource): AnswerTo<'status'> {
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

function orderJson(image: OrderImage): OrderAnswer {
  return { ...image, cumulativeQuote: String(image.cumulativeQuote) }
}

function accountJson(view: AccountView): AccountAnswer {
  const balances = view.balances.map(({ asset, free, locked }) => ({
    asset,
    free: String(free),
    locked: String(locked),
  }))
  return { ...view, balances }
}

function integer(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isSafeInteger(value) ? value : undefined
}

function hasSymbol(exchange: Exchange, symbol: number): boolean {
  return exchange.catalogue().symbols[symbol] !== undefined
}

function failure(error: string): Refused {
  return { error }
}
