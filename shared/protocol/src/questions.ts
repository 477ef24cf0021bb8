import type {
  AccountListView,
  AccountView,
  AssetTotals,
  Catalogue,
  Command,
  DepthView,
  OrderImage,
  RejectCode,
} from '@uptick/core'
import type { GatewayFacts, ProcessesAnswer } from './processes.ts'

/** As JSON carries it: 64-bit amounts are decimal text. */
type Carried<T> = { readonly [Field in keyof T]: T[Field] extends bigint ? string : T[Field] }

export type OrderAnswer = Carried<OrderImage>

export type AccountAnswer = Omit<AccountView, 'balances'> & {
  readonly balances: readonly Carried<AccountView['balances'][number]>[]
}

/** How the engine that was asked stands. */
export interface StatusAnswer {
  readonly role: string
  readonly epoch: number
  readonly sequence: number
  /** Last sequence that it holds from before its last start; releases that keep nothing say nothing. */
  readonly held?: number
  /** What else it says, for people. */
  readonly [fact: string]: unknown
}

/** A member that does not know a behaviour. The leader itself has neither holder nor address. */
export interface Lacking {
  readonly holder: string
  readonly url: string
  readonly how: 'leads' | 'follows' | 'reads'
}

/** The fields of an order that `testOrder` names. */
type Tested = Pick<
  Command,
  | 'account'
  | 'symbol'
  | 'side'
  | 'type'
  | 'timeInForce'
  | 'price'
  | 'quantity'
  | 'quoteQuantity'
  | 'stopPrice'
  | 'selfTradePrevention'
  | 'strategyId'
  | 'strategyType'
>

/**
 * What can be asked of an engine, by kind: the fields of the question, and what the answer is. What a release before may
 * not answer is optional. Any of them may be refused with `{error}`.
 */
interface Questions {
  /** Open, else closed and retained, else null; by id or by the client's id. */
  order: [{ account: number; symbol: number; orderId?: number; clientId?: string | undefined }, OrderAnswer | null]
  openOrders: [{ account: number; symbol?: number }, readonly OrderAnswer[]]
  account: [{ account: number }, AccountAnswer | null]
  /** A part of all accounts, and after which one the next begins. */
  accounts: [
    { after?: number; label?: string },
    Pick<AccountListView, 'accounts'> & { readonly next?: number | undefined },
  ]
  /** The whole book. */
  depth: [{ symbol: number }, DepthView]
  catalogue: [object, Catalogue]
  totals: [object, readonly Carried<AssetTotals>[]]
  status: [object, StatusAnswer]
  /** The reject code that an order would get, money aside. */
  testOrder: [Tested & { clientId: string }, { readonly reject?: RejectCode }]
  /** The members that do not know a behaviour. */
  lacking: [{ behaviour: number }, { readonly lacking?: readonly Lacking[] }]
  /** The leader's monotonic clock, ms; not of its state. */
  clock: [object, { readonly elapsed?: number }]
  /** The processes of the shard, as the leader knows them; the gateway that asks says what it is. Not of its state. */
  processes: [{ facts?: GatewayFacts }, Partial<ProcessesAnswer>]
  /** Let another member lead; which one, if any. */
  handOff: [object, { readonly successor: string | null }]
  /** What the journal lacks of what a member holds: batches, and the last sequence of them. */
  lost: [object, { readonly lost?: number; readonly through?: number }]
  /** Have a member append what the journal has lost: how many batches. */
  repair: [object, { readonly appended?: number }]
  /** Give up what the journal has lost: it continues after that sequence. */
  release: [{ reason: string; operator: string }, { readonly after?: number }]
}

export type QuestionKind = keyof Questions

type Fields<Kind extends QuestionKind> = Questions[Kind][0]

/** One question of that kind, or of any. */
export type Question<Kind extends QuestionKind = QuestionKind> = {
  [One in Kind]: { readonly kind: One } & Readonly<Fields<One>>
}[Kind]

/** A question as it arrives: what its fields are is to be looked at. */
export type Asked<Kind extends QuestionKind> = { readonly [Field in keyof Fields<Kind> | 'kind']?: unknown }

export type AnswerTo<Kind extends QuestionKind> = Questions[Kind][1]

/** A question that is not answered, and why. */
export interface Refused {
  readonly error: string
}

/** The kind of a question as it arrives, whatever that is. */
export function kindAsked(body: unknown): unknown {
  return typeof body === 'object' && body !== null && 'kind' in body ? body.kind : undefined
}

export function isAsked(body: unknown, kind: QuestionKind): boolean {
  return kindAsked(body) === kind
}
