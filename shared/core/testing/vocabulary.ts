import { CommandKind } from '../src/command.ts'
import {
  AccountStatus,
  CancelRestriction,
  OrderType,
  ReplaceMode,
  SelfTradePrevention,
  Side,
  SymbolStatus,
  TimeInForce,
} from '../src/enums.ts'

/** Words of the table language, and the members they stand for. A number stands for itself, known or not. */
export const words = {
  side: { buy: Side.BUY, sell: Side.SELL },
  type: {
    limit: OrderType.LIMIT,
    market: OrderType.MARKET,
    maker: OrderType.LIMIT_MAKER,
    'stop-loss': OrderType.STOP_LOSS,
    'stop-loss-limit': OrderType.STOP_LOSS_LIMIT,
    'take-profit': OrderType.TAKE_PROFIT,
    'take-profit-limit': OrderType.TAKE_PROFIT_LIMIT,
  },
  timeInForce: { gtc: TimeInForce.GTC, ioc: TimeInForce.IOC, fok: TimeInForce.FOK },
  selfTradePrevention: {
    none: SelfTradePrevention.NONE,
    'expire-taker': SelfTradePrevention.EXPIRE_TAKER,
    'expire-maker': SelfTradePrevention.EXPIRE_MAKER,
    'expire-both': SelfTradePrevention.EXPIRE_BOTH,
    decrement: SelfTradePrevention.DECREMENT,
  },
  restriction: { new: CancelRestriction.ONLY_NEW, partial: CancelRestriction.ONLY_PARTIALLY_FILLED },
  replaceMode: { stop: ReplaceMode.STOP_ON_FAILURE, allow: ReplaceMode.ALLOW_FAILURE },
  symbolStatus: {
    trading: SymbolStatus.TRADING,
    halt: SymbolStatus.HALT,
    break: SymbolStatus.BREAK,
    'cancel-only': SymbolStatus.CANCEL_ONLY,
    'post-only': SymbolStatus.POST_ONLY,
  },
  accountStatus: {
    active: AccountStatus.ACTIVE,
    'cancel-only': AccountStatus.CANCEL_ONLY,
    frozen: AccountStatus.FROZEN,
  },
} as const satisfies Record<string, Record<string, number>>

export type WordField = keyof typeof words

/** One verb a kind of command: the fields that follow it, in order. Fields in `[]` may be left out. */
export const verbs: Record<string, { readonly kind: CommandKind; readonly fields: readonly string[] }> = {
  place: { kind: CommandKind.PLACE, fields: ['account', 'symbol', 'side', 'type', '[quantity]'] },
  cancel: { kind: CommandKind.CANCEL, fields: ['account', 'symbol'] },
  'cancel-all': { kind: CommandKind.CANCEL_ALL, fields: ['account', 'symbol'] },
  'cancel-account': { kind: CommandKind.CANCEL_ACCOUNT, fields: ['account'] },
  replace: { kind: CommandKind.CANCEL_REPLACE, fields: ['account', 'symbol', 'side', 'type', '[quantity]'] },
  lower: { kind: CommandKind.AMEND_KEEP_PRIORITY, fields: ['account', 'symbol', '[quantity]'] },
  amend: { kind: CommandKind.AMEND, fields: ['account', 'symbol', '[quantity]'] },
  continue: { kind: CommandKind.CONTINUE, fields: [] },
  tick: { kind: CommandKind.TICK, fields: [] },
  'open-session': { kind: CommandKind.OPEN_SESSION, fields: ['session'] },
  'end-session': { kind: CommandKind.END_SESSION, fields: ['session'] },
  'expire-session': { kind: CommandKind.EXPIRE_SESSION, fields: ['session'] },
  asset: { kind: CommandKind.ADD_ASSET, fields: [] },
  market: { kind: CommandKind.ADD_SYMBOL, fields: [] },
  filters: { kind: CommandKind.SET_FILTERS, fields: ['symbol'] },
  'symbol-status': { kind: CommandKind.SET_SYMBOL_STATUS, fields: ['symbol', 'symbolStatus'] },
  account: { kind: CommandKind.ADD_ACCOUNT, fields: [] },
  'account-status': { kind: CommandKind.SET_ACCOUNT_STATUS, fields: ['account', 'accountStatus'] },
  fees: { kind: CommandKind.SET_FEES, fields: [] },
  deposit: { kind: CommandKind.DEPOSIT, fields: ['account', 'asset', 'amount'] },
  withdraw: { kind: CommandKind.WITHDRAW, fields: ['account', 'asset', 'amount'] },
  'import-balance': { kind: CommandKind.IMPORT_BALANCE, fields: ['account', 'asset', 'amount'] },
  import: { kind: CommandKind.IMPORT_ORDER, fields: ['account', 'symbol', 'side', 'type', '[quantity]'] },
  activate: { kind: CommandKind.ACTIVATE_BEHAVIOUR, fields: ['value'] },
}

/** `key=value` words that any line may carry, and the number they set. */
export const numberKeys = {
  session: 'session',
  number: 'number',
  confirmed: 'confirmed',
  strategy: 'strategyId',
  'strategy-type': 'strategyType',
  sent: 'firstSent',
  order: 'targetOrder',
  time: 'originalTime',
  executed: 'executedQuantity',
  value: 'value',
  account: 'account',
} as const

/** `key=value` words that carry a client id. */
export const clientIdKeys = { id: 'clientId', client: 'targetClientId', as: 'cancelId' } as const
